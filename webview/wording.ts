/** How the page and what leaves it write facts and numbers; plain text, so that both can use it. */
import type { Report } from '../src/protocol/report.ts';

/** What a score is the share of. */
export function answersRight({ candidates }: Pick<Report, 'candidates'>): string {
  return candidates.kind === 'generate' ? 'exact match' : 'answers right';
}

/** A time in the reader's zone and words; the value itself is UTC (ISO 8601). */
export function localTime(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A number in two places with the sign of the page: "0.50", "−0.26", and "0.00" for what rounds to it. */
export function decimal(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A difference in two places: "+0.50", "−0.26", "0.00". */
export function signedDecimal(value: number): string {
  const text = decimal(value);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** What stands for an answer without a letter; its style sets it apart from one that says this. */
export const nothingSaid = '(empty)';
