/** Two prompts beside each other: what differs in their words, their settings and their scores. */
import { percent, points } from '../../src/protocol/format.ts';
import type { PromptReport, Report } from '../../src/protocol/report.ts';
import { dropdown } from '../controls.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import type { Piece } from '../wordDiff.ts';
import { wordDiff } from '../wordDiff.ts';
import { spoken } from './icons.ts';
import { section } from './section.ts';

export function differencesSection(report: Report, context: ViewContext): HTMLElement | undefined {
  const { prompts } = report;
  if (prompts.length < 2) return undefined;
  const { state, save } = context;
  const names = prompts.map(({ summary }) => summary.name);
  const placeOf = (name: string | undefined, otherwise: number) => {
    const at = names.indexOf(name ?? '');
    return at < 0 ? otherwise : at;
  };
  const baseline = Math.max(
    0,
    prompts.findIndex((prompt) => prompt.baseline),
  );
  const best = prompts.findLastIndex((_, i) => i !== baseline);
  const holder = h('div', { class: 'differences', role: 'status' });
  const chosen = () =>
    [placeOf(state.diff?.[0], baseline), placeOf(state.diff?.[1], best)] as const;
  const draw = () => {
    const [from, to] = chosen();
    holder.replaceChildren(...comparison(prompts[from]!, prompts[to]!));
  };
  const choose = (label: string, side: 0 | 1) =>
    dropdown(label, names, chosen()[side], (index) => {
      const [from, to] = chosen();
      state.diff = side === 0 ? [names[index]!, names[to]!] : [names[from]!, names[index]!];
      save();
      draw();
    });
  draw();
  return section(
    context,
    'differences',
    'Differences of two prompts',
    'in words, settings and scores',
    h('div', { class: 'bar-of-controls' }, choose('from', 0), choose('to', 1)),
    holder,
  );
}

function comparison(from: PromptReport, to: PromptReport): HTMLElement[] {
  if (from === to) return [h('p', { class: 'empty' }, 'This is one and the same prompt.')];
  const pieces = wordDiff(from.template, to.template);
  return [
    h('p', {}, scoreText(from, to)),
    h('code', { class: 'template diff' }, ...pieces.map(pieceView)),
    ...settingsDiff(from, to),
  ];
}

/** "42 % → 92 %: +50 points". */
function scoreText({ summary: from }: PromptReport, { summary: to }: PromptReport): string {
  const difference = to.accuracy - from.accuracy;
  const unit = Math.abs(Math.round(difference * 100)) === 1 ? 'point' : 'points';
  return `${percent(from.accuracy)} → ${percent(to.accuracy)}: ${points(difference)} ${unit}`;
}

function pieceView({ kind, text }: Piece): HTMLElement | string {
  switch (kind) {
    case 'same':
      return text;
    case 'removed':
      return h('del', {}, spoken('removed: '), text);
    case 'added':
      return h('ins', {}, spoken('added: '), text);
  }
}

/** The settings in which the two differ; a prompt in words has none. */
function settingsDiff(from: PromptReport, to: PromptReport): HTMLElement[] {
  const keys = new Set([...Object.keys(from.settings), ...Object.keys(to.settings)]);
  const differing = [...keys].filter((key) => from.settings[key] !== to.settings[key]);
  const same = keys.size - differing.length;
  if (keys.size === 0) return [];
  if (differing.length === 0) {
    return [h('p', { class: 'note' }, `All ${keys.size} settings are the same.`)];
  }
  const heading = (text: string) => h('th', { scope: 'col' }, text);
  return [
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'numbers', 'aria-label': 'Settings that differ' },
        h(
          'thead',
          {},
          h('tr', {}, heading('setting'), heading(from.summary.name), heading(to.summary.name)),
        ),
        h(
          'tbody',
          {},
          ...differing.map((key) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, key),
              h('td', {}, from.settings[key] ?? '–'),
              h('td', {}, to.settings[key] ?? '–'),
            ),
          ),
        ),
      ),
    ),
    ...(same > 0
      ? [h('p', { class: 'note' }, `${same} of ${keys.size} settings are the same.`)]
      : []),
  ];
}
