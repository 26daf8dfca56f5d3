/** The verdict: its first sentence large, the rest under it, with a sign for the outcome. */
import { listed } from '../../src/protocol/format.ts';
import type { Outcome, Report } from '../../src/protocol/report.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { sentence } from '../words.ts';
import { icon, spoken } from './icons.ts';

const outcomes: Readonly<Record<Outcome, string>> = {
  better: 'Better',
  worse: 'Worse',
  undecided: 'No difference shown',
  'nothing-to-compare': 'Nothing to compare',
};

export function verdictView(report: Report, { stale }: ViewContext): HTMLElement {
  const end = report.verdict.indexOf('. ');
  const first = end < 0 ? report.verdict : report.verdict.slice(0, end + 1);
  const rest = end < 0 ? '' : report.verdict.slice(end + 2);
  return h(
    'section',
    { class: `verdict ${report.outcome}`, 'aria-label': 'Verdict' },
    h('span', { class: 'sign' }, icon(report.outcome), spoken(`${outcomes[report.outcome]}: `)),
    h(
      'div',
      {},
      ...staleNote(Object.keys(stale)),
      h('p', { class: 'first' }, ...withNames(first)),
      rest !== '' && h('p', { class: 'rest' }, ...withNames(rest)),
    ),
  );
}

/** A verdict over stale scores is about the file as it was. */
function staleNote(names: readonly string[]): HTMLElement[] {
  if (names.length === 0) return [];
  const scored = `${listed(names)} ${names.length === 1 ? 'was' : 'were'} scored`;
  return [
    h('p', { class: 'stale note' }, `⟳ Stale: the file or its data changed since ${scored}.`),
  ];
}

/** The text with names in quotation marks set apart by weight instead. */
function withNames(text: string): (Node | string)[] {
  return text
    .split(/"([^"]+)"/)
    .flatMap((piece, i) =>
      i % 2 === 1 ? [h('strong', { class: 'name' }, piece)] : sentence(piece),
    );
}
