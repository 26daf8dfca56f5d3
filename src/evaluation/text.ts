/** The scoreboard and the nearest tokens as lines for a terminal or a log. */
import {
  counted,
  percent,
  percentRange,
  points,
  pointsRange,
  pValueText,
  seedCount,
} from '../base/format.ts';
import { visibleToken } from '../base/visibleText.ts';
import { candidatesText } from '../protocol/candidatesText.ts';
import { controlNames } from '../protocol/controls.ts';
import { conditionText, resultText } from '../protocol/expectations.ts';
import type { PromptReport, Report } from '../protocol/report.ts';
import type { ControlSummary, PromptSummary, Summary } from '../protocol/summary.ts';

export interface TextOptions {
  /** ANSI colors and weights; without, plain text. */
  readonly color: boolean;
}

interface Cell {
  readonly text: string;
  readonly style?: 'bold' | 'dim' | 'green' | 'red';
}

const ansi = { bold: 1, dim: 2, green: 32, red: 31 } as const;

/**
 * The scoreboard: what was scored and from what answers were chosen, a line of headings, and one line a
 * prompt, the best first. A prompt of several seeds has a second line for their vote; controls come last, against the prompt that they belong
 * to. Where the model writes freely, the answers that match exactly are right, and the words' F1 is
 * beside them. No line has trailing spaces; a difference is colored only where it is significant, and its p-value says so
 * in any case.
 */
export function scoreboardText(summary: Summary, options: TextOptions): string {
  const isWritten = summary.candidates.kind === 'generate';
  const headings = isWritten
    ? ['prompt', 'exact match', '95 %', 'F1', 'difference', '']
    : ['prompt', 'answers right', '95 %', 'difference', ''];
  const lines: Cell[][] = [
    headings.map((text) => ({ text, style: 'dim' })),
    ...byAccuracy(summary.prompts).flatMap((prompt) => [
      scoreCells(prompt, summary),
      ...voteCells(prompt),
    ]),
    ...(summary.controls ?? []).map(controlCells),
  ];
  // Votes and controls have no F1.
  const rows = lines.map((row) =>
    row.length < headings.length ? row.toSpliced(3, 0, { text: '' }) : row,
  );
  const widths = headings.map((_, i) => Math.max(...rows.map((row) => row[i]!.text.length)));
  const table = rows.map((row) => {
    const cells = row.slice(0, row.findLastIndex(({ text }) => text !== '') + 1);
    const texts = cells.map((cell, i) => {
      const isNumber = i > 0 && i < headings.length - 2;
      const isLast = i === cells.length - 1 && !isNumber;
      const text = isLast ? cell.text : aligned(cell.text, widths[i]!, isNumber);
      return paint(text, cell.style, options);
    });
    return texts.join('   ');
  });
  return [captionText(summary), ...table].join('\n');
}

/** "52 test examples, chosen among all 2290 tokens". */
function captionText({ prompts, split, candidates }: Summary): string {
  const examples = counted(prompts[0]?.n ?? 0, `${split} example`);
  return `${examples}, ${candidatesText(candidates)}`;
}

/** One line for each condition of `expect`, in the order of the file; none where there is no `expect`. */
export function expectationLines({ prompts, unscored = [] }: Summary): string[] {
  const scored = prompts.flatMap(({ name, expectations = [] }) =>
    expectations.map((result) => `${result.met ? '✓' : '✗'} ${name}: ${resultText(result)}`),
  );
  const others = unscored.flatMap(({ name, reason, expectations = [] }) =>
    expectations.map((one) => `✗ ${name}: ${conditionText(one)} cannot be checked: ${reason}`),
  );
  return [...scored, ...others];
}

/** The line of nearest tokens of a continuous prompt's middle run, or undefined without one. */
export function nearestTokensText(prompt: PromptReport): string | undefined {
  const run = prompt.runs.find((one) => one.seed === prompt.middleSeed) ?? prompt.runs[0];
  if (prompt.deep) {
    return `Nearest tokens of ${prompt.summary.name}: none, since its vectors are keys and values of every layer`;
  }
  if (!run || run.virtualTokens.length === 0) return undefined;
  let line = '';
  run.virtualTokens.forEach((token, i) => {
    const previous = run.virtualTokens[i - 1];
    if (previous) line += previous.group === token.group ? ' · ' : ' | ';
    line += visible(token.nearest[0]?.token ?? '–');
  });
  const seed = prompt.runs.length > 1 ? ` (seed ${run.seed})` : '';
  return `Nearest tokens of ${prompt.summary.name}${seed}: ${line}`;
}

/** What the nearest tokens of a continuous prompt are worth as text, or undefined without any. */
export function readingText({ summary, reading }: PromptReport): string | undefined {
  return reading && `${summary.name} in words: ${reading.sentence}`;
}

/** The whole text of a report: scoreboard, verdict and nearest tokens. */
export function reportText(report: Report, options: TextOptions): string {
  const summary: Summary = {
    type: 'summary',
    file: report.file,
    model: report.model,
    split: report.split,
    candidates: report.candidates,
    prompts: report.prompts.map((prompt) => prompt.summary),
    ...(report.controls && { controls: report.controls }),
  };
  const nearest = report.prompts
    .flatMap((prompt) => [nearestTokensText(prompt), readingText(prompt)])
    .filter((line) => line !== undefined);
  return [scoreboardText(summary, options), ...nearest, report.verdict].join('\n');
}

function scoreCells(prompt: PromptSummary, summary: Summary): Cell[] {
  return [
    { text: prompt.name, ...(prompt.kind === 'continuous' && { style: 'bold' as const }) },
    { text: percent(prompt.accuracy) },
    { text: percentRange(prompt.interval) },
    ...(prompt.f1 === undefined ? [] : [{ text: prompt.f1.toFixed(2) }]),
    ...differenceCells(prompt, summary),
  ];
}

/** The line of the seeds' vote, where there are several. */
function voteCells({ name, ensemble }: PromptSummary): Cell[][] {
  if (!ensemble) return [];
  const { seeds, accuracy, interval } = ensemble;
  const texts = [`${name} (vote of ${seeds})`, percent(accuracy), percentRange(interval), '', ''];
  return [texts.map((text) => ({ text }))];
}

function controlCells({ control, of, accuracy, interval, difference }: ControlSummary): Cell[] {
  const size = `${points(difference.accuracy)} (${pointsRange(difference.interval)})`;
  const texts = [
    `${of}: ${controlNames[control]}`,
    percent(accuracy),
    percentRange(interval),
    size,
    `${pValueText(difference.pValue)}  control, against ${of}`,
  ];
  return texts.map((text) => ({ text, style: 'dim' }));
}

/** The difference with its interval, and behind it what else there is to tell. */
function differenceCells(prompt: PromptSummary, summary: Summary): Cell[] {
  const { difference, seeds, missingSeeds } = prompt;
  const isBaseline = summary.prompts.some((other) => other.difference?.baseline === prompt.name);
  const size = difference
    ? `${points(difference.accuracy)} (${pointsRange(difference.interval)})`
    : isBaseline
      ? 'baseline'
      : '';
  const parts = difference ? [pValueText(difference.pValue)] : [];
  if (seeds && (seeds.length > 1 || missingSeeds)) {
    const values = seeds.map((seed) => Math.round(seed.accuracy * 100));
    parts.push(`${seedCount(seeds.length, missingSeeds?.length)} ${values.join(' ')}`);
  }
  if (prompt.cached) parts.push('cached');
  const style = difference?.significant && (difference.accuracy > 0 ? 'green' : 'red');
  return [size, parts.join('  ')].map((text) => ({ text, ...(style && { style }) }));
}

/** Numbers end at the right of their column, words start at its left. */
function aligned(text: string, width: number, isNumber: boolean): string {
  return isNumber ? text.padStart(width) : text.padEnd(width);
}

function paint(text: string, style: Cell['style'], { color }: TextOptions): string {
  return color && style ? `\u001b[${ansi[style]}m${text}\u001b[0m` : text;
}

/** Best first; of equal ones in the order of the file. */
function byAccuracy(prompts: readonly PromptSummary[]): PromptSummary[] {
  return [...prompts].sort((a, b) => b.accuracy - a.accuracy);
}

/** A token on one line, one of spaces alone in quotes. */
function visible(token: string): string {
  const text = visibleToken(token);
  return text.trim() === '' ? JSON.stringify(text) : text;
}
