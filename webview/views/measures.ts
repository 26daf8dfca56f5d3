/** Every measure of every prompt in one table. */
import { percent } from '../../src/protocol/format.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { PromptSummary } from '../../src/protocol/summary.ts';
import { h } from '../element.ts';

interface Measure {
  readonly heading: string;
  readonly meaning: string;
  readonly text: (summary: PromptSummary) => string | undefined;
}

const measures: readonly Measure[] = [
  {
    heading: 'right',
    meaning: 'share of examples whose first answer is right',
    text: ({ accuracy }) => percent(accuracy),
  },
  {
    heading: 'in first 5',
    meaning: 'share of examples with the right answer among the first five',
    text: ({ accuracyAt5 }) => percent(accuracyAt5),
  },
  {
    heading: 'reciprocal rank',
    meaning: 'mean of 1 / rank of the right answer',
    text: ({ reciprocalRank }) => reciprocalRank.toFixed(2),
  },
  {
    heading: 'p(answer)',
    meaning: 'mean probability of the right answer among the candidates',
    text: ({ probability }) => probability.toFixed(2),
  },
  { heading: 'loss', meaning: 'nats per answer', text: ({ loss }) => loss.toFixed(2) },
  {
    heading: 'macro-F1',
    meaning: 'mean F1 over the labels',
    text: ({ macroF1 }) => macroF1?.toFixed(2),
  },
  {
    heading: 'F1',
    meaning: "mean F1 of the written answer's words against the right answer's",
    text: ({ f1 }) => f1?.toFixed(2),
  },
];

export function measuresTable(report: Report): HTMLElement {
  const summaries = report.prompts.map((prompt) => prompt.summary);
  const shown = measures.filter(({ text }) => summaries.some((s) => text(s) !== undefined));
  return h(
    'table',
    { class: 'numbers', 'aria-label': 'All measures' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, 'prompt'),
        ...shown.map((m) => h('th', { scope: 'col', title: m.meaning }, m.heading)),
      ),
    ),
    h(
      'tbody',
      {},
      ...summaries.map((summary) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, summary.name),
          ...shown.map((m) => h('td', {}, m.text(summary) ?? '')),
        ),
      ),
    ),
  );
}
