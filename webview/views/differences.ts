/** Two prompts beside each other: what differs in their words, their settings and their scores. */
import type { PromptReport, Report } from '../../src/protocol/report.ts';
import { dropdown } from '../controls.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { factsDiff, scoreChange, templateDiff } from './pair.ts';
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
  const names = [from.summary.name, to.summary.name] as const;
  return [
    h('p', {}, scoreChange(from.summary.accuracy, to.summary.accuracy)),
    templateDiff(from.template, to.template),
    ...factsDiff('setting', names, from.settings, to.settings),
  ];
}
