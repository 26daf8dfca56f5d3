/**
 * An input that a person types, or takes from an example, with every prompt's likeliest answers to it
 * side by side. It is made once and stays when a new report is drawn around it.
 */
import { isExactMatch } from '../src/evaluation/answerMatch.ts';
import { percent } from '../src/protocol/format.ts';
import type { OpenExamples } from '../src/protocol/exampleTable.ts';
import type { FromReportPage, Tried } from '../src/protocol/reportMessages.ts';
import type { TriedPrompt, TryResult } from '../src/protocol/tryInput.ts';
import { button, dropdown, textField } from './controls.ts';
import { h } from './element.ts';
import { nothingSaid } from './wording.ts';
import { icon, spoken } from './views/icons.ts';

/** The model is asked when nothing was typed for so long, in milliseconds. */
const pauseMs = 150;

/** More examples than these are gone through one by one, not listed. */
const listedExamples = 200;

export class TryPanel {
  readonly #post: (message: FromReportPage) => void;
  readonly #fields = h('div', { class: 'bar-of-controls try-fields' });
  readonly #status = h('p', { class: 'note', role: 'status' });
  readonly #answers = h('div', { class: 'tried' });
  /** What is shown: fields, examples, status and answers. */
  readonly element = h('div', { class: 'try' }, this.#fields, this.#status, this.#answers);
  #slots: readonly string[] = [];
  #examples: OpenExamples | undefined;
  #input: Record<string, string> = {};
  #example: number | undefined;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(post: (message: FromReportPage) => void) {
    this.#post = post;
  }

  /** The columns that slots of the file name now. */
  setSlots(columns: readonly string[]): void {
    // Fields that stay keep the cursor.
    if (columns.join('\n') === this.#slots.join('\n') && this.#asked > 0) return;
    this.#slots = columns;
    this.#drawFields();
    if (this.#asked === 0) this.#say('Type an input, or take an example.');
  }

  /** The examples of the report that is shown now; undefined where there is none. */
  setExamples(examples: OpenExamples | undefined): void {
    const count = examples?.count ?? 0;
    const same = count === this.#examples?.count;
    this.#examples = examples;
    if (same || (count === 0 && this.#example === undefined)) return;
    this.#example = undefined;
    this.#drawFields();
  }

  /** Asks about the first example unless something was asked, and puts the cursor into the field. */
  begin(): void {
    if (this.#asked === 0) {
      if (this.#count > 0) this.#choose(0);
      // Nothing to ask yet, but the model can start.
      else this.#ask();
    }
    this.#fields.querySelector<HTMLElement>('vscode-text-field')?.focus();
  }

  /** Shows an answer of the editor, unless something else was asked since. */
  answered({ id, result, problem }: Tried): void {
    if (id !== this.#asked) return;
    if (result === undefined) {
      this.#say(problem ?? 'The input was not tried.');
      return;
    }
    const reasons = new Set(result.prompts.map(({ reason }) => reason));
    const [reason] = reasons;
    if (reasons.size === 1 && reason !== undefined) {
      // What keeps every prompt from answering is said once.
      this.#say(`No answer: ${reason}.`);
      this.#answers.replaceChildren();
      return;
    }
    const ms = Math.round(result.milliseconds);
    this.#say(`${this.#rightText()}Answered in ${ms < 1 ? 'less than 1' : ms} ms.`);
    this.#answers.replaceChildren(...result.prompts.map((one) => this.#card(one, result)));
  }

  #drawFields(): void {
    const fields = this.#slots.map((column) =>
      textField(column, this.#input[column] ?? '', (text) => {
        this.#input = { ...this.#input, [column]: text };
        this.#example = undefined;
        this.#showOwn();
        this.#askSoon();
      }),
    );
    this.#fields.replaceChildren(...fields, ...this.#exampleControls());
  }

  /** What was typed is no example any more; the fields stay as they are, with the cursor in them. */
  #showOwn(): void {
    const list = this.#fields.querySelector<HTMLSelectElement>('vscode-dropdown');
    if (list) list.selectedIndex = 0;
  }

  #exampleControls(): HTMLElement[] {
    const count = this.#count;
    if (count === 0) return [];
    const next = button('Next example', () =>
      this.#choose(this.#example === undefined ? 0 : (this.#example + 1) % count),
    );
    if (count > listedExamples) return [next];
    const names = Array.from({ length: count }, (_, i) => {
      const input = this.#inputOf(i);
      return `${this.#slots.map((slot) => input[slot]!).join(', ')} → ${this.#answerOf(i)}`;
    });
    const chosen = this.#example === undefined ? 0 : this.#example + 1;
    const list = dropdown('example', ['your own', ...names.map(short)], chosen, (index) => {
      if (index > 0) this.#choose(index - 1);
    });
    return [list, next];
  }

  #choose(index: number): void {
    this.#example = index;
    this.#input = this.#inputOf(index);
    this.#drawFields();
    this.#ask();
  }

  #askSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), pauseMs);
  }

  #ask(): void {
    clearTimeout(this.#timer);
    this.#say('Asking the model …');
    this.#post({ type: 'try', id: ++this.#asked, input: this.#input });
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  get #count(): number {
    return this.#examples?.count ?? 0;
  }

  /** What an example has in the columns of the slots. */
  #inputOf(index: number): Record<string, string> {
    return Object.fromEntries(
      this.#slots.map((slot) => {
        const column = this.#examples!.inputs.find(({ name }) => name === slot);
        return [slot, column?.texts[column.rows[index]!] ?? ''];
      }),
    );
  }

  /** The right answer to an example. */
  #answerOf(index: number): string {
    const { texts, rows } = this.#examples!.answer;
    return texts[rows[index]!]!;
  }

  #rightText(): string {
    if (this.#example === undefined) return '';
    return `Example ${this.#example + 1} of ${this.#count}, right answer: ${this.#answerOf(this.#example)}. `;
  }

  #card({ prompt, seed, answers, reason }: TriedPrompt, { candidates }: TryResult): HTMLElement {
    const right = this.#example === undefined ? undefined : this.#answerOf(this.#example);
    const isRight = (answer: string) =>
      right !== undefined &&
      (candidates === 'generate' ? isExactMatch(answer, right) : answer === right);
    const list = answers.map(({ answer, probability }, i) =>
      h(
        'li',
        { class: i === 0 ? 'first' : undefined },
        h(
          'span',
          { class: 'text' },
          isRight(answer) && icon('right'),
          isRight(answer) && spoken('right: '),
          answer === '' ? h('span', { class: 'nothing' }, nothingSaid) : answer,
        ),
        h('span', { class: 'probability' }, probabilityText(probability)),
        h('span', {
          class: 'length',
          'aria-hidden': 'true',
          vars: { '--share': Math.min(1, probability).toFixed(4) },
        }),
      ),
    );
    return h(
      'section',
      { class: 'card', 'aria-label': `Answers of ${prompt}` },
      h(
        'h3',
        {},
        h('span', { class: 'name' }, prompt),
        seed !== undefined && h('span', { class: 'tag' }, `seed ${seed}`),
      ),
      reason === undefined
        ? h('ol', {}, ...list)
        : h('p', { class: 'note' }, `No answer: ${reason}.`),
      candidates === 'generate' &&
        answers.length > 0 &&
        h('p', { class: 'note' }, 'written freely'),
    );
  }
}

/** As percent; below one with a digit behind the point. */
function probabilityText(probability: number): string {
  if (probability >= 0.01 || probability === 0) return percent(probability);
  return probability < 0.0005 ? '< 0.1 %' : `${(100 * probability).toFixed(1)} %`;
}

/** A name for a list, on one line. */
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
