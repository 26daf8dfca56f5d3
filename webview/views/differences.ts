/** Two prompts beside each other: what differs in their words, their settings and their scores. */
import { counted, pointsRange, pValueText } from '../../src/protocol/format.ts';
import type { PromptReport, Report } from '../../src/protocol/report.ts';
import type { Difference } from '../../src/protocol/summary.ts';
import { measuredDifference } from '../answers.ts';
import { button, dropdown } from '../controls.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { settingsOf } from '../trainingSettings.ts';
import { whenSeen } from '../whenSeen.ts';
import { icon } from './icons.ts';
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
    holder.replaceChildren(...comparison(prompts[from]!, prompts[to]!, report, context));
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

function comparison(
  from: PromptReport,
  to: PromptReport,
  report: Report,
  context: ViewContext,
): HTMLElement[] {
  if (from === to) return [h('p', { class: 'empty' }, 'This is one and the same prompt.')];
  const names = [from.summary.name, to.summary.name] as const;
  return [
    h('p', {}, scoreChange(from.summary.accuracy, to.summary.accuracy)),
    significance(names, report, context),
    templateDiff(from.template, to.template),
    ...factsDiff('setting', names, settingsOf(from), settingsOf(to)),
  ];
}

/** Resampling more examples than these takes longer than a page may stand still unasked. */
const measuredUnasked = 2000;

/** The interval of the difference and its p, measured from the answers on the page. */
function significance(
  [from, to]: readonly [string, string],
  { examples: count }: Report,
  { examples }: ViewContext,
): HTMLElement {
  const holder = h('div', { class: 'measured' });
  const measure = () => {
    holder.replaceChildren(h('p', { class: 'note' }, 'Measuring …'));
    examples.then(
      (table) => {
        const difference = measuredDifference(table, from, to);
        holder.replaceChildren(...(difference ? measured(difference) : []));
      },
      () => holder.replaceChildren(),
    );
  };
  if (count > measuredUnasked) {
    holder.append(button('Is the difference more than chance?', measure));
  } else whenSeen(holder, measure);
  return holder;
}

function measured({ accuracy, interval, pValue, significant, won, lost }: Difference) {
  const direction = accuracy > 0 ? 'better' : 'worse';
  const shown = significant
    ? `${accuracy > 0 ? 'Better' : 'Worse'}, significant`
    : 'Difference not shown';
  return [
    h(
      'p',
      {},
      h(
        'strong',
        { class: significant ? direction : 'undecided' },
        icon(significant ? direction : 'undecided'),
        ' ',
        shown,
      ),
      `: ${pointsRange(interval)} points (95 %), ${pValueText(pValue)}`,
    ),
    h(
      'p',
      { class: 'note' },
      `${counted(won, 'example')} only the second answers right, ${lost} only the first. p not corrected: one comparison.`,
    ),
  ];
}
