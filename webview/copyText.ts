/** The scoreboard as a Markdown table, to paste into a pull request or a note. */
import { percent, percentRange, points, pValueText } from '../src/protocol/format.ts';
import type { Report } from '../src/protocol/report.ts';
import type { PromptSummary } from '../src/protocol/summary.ts';

/** The table, under a line that says what was scored, over the verdict. */
export function scoreboardMarkdown(report: Report): string {
  const rows = report.prompts.map(({ summary }) => [
    summary.name,
    percent(summary.accuracy),
    percentRange(summary.interval),
    difference(summary),
  ]);
  return [
    `${report.file}, ${report.model.id}, ${report.split} split, ${report.examples} examples`,
    '',
    '| prompt | answers right | 95 % | difference |',
    '|---|--:|--:|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    report.verdict,
    '',
  ].join('\n');
}

function difference({ difference: one }: PromptSummary): string {
  return one ? `${points(one.accuracy)} points to ${one.baseline}, ${pValueText(one.pValue)}` : '';
}
