/** The scoreboard as a Markdown table, to paste into a pull request or a note. */
import { candidatesText } from '../../src/protocol/candidatesText.ts';
import { controlNames } from '../../src/protocol/controls.ts';
import {
  counted,
  percent,
  percentRange,
  points,
  pointsRange,
  pValueText,
} from '../../src/protocol/format.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { ControlSummary, Difference, PromptSummary } from '../../src/protocol/summary.ts';
import { methodText } from '../method.ts';
import { byAccuracy } from '../order.ts';
import type { Stale } from '../stale.ts';
import { staleText } from '../stale.ts';
import { answersRight, decimal } from '../wording.ts';
import { markdownTable, plain } from './markdownText.ts';

/** The table, best first, under a line that says what was scored, over how, and the verdict. */
export function scoreboardMarkdown(report: Report, stale: Stale): string {
  const hasF1 = report.prompts.some(({ summary }) => summary.f1 !== undefined);
  const prompts = byAccuracy(report.prompts).map(({ summary, baseline }) => [
    `${plain(summary.name)}${stale[summary.name] === undefined ? '' : ' ⟳ stale'}`,
    percent(summary.accuracy),
    percentRange(summary.interval),
    ...(hasF1 ? [summary.f1 === undefined ? '' : decimal(summary.f1)] : []),
    baseline ? 'baseline' : differenceText(summary.difference),
    seedTexts(summary),
  ]);
  const controls = (report.controls ?? []).map((control) => [
    `${plain(control.of)}: ${controlNames[control.control]} (control)`,
    percent(control.accuracy),
    percentRange(control.interval),
    ...(hasF1 ? [''] : []),
    differenceText(control.difference),
    seedTexts(control),
  ]);
  const leftOut = (report.leftOut ?? []).map(({ name, reason }) => [
    plain(name),
    `no score: ${plain(reason)}`,
    ...(hasF1 ? [''] : []),
    '',
    '',
    '',
  ]);
  return [
    plain(factsText(report)),
    '',
    ...staleLines(stale),
    ...markdownTable(
      ['prompt', answersRight(report), '95 %', ...(hasF1 ? ['F1'] : []), 'difference', 'seeds'],
      hasF1 ? [1, 2, 3] : [1, 2],
      [...prompts, ...controls, ...leftOut],
    ),
    '',
    plain(methodText(report)),
    '',
    plain(report.verdict),
    '',
  ].join('\n');
}

/** A line that what follows is stale, where it is. */
export function staleLines(stale: Stale): string[] {
  const text = staleText(stale);
  return text === undefined ? [] : [`**${plain(text)}**`, ''];
}

/** What was scored, with which model, on what, and when. */
export function factsText({ file, model, split, examples, candidates, createdAt }: Report): string {
  const on = `${split} split, ${counted(examples, 'example')}`;
  return [file, model.id, on, candidatesText(candidates), createdAt.slice(0, 10)].join(', ');
}

function differenceText(difference: Difference | undefined): string {
  if (!difference) return '';
  const { accuracy, baseline, interval, pValue, significant } = difference;
  const shown = significant ? 'significant' : 'not shown';
  return `${points(accuracy)} points to ${plain(baseline)}, ${pointsRange(interval)}, ${shown}, ${pValueText(pValue)}`;
}

function seedTexts({ seeds = [] }: PromptSummary | ControlSummary): string {
  return seeds.map(({ accuracy }) => percent(accuracy)).join(' · ');
}
