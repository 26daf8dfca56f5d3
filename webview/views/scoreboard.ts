/**
 * The scoreboard: every prompt's answers right with the 95 % interval on one scale, the baseline as
 * a line through all rows, and the difference to it in numbers and words.
 */
import {
  counted,
  percent,
  percentRange,
  points,
  pointsRange,
  pValueText,
  seedCount,
} from '../../src/protocol/format.ts';
import type { PromptReport, Report } from '../../src/protocol/report.ts';
import { controlNames } from '../../src/protocol/controls.ts';
import type { ControlSummary, Difference, PromptSummary } from '../../src/protocol/summary.ts';
import { button, link } from '../controls.ts';
import { h } from '../element.ts';
import { methodDetails, methodText } from '../method.ts';
import { byAccuracy } from '../order.ts';
import type { ViewContext } from '../state.ts';
import { answersRight } from '../wording.ts';
import { icon } from './icons.ts';
import { measuresTable } from './measures.ts';
import { section } from './section.ts';
import { templateText } from './templateText.ts';

type LeftOut = NonNullable<Report['leftOut']>[number];

export function scoreboardSection(report: Report, context: ViewContext): HTMLElement {
  const prompts = byAccuracy(report.prompts);
  const baseline = report.prompts.find((prompt) => prompt.baseline)?.summary;
  const table = h(
    'table',
    { class: 'scoreboard', role: 'table', 'aria-label': 'Scoreboard' },
    headings(baseline, answersRight(report)),
    h(
      'tbody',
      { role: 'rowgroup' },
      ...prompts.map((prompt) => promptRow(prompt, baseline, context)),
      ...(report.controls ?? []).map((control) => controlRow(control, baseline)),
      ...(report.leftOut ?? []).map((one) => leftOutRow(one, context)),
    ),
  );
  return section(
    context,
    'scoreboard',
    'Scoreboard',
    `${answersRight(report)}, with 95 % intervals`,
    table,
    h('p', { class: 'method note' }, methodText(report)),
    h(
      'details',
      { class: 'more' },
      h('summary', {}, 'How these numbers are made'),
      ...methodDetails(report).map((text) => h('p', { class: 'meaning' }, text)),
    ),
    h('details', { class: 'more' }, h('summary', {}, 'All measures'), measuresTable(report)),
  );
}

function headings(baseline: PromptSummary | undefined, score: string): HTMLElement {
  const axis = h(
    'span',
    { class: 'axis', 'aria-hidden': 'true' },
    ...[0, 25, 50, 75, 100].map((tick) => h('span', { vars: { '--at': `${tick}%` } }, tick)),
  );
  const heading = (name: string, ...content: readonly (Node | string)[]) =>
    h('th', { role: 'columnheader', scope: 'col', class: name }, ...content);
  return h(
    'thead',
    { role: 'rowgroup' },
    h(
      'tr',
      { role: 'row' },
      heading('prompt', 'prompt'),
      heading('track', h('span', { class: 'spoken' }, 'scale in percent'), axis),
      heading('score', score),
      heading('difference', baseline ? `difference to ${baseline.name}` : 'difference'),
      heading('seeds', 'seeds'),
    ),
  );
}

function promptRow(
  prompt: PromptReport,
  baseline: PromptSummary | undefined,
  context: ViewContext,
): HTMLElement {
  const { summary } = prompt;
  const cell = (name: string, ...content: readonly (Node | string | false)[]) =>
    h('td', { role: 'cell', class: name }, ...content);
  return h(
    'tr',
    {
      role: 'row',
      class: context.stale[summary.name] === undefined ? summary.kind : `${summary.kind} outdated`,
    },
    h(
      'th',
      { role: 'rowheader', scope: 'row', class: 'prompt' },
      promptName(summary.name, context),
      ...tags(prompt, context).flatMap((tag) => [' ', tag]),
      ' ',
      templateText(prompt.template),
    ),
    cell('track', track(summary, baseline)),
    cell(
      'score',
      h('strong', {}, percent(summary.accuracy)),
      h('span', { class: 'interval' }, percentRange(summary.interval)),
    ),
    cell('difference', ...differenceText(summary.difference)),
    cell('seeds', seedsText(summary), ...missingText(summary), ...voteText(summary)),
  );
}

/** What a learned prompt answers without what it has learned; its difference is to that prompt. */
function controlRow(control: ControlSummary, baseline: PromptSummary | undefined): HTMLElement {
  const cell = (name: string, ...content: readonly (Node | string | false)[]) =>
    h('td', { role: 'cell', class: name }, ...content);
  return h(
    'tr',
    { role: 'row', class: 'control' },
    h(
      'th',
      { role: 'rowheader', scope: 'row', class: 'prompt' },
      h('span', { class: 'name' }, `${control.of}: ${controlNames[control.control]}`),
      ' ',
      h('span', { class: 'tag' }, 'control'),
    ),
    cell('track', track(control, baseline)),
    cell(
      'score',
      h('strong', {}, percent(control.accuracy)),
      h('span', { class: 'interval' }, percentRange(control.interval)),
    ),
    cell(
      'difference',
      // Being far below is as it should be: no color of something bad.
      h('strong', {}, `${points(control.difference.accuracy)} points to ${control.of}`),
      h('span', { class: 'interval' }, pointsRange(control.difference.interval)),
      h('span', { class: 'significance' }, pValueText(control.difference.pValue)),
    ),
    cell('seeds', seedsText(control)),
  );
}

/** A prompt of the file that has no score; why, and what mends it. */
function leftOutRow({ name, reason }: LeftOut, context: ViewContext): HTMLElement {
  const { hasEditor, post } = context;
  return h(
    'tr',
    { role: 'row', class: 'left-out' },
    h('th', { role: 'rowheader', scope: 'row', class: 'prompt' }, promptName(name, context)),
    h(
      'td',
      { role: 'cell', class: 'reason', colspan: 4 },
      h('span', {}, `no score: ${reason}`),
      hasEditor && button(`Train ${name}`, () => post({ type: 'train', prompt: name })),
    ),
  );
}

function tags(prompt: PromptReport, context: ViewContext): HTMLElement[] {
  const stale = context.stale[prompt.summary.name];
  const count = prompt.runs[0]?.virtualTokens.length;
  return [
    ...(prompt.baseline ? [h('span', { class: 'tag' }, 'baseline')] : []),
    ...(count ? [h('span', { class: 'tag' }, `${count} virtual tokens`)] : []),
    ...(stale === undefined ? [] : [h('span', { class: 'tag stale' }, `⟳ stale: ${stale}`)]),
    ...(stale !== undefined && prompt.summary.kind === 'continuous'
      ? [trainAgain(prompt, context)]
      : []),
  ];
}

function promptName(name: string, { hasEditor, post }: ViewContext): HTMLElement {
  const text = h('span', { class: 'name' }, name);
  if (!hasEditor) return text;
  return link(text, 'Show this prompt in the file', () => post({ type: 'openFile', prompt: name }));
}

function trainAgain({ summary: { name } }: PromptReport, { post }: ViewContext): HTMLElement {
  return link('Train again', `Train ${name} again`, () => post({ type: 'train', prompt: name }));
}

/** The interval as a bar with ends, its score as a dot, each seed as a ring. */
function track(
  summary: PromptSummary | ControlSummary,
  baseline: PromptSummary | undefined,
): HTMLElement {
  const at = (share: number) => `${(share * 100).toFixed(2)}%`;
  const [low, high] = summary.interval;
  const seeds = summary.seeds && summary.seeds.length > 1 ? summary.seeds : [];
  return h(
    'div',
    { class: 'scale', 'aria-hidden': 'true' },
    baseline && h('span', { class: 'baseline', vars: { '--at': at(baseline.accuracy) } }),
    h('span', { class: 'bar', vars: { '--low': at(low), '--high': at(high) } }),
    ...seeds.map((seed) => h('span', { class: 'ring', vars: { '--at': at(seed.accuracy) } })),
    h('span', { class: 'dot', vars: { '--at': at(summary.accuracy) } }),
  );
}

function differenceText(difference: Difference | undefined): HTMLElement[] {
  if (!difference) return [];
  const { accuracy, interval, pValue, significant } = difference;
  const direction = accuracy > 0 ? 'better' : 'worse';
  return [
    h(
      'strong',
      { class: significant ? direction : 'undecided' },
      significant ? icon(direction) : icon('undecided'),
      `${points(accuracy)} ${Math.abs(Math.round(accuracy * 100)) === 1 ? 'point' : 'points'}`,
    ),
    h('span', { class: 'interval' }, pointsRange(interval)),
    h(
      'span',
      { class: 'significance' },
      `${significant ? 'significant' : 'difference not shown'}, ${pValueText(pValue)}`,
    ),
  ];
}

/** More seeds than these are told by the lowest and the highest; the table of runs has them all. */
const listedSeeds = 6;

function seedsText({ seeds }: PromptSummary | ControlSummary): HTMLElement | string {
  if (!seeds || seeds.length === 0) return '';
  if (seeds.length > listedSeeds) {
    const all = seeds.map(({ accuracy }) => accuracy);
    const range = percentRange([Math.min(...all), Math.max(...all)]);
    return h('span', { class: 'values' }, `${counted(seeds.length, 'seed')}: ${range}`);
  }
  return h(
    'span',
    { class: 'values' },
    ...seeds.flatMap((seed, i) => [
      i > 0 && ' · ',
      h('span', { title: `seed ${seed.seed}` }, percent(seed.accuracy).replace(' %', '')),
    ]),
    ' %',
  );
}

/** How many of the seeds are trained, where not all are. */
function missingText({ seeds, missingSeeds }: PromptSummary): (HTMLElement | string)[] {
  if (missingSeeds === undefined || missingSeeds.length === 0) return [];
  const title = `not trained: ${missingSeeds.join(', ')}`;
  const text = seedCount(seeds?.length ?? 0, missingSeeds.length);
  return [' ', h('span', { class: 'interval', title }, text)];
}

/** What most seeds answer together, where there are several. */
function voteText({ ensemble }: PromptSummary): (HTMLElement | string)[] {
  if (!ensemble) return [];
  const { seeds, accuracy, interval } = ensemble;
  const text = `vote of ${seeds}: ${percent(accuracy)}, ${percentRange(interval)}`;
  return [' ', h('span', { class: 'interval' }, text)];
}
