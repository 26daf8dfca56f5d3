/** Of a classification: which labels are taken for which, one matrix a prompt. */
import type { PromptReport, Report } from '../../src/protocol/report.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { section } from './section.ts';

export function confusionSection(report: Report, context: ViewContext): HTMLElement | undefined {
  const prompts = report.prompts.filter((prompt) => prompt.confusion);
  if (prompts.length === 0) return undefined;
  return section(
    context,
    'confusion',
    'Confusion',
    'rows: right label, columns: answered label; seeds are summed',
    h('div', { class: 'matrices scroll' }, ...prompts.map(matrix)),
  );
}

function matrix({ summary, confusion }: PromptReport): HTMLElement {
  const { labels, counts } = confusion!;
  const most = Math.max(1, ...counts.flat());
  return h(
    'table',
    { class: 'confusion', 'aria-label': `Confusion of ${summary.name}` },
    h('caption', {}, summary.name),
    h(
      'thead',
      {},
      h('tr', {}, h('td', {}), ...labels.map((label) => h('th', { scope: 'col' }, label))),
    ),
    h(
      'tbody',
      {},
      ...labels.map((label, i) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, label),
          ...counts[i]!.map((count, j) =>
            h(
              'td',
              {
                class: i === j ? 'right' : 'wrong',
                vars: { '--share': (count / most).toFixed(3) },
              },
              count,
            ),
          ),
        ),
      ),
    ),
  );
}
