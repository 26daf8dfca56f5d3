/** The trials of a sweep as a table for a terminal or a log. */
import { counted, duration, percent, percentRange } from '../base/format.ts';
import { candidatesText } from '../protocol/candidatesText.ts';
import { trainValueText } from '../language/features/trainEdits.ts';
import type { JudgedTrial, UnjudgedTrial } from './result.ts';
import type { SweepSummary } from './sweepFile.ts';

/** A setting that has no effect beside the others of its trial. */
const noEffect = '–';

/**
 * What was compared and how answers were chosen, a line of headings, and one line a trial, best first;
 * those without a score say why. No line has trailing spaces.
 */
export function sweepTable(summary: SweepSummary): string {
  const { trials, keys, candidates } = summary;
  const severalPrompts = new Set(trials.map(({ prompt }) => prompt)).size > 1;
  const numbers = ['answers right', '95 %', 'loss', 'steps made', 'time'];
  const settings = [...(severalPrompts ? ['prompt'] : []), ...keys];
  const rows = trials.map((trial) => {
    const values = keys.map((key) => {
      const value = (trial.settings as Readonly<Record<string, unknown>>)[key];
      return value === undefined ? noEffect : trainValueText(value);
    });
    const name = `${trial.trial}${trial.asInFile ? ' (as in the file)' : ''}`;
    return {
      cells: [name, ...(severalPrompts ? [trial.prompt] : []), ...values, ...numbersOf(trial)],
      rest: restOf(trial),
    };
  });
  const headings = { cells: ['trial', ...settings, ...numbers], rest: 'runs' };
  const all = [headings, ...rows];
  const widths = headings.cells.map((_, i) =>
    Math.max(...all.map(({ cells }) => (cells[i] ?? '').length)),
  );
  const firstNumber = headings.cells.length - numbers.length;
  const lines = all.map(({ cells, rest }) =>
    [
      ...cells.map((cell, i) =>
        i < firstNumber ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
      ),
      rest,
    ]
      .join('   ')
      .trimEnd(),
  );
  const n = trials.find((trial): trial is JudgedTrial => trial.status === 'completed')?.n;
  const caption =
    n === undefined
      ? 'No trial has a score'
      : `${counted(n, 'validation example')}, ${candidatesText(candidates)}`;
  return [caption, ...lines].join('\n');
}

function numbersOf(trial: JudgedTrial | UnjudgedTrial): string[] {
  if (trial.status !== 'completed') return [];
  const { accuracy, interval, loss, seeds, seconds } = trial;
  return [
    percent(accuracy),
    percentRange(interval),
    loss.toFixed(2),
    spanText(seeds.map(({ steps }) => steps)),
    duration(seconds),
  ];
}

/** Every seed's own score and run, or why there is none. */
function restOf(trial: JudgedTrial | UnjudgedTrial): string {
  if (trial.status !== 'completed') {
    return [trial.status, ...(trial.reason === undefined ? [] : [trial.reason])].join(': ');
  }
  const { seeds } = trial;
  const scores = seeds.map(({ accuracy }) => Math.round(accuracy * 100)).join(' ');
  const runs = seeds.map(({ run }) => run).join(' ');
  return seeds.length === 1 ? runs : `seeds ${scores}  ${runs}`;
}

function spanText(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least}–${most}`;
}

/** The combinations that were not tried, with the reason; none where there are none. */
export function leftOutLines({ leftOut }: SweepSummary): string[] {
  const byReason = new Map<string, number>();
  for (const { reason } of leftOut) byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
  return [...byReason].map(
    ([reason, count]) => `${counted(count, 'combination')} left out: ${reason.replace(/\.$/, '')}.`,
  );
}
