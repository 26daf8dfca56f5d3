/** Two or more runs side by side: what they scored, whether the difference is real, what was set. */
import { percent, percentRange, points, pointsRange, pValueText } from '../base/format.ts';
import { candidatesText } from './candidatesText.ts';
import type { Candidates, Difference, Interval } from './summary.ts';

/** One of the runs. */
export interface ComparedRun {
  readonly run: string;
  /** What a person calls it. */
  readonly name?: string;
  /** What changed since ("template changed"), where it no longer belongs to its file. */
  readonly stale?: string;
  /** The score of its own answers to the test examples, where it was scored. */
  readonly score?: {
    readonly n: number;
    readonly accuracy: number;
    readonly interval: Interval;
    /** Nats per answer. */
    readonly loss: number;
    /** What the answers were chosen among; unknown of runs that an older version scored. */
    readonly candidates?: Candidates;
  };
  /** To the first run, where both answered the same examples; `baseline` is that run's id. */
  readonly difference?: Difference;
}

/** What differs between the runs: one value for each of them. */
export interface ComparedSetting {
  readonly name: string;
  readonly values: readonly string[];
}

export interface RunComparison {
  /** In the order in which they were named. */
  readonly runs: readonly ComparedRun[];
  /** What differs, the most telling first. */
  readonly settings: readonly ComparedSetting[];
  /** Why runs cannot be compared by their scores, as sentences. */
  readonly notes: readonly string[];
}

/** The comparison as lines of text: a table of the runs, then what differs between them. */
export function comparisonText({ runs, settings, notes }: RunComparison): string {
  const letters = runs.map((_, i) => letterOf(i));
  const rows = [
    ['', 'answers right', '95 %', 'loss', 'difference to A', 'run'],
    ...runs.map((run, i) => [letters[i]!, ...scoreCells(run), titleOf(run)]),
  ];
  const same = 'Template, settings, data and model are the same; only chance differs.';
  const differing = [
    ['', ...letters],
    ...settings.map(({ name, values }) => [name, ...values.map(oneLine)]),
  ];
  return [
    ...aligned(rows),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    ...(settings.length === 0 ? [same] : ['What differs', ...aligned(differing)]),
  ].join('\n');
}

function scoreCells({ score, difference }: ComparedRun): string[] {
  if (score === undefined) return ['not scored', '', '', ''];
  const { accuracy, interval, loss, n, candidates } = score;
  const among = candidates === undefined ? '' : `, ${candidatesText(candidates)}`;
  return [
    `${percent(accuracy)} of ${n}${among}`,
    percentRange(interval),
    loss.toFixed(2),
    difference === undefined
      ? ''
      : `${points(difference.accuracy)} (${pointsRange(difference.interval)}) on the same ${n}, ${pValueText(difference.pValue)}, ${difference.significant ? 'significant' : 'not significant'}`,
  ];
}

function titleOf({ run, name, stale }: ComparedRun): string {
  const title = name === undefined ? run : `${name} (${run})`;
  return stale === undefined ? title : `${title}  ⟳ stale: ${stale}`;
}

/** A, B, … Z, then numbers. */
function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1);
}

/** A template has line breaks, which a row of a table cannot have. */
function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ⏎ ');
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}
