/** The verdict: its first sentence large, the rest under it, with a sign for the outcome. */
import type { Outcome, Report } from '../../src/protocol/report.ts';
import { h } from '../element.ts';
import { staleText } from '../stale.ts';
import type { ViewContext } from '../state.ts';
import { sentence } from '../sentence.ts';
import { icon, spoken } from './icons.ts';

const outcomes: Readonly<Record<Outcome, string>> = {
  better: 'Better',
  worse: 'Worse',
  undecided: 'No difference shown',
  'nothing-to-compare': 'Nothing to compare',
};

/** Over stale scores it says so first, and has neither the color nor the sign of an outcome. */
export function verdictView(report: Report, { stale }: ViewContext): HTMLElement {
  const end = report.verdict.indexOf('. ');
  const first = end < 0 ? report.verdict : report.verdict.slice(0, end + 1);
  const rest = end < 0 ? '' : report.verdict.slice(end + 2);
  const outdated = staleText(stale);
  const [tone, name] =
    outdated === undefined
      ? ([report.outcome, outcomes[report.outcome]] as const)
      : (['stale', 'Stale'] as const);
  return h(
    'section',
    { class: `verdict ${tone}`, 'aria-label': 'Verdict' },
    h('span', { class: 'sign' }, icon(tone), spoken(`${name}: `)),
    h(
      'div',
      {},
      outdated !== undefined && h('p', { class: 'outdated' }, outdated),
      h('p', { class: 'first' }, ...withNames(first)),
      rest !== '' && h('p', { class: 'rest' }, ...withNames(rest)),
    ),
  );
}

/** The text with names in quotation marks set apart by weight instead. */
function withNames(text: string): (Node | string)[] {
  return text
    .split(/"([^"]+)"/)
    .flatMap((piece, i) =>
      i % 2 === 1 ? [h('strong', { class: 'name' }, piece)] : sentence(piece),
    );
}
