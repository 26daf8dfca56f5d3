/** How much a score depends on the words that a person happens to choose, beside the seeds. */
import { counted, percent, percentRange } from '../../src/protocol/format.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { WordingKind, WordingProbe, WordingScore } from '../../src/protocol/wordings.ts';
import { button } from '../controls.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { stripPlot, type Shape, type Strip } from '../stripPlot.ts';
import { lookButtons, lookHead } from './onRequest.ts';
import { section } from './section.ts';
import { templateText } from './templateText.ts';

const shapeOf: Readonly<Record<WordingKind, Shape>> = {
  order: 'square',
  punctuation: 'cross',
  synonym: 'triangle',
  case: 'diamond',
};

const kindNames: Readonly<Record<WordingKind, string>> = {
  order: 'other order',
  punctuation: 'other punctuation',
  synonym: 'a near word',
  case: 'other case',
};

/** What was probed; in an editor, where nothing was, how to. */
export function wordingsSection(report: Report, context: ViewContext): HTMLElement | undefined {
  const probes = report.insights?.wordings ?? [];
  const missing = context.hasEditor ? notProbed(report, probes) : [];
  if (probes.length === 0 && missing.length === 0) return undefined;
  return section(
    context,
    'wordings',
    'Other wordings',
    'how much a score depends on the words that a person happens to choose',
    ...probes.map((probe) => probeBlock(probe, context)),
    lookButtons(
      missing,
      probes.length > 0
        ? 'Not probed yet:'
        : 'Score variants of a prompt: other word order, punctuation, near words, case.',
      (prompt) => `Probe ${prompt}`,
      (prompt) => context.post({ type: 'probe', prompt }),
    ),
  );
}

function notProbed({ prompts }: Report, probes: readonly WordingProbe[]): string[] {
  const known = new Set(probes.map(({ prompt }) => prompt));
  return prompts
    .map(({ summary }) => summary)
    .filter(({ kind, name }) => kind === 'discrete' && !known.has(name))
    .map(({ name }) => name);
}

function probeBlock(probe: WordingProbe, context: ViewContext): HTMLElement {
  const { prompt, sentences, learned } = probe;
  return h(
    'div',
    { class: 'probe', role: 'group', 'aria-label': `Wordings of ${prompt}` },
    lookHead(
      prompt,
      context,
      h(
        'span',
        { class: 'note' },
        `${counted(probe.examples.test, 'test example')}, drawn with seed ${probe.seed}`,
      ),
      context.hasEditor && button('Probe again', () => context.post({ type: 'probe', prompt })),
    ),
    stripPlot({
      title: 'Answers right on the test split',
      strips: [wordingStrip(probe), ...learned.map(seedStrip)],
      legend: legendOf(probe),
    }),
    ...sentences.map((text) => h('p', { class: 'meaning' }, text)),
    tableOf(probe, chosenRows(probe), `Chosen wordings of ${prompt}`),
    h(
      'details',
      { class: 'more' },
      h('summary', {}, `All ${counted(probe.wordings.length, 'wording')}`),
      tableOf(probe, allRows(probe), `All wordings of ${prompt}`),
    ),
  );
}

function wordingStrip({ prompt, wordings, spread }: WordingProbe): Strip {
  const marks = wordings.map(({ kind, change, template, test }) => ({
    value: test.accuracy,
    shape: kind === undefined ? ('star' as const) : shapeOf[kind],
    text: `${percent(test.accuracy)}: ${template} (${change})`,
  }));
  return { name: `wordings of ${prompt}`, marks, spread };
}

function seedStrip({ prompt, seeds, spread }: WordingProbe['learned'][number]): Strip {
  const marks = seeds.map(({ seed, accuracy }) => ({
    value: accuracy,
    shape: 'dot' as const,
    text: `${percent(accuracy)}: seed ${seed}`,
  }));
  return { name: `seeds of ${prompt}`, marks, spread };
}

function legendOf({ wordings, learned }: WordingProbe): { shape: Shape; name: string }[] {
  const used = new Set(wordings.map(({ kind }) => kind));
  return [
    { shape: 'star', name: 'as written' },
    ...(Object.keys(kindNames) as WordingKind[])
      .filter((kind) => used.has(kind))
      .map((kind) => ({ shape: shapeOf[kind], name: kindNames[kind] })),
    ...(learned.length > 0 ? [{ shape: 'dot' as const, name: 'a seed' }] : []),
  ];
}

type Row = readonly [role: string, wording: WordingScore];

/** The wordings that a person asks for: as written, the one to choose, and the ends. */
function chosenRows({ wordings, best, worst, chosen }: WordingProbe): Row[] {
  const roles = [
    ['as written', 0],
    ['best on validation', chosen],
    ['best on test', best],
    ['worst on test', worst],
  ] as const;
  const byPlace = new Map<number, string[]>();
  for (const [role, place] of roles) {
    byPlace.set(place, [...(byPlace.get(place) ?? []), role]);
  }
  return [...byPlace].map(([place, names]) => [names.join(' and '), wordings[place]!]);
}

/** All wordings, best first. */
function allRows({ wordings }: WordingProbe): Row[] {
  return [...wordings]
    .sort((a, b) => b.test.accuracy - a.test.accuracy)
    .map((wording) => [wording.change, wording]);
}

function tableOf({ examples }: WordingProbe, rows: readonly Row[], label: string): HTMLElement {
  const headings = [
    'what it is',
    'wording',
    'test',
    '95 %',
    `validation (${examples.validation})`,
    'loss',
  ];
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'numbers wordings', 'aria-label': label },
      h('thead', {}, h('tr', {}, ...headings.map((text) => h('th', { scope: 'col' }, text)))),
      h(
        'tbody',
        {},
        ...rows.map(([role, { template, test, validation }]) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, role),
            h('td', { class: 'words' }, templateText(template)),
            h('td', {}, percent(test.accuracy)),
            h('td', { class: 'interval' }, percentRange(test.interval)),
            h('td', {}, percent(validation.accuracy)),
            h('td', {}, test.loss.toFixed(2)),
          ),
        ),
      ),
    ),
  );
}
