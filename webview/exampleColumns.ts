/** The columns of the examples: their texts, the right answer, and what each prompt said. */
import { counted, twoPlaces } from '../src/protocol/format.ts';
import type { OpenExamples, OpenPrompt, OpenRun, OpenTexts } from '../src/protocol/exampleTable.ts';
import { probabilityOf } from '../src/protocol/exampleTable.ts';
import { visibleText } from '../src/protocol/visibleText.ts';
import { h } from './element.ts';
import type { SortKeys } from './exampleOrder.ts';
import { runKeys, textKeys, writtenKeys } from './exampleOrder.ts';
import type { GridCell, GridColumn } from './virtualGrid.ts';
import { nothingSaid } from './wording.ts';

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
  /** The answers were written freely: there are no candidates to have a rank among. */
  readonly written: boolean;
}

/** The columns, left to right. */
export function exampleColumns(
  examples: OpenExamples,
  { baseline, subject, everySeed, written }: ColumnChoice,
): ExampleColumn[] {
  const place = ({ name }: OpenPrompt) => (name === baseline ? 0 : name === subject ? 1 : 2);
  const prompts = examples.prompts.toSorted((a, b) => place(a) - place(b));
  const runColumn = (run: OpenRun, title: string, prompt?: OpenPrompt) =>
    columnOf({ texts: examples.answer.texts, run, title, prompt, written });
  return [
    numberColumn(examples.count),
    ...examples.inputs.map((input, i) => textColumn(`input:${i}`, input.name, 'input', input)),
    textColumn('answer', 'right answer', 'answer', examples.answer),
    ...prompts.flatMap((prompt) => {
      const tag = prompt.name === baseline ? { tag: 'baseline' } : {};
      if (!everySeed || prompt.runs.length === 1) {
        return [{ ...runColumn(prompt.middle, prompt.name, prompt), ...tag }];
      }
      return prompt.runs.map((run) => runColumn(run, `${prompt.name}, seed ${run.seed ?? '–'}`));
    }),
  ];
}

function numberColumn(count: number): ExampleColumn {
  const width = 1.6 + 0.5 * String(count).length;
  return {
    id: 'number',
    title: '#',
    hint: 'Sort in the order of the data',
    least: width,
    narrowest: width,
    isFixed: true,
    isLead: true,
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
    narrowest: 2.75,
    isLead: true,
    cell: () => textCell(style, (example) => column.texts[column.rows[example]!]!),
    keys: once(() => textKeys(column)),
  };
}

/** What one run says to the examples. */
interface SaidColumn {
  /** The answers, right and given. */
  readonly texts: readonly string[];
  readonly run: OpenRun;
  readonly title: string;
  /** Whose seeds are counted in the cell, where it has several. */
  readonly prompt: OpenPrompt | undefined;
  readonly written: boolean;
}

function columnOf(said: SaidColumn): ExampleColumn {
  const { title, run, written } = said;
  return {
    id: `run:${title}`,
    title,
    hint: written
      ? `Sort by what ${title} answers right, then by the probability of the right answer`
      : `Sort by what ${title} ranks highest: the right answer’s rank, then its probability`,
    least: 12,
    narrowest: 5,
    cell: () => answerCell(said),
    keys: once(() => (written ? writtenKeys(run) : runKeys(run))),
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
  const shown = document.createTextNode('');
  const element = h('div', { class: style, dir: 'auto' }, shown);
  return {
    element,
    show: (example) => {
      shown.data = visibleText(text(example));
      // What does not fit can be read all the same.
      element.title = shown.data.length > 20 ? shown.data : '';
    },
  };
}

/**
 * A sign, the answer, its probability, and the right answer's rank where it is another one. Texts
 * change in their nodes, which hold the spaces, too, and only what differs is touched: hundreds of
 * cells are shown anew while the grid is scrolled.
 */
function answerCell({ texts, run, prompt, written }: SaidColumn): GridCell {
  const { said, correct, rank, probability } = run;
  const [sign, answer, numbers] = Array.from({ length: 3 }, () => document.createTextNode(''));
  const signElement = h('span', { class: 'sign', role: 'img' }, sign);
  const answerElement = h('bdi', { class: 'text' }, answer);
  const numbersElement = h('span', { class: 'measured' }, numbers);
  const element = h('div', { class: 'said' }, signElement, answerElement, numbersElement);
  let wasRight: boolean | undefined;
  return {
    element,
    show: (example) => {
      const isRight = correct[example] === 1;
      if (isRight !== wasRight) {
        wasRight = isRight;
        element.classList.toggle('right', isRight);
        element.classList.toggle('wrong', !isRight);
        sign!.data = isRight ? '✓ ' : '✗ ';
        signElement.setAttribute('aria-label', isRight ? 'right' : 'wrong');
      }
      const text = texts[said[example]!]!;
      answerElement.classList.toggle('nothing', text === '');
      answer!.data = text === '' ? nothingSaid : visibleText(shortened(text));
      const place = isRight || written ? '' : ` rank ${rank[example]!}`;
      numbers!.data = ` ${twoPlaces(probabilityOf(probability[example]!))}${place}`;
      const seeds = prompt === undefined ? '' : seedsNote(prompt, example);
      if (element.title !== seeds) element.title = seeds;
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
