/** What the nearest tokens are worth as words: their score between the learned prompt's and none. */
import { percent } from '../../src/protocol/format.ts';
import { visibleTokens } from '../../src/protocol/visibleText.ts';
import type { PromptReport, Reading } from '../../src/protocol/report.ts';
import { button } from '../controls.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { sentence } from '../sentence.ts';
import { templateText } from './templateText.ts';

const told = 'Copied';
/** How long a button says so, in milliseconds. */
const toldFor = 1500;

/** The reading of one prompt, or nothing where its vectors were not read as words. */
export function readingBlock(
  { reading, summary }: PromptReport,
  context: ViewContext,
): HTMLElement | undefined {
  if (!reading) return undefined;
  const copy = button('Copy template', () => {
    context.post({ type: 'copy', text: reading.template });
    copy.textContent = told;
    setTimeout(() => (copy.textContent = 'Copy template'), toldFor);
  });
  return h(
    'div',
    { class: 'reading', role: 'group', 'aria-label': `${summary.name} in words` },
    h('h3', {}, 'Does the reading hold?'),
    h('div', { class: 'bar-of-controls' }, templateText(visibleTokens(reading.template)), copy),
    h('dl', { class: 'levels' }, ...levels(reading)),
    h('p', { class: 'meaning' }, ...sentence(reading.sentence)),
  );
}

function levels({ scores }: Reading): HTMLElement[] {
  const level = (name: string, share: number) => [
    h('dt', {}, name),
    h(
      'dd',
      {},
      h('span', { class: 'level', 'aria-hidden': 'true', vars: { '--share': share.toFixed(4) } }),
      percent(share),
    ),
  ];
  return [
    ...level('learned vectors', scores.learned),
    ...level('their nearest tokens as text', scores.text),
    ...level('text near random vectors', scores.random),
    ...level('template without vectors', scores.empty),
  ];
}
