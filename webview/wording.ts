/** How the page and what leaves it write facts and numbers; plain text, so that both can use it. */
import { counted } from '../src/protocol/format.ts';
import type { Report } from '../src/protocol/report.ts';
import type { Candidates } from '../src/protocol/summary.ts';

/** What a score is the share of. */
export function answersRight({ candidates }: Pick<Report, 'candidates'>): string {
  return candidates.kind === 'generate' ? 'exact match' : 'answers right';
}

/** From what an answer was chosen, which belongs beside every score. */
export function candidatesText({ kind, count }: Candidates): string {
  switch (kind) {
    case 'answers':
      return `chosen among ${counted(count, 'candidate answer')}`;
    case 'vocabulary':
      return `chosen among all ${counted(count, 'token')}`;
    case 'file':
      return `chosen among ${counted(count, 'listed candidate')}`;
    case 'labels':
      return `chosen among ${counted(count, 'label')}`;
    case 'generate':
      return 'written freely, compared by exact match';
  }
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
