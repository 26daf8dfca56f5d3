/** The columns of the examples: their texts, the right answer, and what each prompt said. */
import { counted, twoPlaces } from '../src/protocol/format.ts';
import type { OpenExamples, OpenPrompt, OpenRun, OpenTexts } from '../src/protocol/exampleTable.ts';
import { probabilityOf } from '../src/protocol/exampleTable.ts';
import { visibleText } from '../src/protocol/visibleText.ts';
import { h } from './element.ts';
import type { SortKeys } from './exampleOrder.ts';
import { runKeys, textKeys } from './exampleOrder.ts';
import type { GridCell, GridColumn } from './virtualGrid.ts';

/** A column with what it is sorted by, made when it is asked for first. */
export interface ExampleColumn extends GridColumn {
  readonly keys: () => SortKeys;
}

/** Which columns there are. */
export interface ColumnChoice {
  /** The prompt that the others are held against. */
  readonly baseline: string | undefined;
  /** The prompt that is looked at, which stands beside the baseline. */
  readonly subject: string;
  /** A column for every seed instead of the middle one's alone. */
  readonly everySeed: boolean;
}

/** The columns, left to right. */
export function exampleColumns(
  examples: OpenExamples,
  { baseline, subject, everySeed }: ColumnChoice,
): ExampleColumn[] {
  const place = ({ name }: OpenPrompt) => (name === baseline ? 0 : name === subject ? 1 : 2);
  const prompts = examples.prompts.toSorted((a, b) => place(a) - place(b));
  return [
    numberColumn(),
    ...examples.inputs.map((input, i) => textColumn(`input:${i}`, input.name, 'input', input)),
    textColumn('answer', 'right answer', 'answer', examples.answer),
    ...prompts.flatMap((prompt) => {
      const tag = prompt.name === baseline ? { tag: 'baseline' } : {};
      if (!everySeed || prompt.runs.length === 1) {
        return [{ ...runColumn(examples, prompt.middle, prompt.name, prompt), ...tag }];
      }
      return prompt.runs.map((run) =>
        runColumn(examples, run, `${prompt.name}, seed ${run.seed ?? '–'}`),
      );
    }),
  ];
}

function numberColumn(): ExampleColumn {
  return {
    id: 'number',
    title: '#',
    hint: 'Sort in the order of the data',
    least: 4,
    isFixed: true,
    cell: () => textCell('number', (example) => String(example + 1)),
    keys: () => undefined,
  };
}

function textColumn(id: string, name: string, style: string, column: OpenTexts): ExampleColumn {
  return {
    id,
    title: name,
    hint: `Sort by ${name}`,
    least: widthFor(column),
    cell: () => textCell(style, (example) => column.texts[column.rows[example]!]!),
    keys: once(() => textKeys(column)),
  };
}

/** @param prompt  whose seeds are counted in the cell, where it has several */
function runColumn(
  { answer: { texts } }: OpenExamples,
  run: OpenRun,
  title: string,
  prompt?: OpenPrompt,
): ExampleColumn {
  return {
    id: `run:${title}`,
    title,
    hint: `Sort by what ${title} ranks highest: the right answer’s rank, then its probability`,
    least: 12,
    cell: () => answerCell(texts, run, prompt),
    keys: once(() => runKeys(run)),
  };
}

/** Room for what most of the first rows say, in rem. */
function widthFor({ texts, rows }: OpenTexts): number {
  const lengths = Array.from(rows.subarray(0, 200), (row) => texts[row]!.length).sort(
    (a, b) => a - b,
  );
  const most = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
  return Math.max(7, Math.min(24, Math.round(most * 0.5)));
}

function textCell(style: string, text: (example: number) => string): GridCell {
  const element = h('div', { class: style, dir: 'auto' });
  return {
    element,
    show: (example) => {
      const shown = visibleText(text(example));
      element.textContent = shown;
      // What does not fit can be read all the same.
      element.title = shown.length > 20 ? shown : '';
    },
  };
}

/** A sign, the answer, its probability, and the right answer's rank where it is another one. */
function answerCell(
  texts: readonly string[],
  { said, correct, rank, probability }: OpenRun,
  prompt: OpenPrompt | undefined,
): GridCell {
  const sign = h('span', { class: 'sign', role: 'img' });
  const text = h('bdi', { class: 'text' });
  const sure = h('span', { class: 'probability' });
  const place = h('span', { class: 'rank' });
  const element = h('div', {}, sign, ' ', text, ' ', sure, ' ', place);
  return {
    element,
    show: (example) => {
      const isRight = correct[example] === 1;
      element.className = `grid-cell said ${isRight ? 'right' : 'wrong'}`;
      sign.textContent = isRight ? '✓' : '✗';
      sign.setAttribute('aria-label', isRight ? 'right' : 'wrong');
      text.textContent = visibleText(shortened(texts[said[example]!]!));
      sure.textContent = twoPlaces(probabilityOf(probability[example]!));
      place.textContent = isRight ? '' : `rank ${rank[example]!}`;
      element.title = prompt === undefined ? '' : seedsNote(prompt, example);
    },
  };
}

/** Room for what stands behind the answer; the example's own view has it whole. */
function shortened(text: string): string {
  return text.length <= 30 ? text : `${text.slice(0, 29)}…`;
}

/** "right in 2 of 3 seeds". */
function seedsNote({ runs }: OpenPrompt, example: number): string {
  if (runs.length === 1) return '';
  const right = runs.filter(({ correct }) => correct[example] === 1).length;
  return `right in ${right} of ${counted(runs.length, 'seed')}`;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
