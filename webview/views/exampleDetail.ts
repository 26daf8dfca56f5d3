/** One example whole: its texts as they are, and what every prompt and seed said to it. */
import { twoPlaces } from '../../src/protocol/format.ts';
import type { OpenExamples, OpenRun } from '../../src/protocol/exampleTable.ts';
import { probabilityOf } from '../../src/protocol/exampleTable.ts';
import { button } from '../controls.ts';
import { h } from '../element.ts';
import { nothingSaid } from '../wording.ts';
import { icon, spoken } from './icons.ts';

export interface DetailOptions {
  /** The answers were written freely. */
  readonly written: boolean;
  /** Takes the example away again. */
  readonly close: () => void;
}

/** The example at a place of the split. */
export function exampleDetail(
  examples: OpenExamples,
  example: number,
  { written, close }: DetailOptions,
): HTMLElement {
  const { inputs, answer } = examples;
  const name = `Example ${example + 1}`;
  return h(
    'section',
    { class: 'detail', role: 'region', 'aria-label': name },
    h('div', { class: 'head' }, h('h3', {}, name), button('Close', close)),
    h(
      'dl',
      { class: 'facts' },
      ...inputs.flatMap(({ name: input, texts, rows }) => pair(input, texts[rows[example]!]!)),
      ...pair('right answer', answer.texts[answer.rows[example]!]!),
    ),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'numbers', 'aria-label': `Answers to example ${example + 1}` },
        headings(written),
        h('tbody', {}, ...answerRows(examples, example, written)),
      ),
    ),
    written &&
      h(
        'p',
        { class: 'note' },
        'Right is what matches without case, punctuation and articles. A probability is that of exactly these words, so “London.” and “London” have two.',
      ),
  );
}

function pair(name: string, text: string): HTMLElement[] {
  return [h('dt', {}, name), h('dd', { class: 'whole', dir: 'auto' }, text)];
}

function headings(written: boolean): HTMLElement {
  const names = written
    ? ['prompt', 'seed', 'answer', 'p of these words', 'p of the right answer’s words']
    : ['prompt', 'seed', 'answer', 'its p', 'p of the right answer', 'its rank'];
  return h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name))));
}

function answerRows(
  { prompts, answer }: OpenExamples,
  example: number,
  written: boolean,
): HTMLElement[] {
  return prompts.flatMap(({ name, runs, middle }) =>
    runs.map((run) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, name),
        h('td', {}, seedText(run, runs.length > 1 && run === middle)),
        h('td', {}, said(run, answer.texts, example)),
        ...[run.probability, run.rightProbability].map((steps) =>
          h('td', {}, twoPlaces(probabilityOf(steps[example]!))),
        ),
        !written && h('td', {}, run.rank[example]),
      ),
    ),
  );
}

/** Of several seeds, the middle one stands for all. */
function seedText({ seed }: OpenRun, isMiddle: boolean): string {
  if (seed === undefined) return '–';
  return isMiddle ? `${seed} (middle)` : String(seed);
}

function said({ said: answers, correct }: OpenRun, texts: readonly string[], example: number) {
  const sign = correct[example] === 1 ? 'right' : 'wrong';
  const text = texts[answers[example]!]!;
  return h(
    'span',
    { class: `said ${sign}` },
    icon(sign),
    spoken(`${sign}: `),
    text === ''
      ? h('span', { class: 'text nothing' }, nothingSaid)
      : h('bdi', { class: 'text' }, text),
  );
}
