/** The scoreboard as a Markdown table, to paste into a pull request or a note. */
import { percent, percentRange, points, pValueText } from '../../src/protocol/format.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { PromptSummary } from '../../src/protocol/summary.ts';

/** The table, under a line that says what was scored, over the verdict. */
export function scoreboardMarkdown(report: Report): string {
  const rows = report.prompts.map(({ summary }) => [
    plain(summary.name),
    percent(summary.accuracy),
    percentRange(summary.interval),
    difference(summary),
    seedTexts(summary),
  ]);
  return [
    plain(
      `${report.file}, ${report.model.id}, ${report.split} split, ${report.examples} examples, ${report.candidates.kind === 'generate' ? 'written freely' : `${report.candidates.count} candidates`}`,
    ),
    '',
    '| prompt | answers right | 95 % | difference | seeds |',
    '|---|--:|--:|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    plain(report.verdict),
    '',
  ].join('\n');
}

function difference({ difference: one }: PromptSummary): string {
  if (!one) return '';
  return `${points(one.accuracy)} points to ${plain(one.baseline)}, ${pValueText(one.pValue)}`;
}

function seedTexts({ seeds = [] }: PromptSummary): string {
  return seeds.map(({ accuracy }) => percent(accuracy)).join(' · ');
}

/** Text as text: no part of it is read as Markdown or HTML, and none ends the line. */
function plain(text: string): string {
  return (
    text
      .replace(/\s+/g, ' ')
      .replace(/[\\`*[\]|]|~(?=~)|<(?=[a-z/!?])|&(?=#?\w+;)|^[#>+-]/gi, '\\$&')
      // Inside a word it is a part of the name, and readers of the source want to see it as it is.
      .replace(/(?<!\w)_|_(?!\w)/g, '\\_')
  );
}
