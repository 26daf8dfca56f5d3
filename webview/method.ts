/** How the numbers of the scoreboard are made, in words that stand beside them. */
import { counted } from '../src/protocol/format.ts';
import type { Report } from '../src/protocol/report.ts';

/** One sentence or two: what the ranges are, and what p is. */
export function methodText(report: Report): string {
  const compared = comparedCount(report);
  const ranges = 'Ranges are 95 % intervals';
  if (compared === 0) return `${ranges} (Wilson).`;
  const intervals = `${ranges}: Wilson for shares, paired bootstrap for differences.`;
  const test = 'p is of McNemar’s exact test';
  if (compared === 1) return `${intervals} ${test}.`;
  return `${intervals} ${test}, Holm-corrected for the ${compared} prompts compared, so a range beside it can leave out 0 where no difference is shown.`;
}

/** The same at more length, a paragraph each. */
export function methodDetails(report: Report): string[] {
  const compared = comparedCount(report);
  const several = report.prompts.some(({ runs }) => runs.length > 1);
  return [
    `A share of ${counted(report.examples, 'example')} has the score interval of Wilson.${several ? ' Of several seeds it is that of their mean: training again makes no new examples, so more seeds do not narrow it.' : ''}`,
    ...(compared === 0
      ? []
      : [
          'A difference is measured on the same examples. Its interval is the paired bootstrap: examples are drawn again and again, each with the answers of both prompts. Where two prompts differ on no example, it is the interval of Agresti and Min instead.',
          `p is how often chance alone makes a difference as large: McNemar’s exact test over the examples that only one of the two prompts answers right.${several ? ' Of several seeds the middle one answers.' : ''} Below 0.05 a difference is called significant. Above it none is shown, which does not mean that there is none.`,
        ]),
    ...(compared > 1
      ? [
          `With ${compared} prompts compared, one of them looks better by chance more often than with one. Holm’s method makes up for it and raises p; the intervals are not widened.`,
        ]
      : []),
    ...(report.controls
      ? [
          'A control is compared with the learned prompt that it belongs to; its p is corrected for the controls of that prompt.',
        ]
      : []),
  ];
}

/** How many prompts are compared with the baseline. */
function comparedCount({ prompts }: Report): number {
  return prompts.filter(({ summary }) => summary.difference !== undefined).length;
}
