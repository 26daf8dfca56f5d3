/** Every example with every prompt's answer to it, to see what changed and not only how much. */
import { counted } from '../../src/protocol/format.ts';
import type { OpenExamples } from '../../src/protocol/exampleTable.ts';
import type { Report } from '../../src/protocol/report.ts';
import { choice, dropdown, searchField } from '../controls.ts';
import { h } from '../element.ts';
import type { ExampleColumn } from '../exampleColumns.ts';
import { exampleColumns } from '../exampleColumns.ts';
import {
  ExampleSearch,
  comparedOf,
  countOf,
  filterOf,
  filtersFor,
  filterText,
} from '../exampleFilters.ts';
import { orderedExamples } from '../exampleOrder.ts';
import type { ViewContext, ViewState } from '../state.ts';
import { VirtualGrid } from '../virtualGrid.ts';
import { exampleDetail } from './exampleDetail.ts';
import { empty, section } from './section.ts';

export function examplesSection(report: Report, context: ViewContext): HTMLElement {
  if (report.examples === 0) {
    return section(context, 'examples', 'Examples', '', empty('There are no examples to show.'));
  }
  // As high as the examples will be at most, so that what follows does not move far.
  const reading = h(
    'p',
    { class: 'reading-examples', role: 'status' },
    `Reading ${counted(report.examples, 'example')} …`,
  );
  context.examples.then(
    (examples) => reading.replaceWith(...new ExamplesView(report, examples, context).elements),
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      reading.textContent = `The examples cannot be read, the file is damaged (${why}). Write the report again with "ptune report".`;
    },
  );
  return section(context, 'examples', 'Examples', answersNote(report), reading);
}

function answersNote(report: Report): string {
  const seeds = report.prompts.some(({ runs }) => runs.length > 1);
  return seeds ? 'of a prompt with several seeds, the middle one answers' : '';
}

/** The controls, the grid and the example that is open, over one table of examples. */
class ExamplesView {
  readonly #report: Report;
  readonly #state: ViewState;
  readonly #save: () => void;
  readonly #examples: OpenExamples;
  readonly #search: ExampleSearch;
  readonly #controls = h('div', { class: 'bar-of-controls' });
  readonly #holder = h('div', {});
  readonly #nothing = empty('');
  readonly #count = h('p', { class: 'note', role: 'status' });
  readonly #detail = h('div', { 'aria-live': 'polite' });
  #columns: readonly ExampleColumn[] = [];
  #grid: VirtualGrid | undefined;

  constructor(report: Report, examples: OpenExamples, { state, save }: ViewContext) {
    this.#report = report;
    this.#state = state;
    this.#save = save;
    this.#examples = examples;
    this.#search = new ExampleSearch(this.#examples);
    this.#drawControls();
    this.#drawGrid();
  }

  get elements(): HTMLElement[] {
    return [this.#controls, this.#holder, this.#nothing, this.#count, this.#detail];
  }

  /** Answers were written freely. */
  get #written(): boolean {
    return this.#report.candidates.kind === 'generate';
  }

  get #compared() {
    return comparedOf(this.#report, this.#state.compared);
  }

  #drawControls(): void {
    const compared = this.#compared;
    const filters = filtersFor(compared);
    if (!filters.includes(this.#state.filter)) this.#state.filter = 'all';
    const chips = choice(
      'Show',
      filters.map((value) => ({
        value,
        text: `${filterText(value, compared)} (${countOf(this.#examples, filterOf(this.#examples, value, compared))})`,
      })),
      this.#state.filter,
      (filter) => this.#change({ filter }),
    );
    const search = searchField('Search examples', this.#state.search, (text) =>
      this.#change({ search: text }),
    );
    this.#controls.replaceChildren(
      ...[chips, this.#promptChoice(), this.#seedChoice(), search].filter(
        (part) => part !== undefined,
      ),
    );
  }

  /** Which prompt the filters speak of. */
  #promptChoice(): HTMLElement | undefined {
    const { names, subject } = this.#compared;
    const baseline = this.#report.prompts.find((prompt) => prompt.baseline)?.summary.name;
    const subjects = names.filter((name) => name !== baseline);
    if (subjects.length < 2) return undefined;
    return dropdown('prompt', subjects, subjects.indexOf(subject), (index) => {
      this.#state.compared = subjects[index]!;
      this.#drawControls();
      this.#controls.querySelector<HTMLElement>('vscode-dropdown')?.focus();
      this.#drawGrid();
      this.#save();
    });
  }

  #seedChoice(): HTMLElement | undefined {
    if (this.#examples.prompts.every(({ runs }) => runs.length === 1)) return undefined;
    return choice(
      'Seeds',
      [
        { value: 'middle', text: 'middle seed' },
        { value: 'every', text: 'every seed' },
      ],
      this.#state.everySeed === true ? 'every' : 'middle',
      (value) => {
        this.#state.everySeed = value === 'every';
        this.#drawGrid();
        this.#save();
      },
    );
  }

  #change(change: Partial<ViewState>): void {
    Object.assign(this.#state, change);
    this.#save();
    this.#drawRows();
  }

  #drawGrid(): void {
    this.#columns = exampleColumns(this.#examples, {
      baseline: this.#report.prompts.find((prompt) => prompt.baseline)?.summary.name,
      subject: this.#compared.subject,
      everySeed: this.#state.everySeed === true,
      written: this.#written,
    });
    this.#grid = new VirtualGrid({
      label: 'Examples',
      columns: this.#columns,
      onSort: ({ id }) => this.#sortBy(id),
      onOpen: (example) => this.#open(example),
      onMove: (example) => {
        if (this.#detail.hasChildNodes()) this.#open(example);
      },
      onClose: () => this.#detail.replaceChildren(),
    });
    this.#holder.replaceChildren(this.#grid.element);
    this.#drawRows();
  }

  /** Best first, then worst first, then the order of the data again. */
  #sortBy(id: string): void {
    const { sort } = this.#state;
    if (sort?.column !== id) this.#change({ sort: { column: id, descending: false } });
    else if (!sort.descending) this.#change({ sort: { column: id, descending: true } });
    else {
      delete this.#state.sort;
      this.#change({});
    }
  }

  #drawRows(): void {
    const { filter, search, sort } = this.#state;
    const isLike = filterOf(this.#examples, filter, this.#compared);
    const contains = this.#search.keep(search);
    const sorted = this.#columns.find(({ id }) => id === sort?.column);
    const shown = orderedExamples(this.#examples, (one) => isLike(one) && contains(one), {
      keys: sorted?.keys(),
      descending: sorted !== undefined && sort!.descending,
    });
    const { count } = this.#examples;
    this.#count.textContent =
      shown.length === count
        ? `All ${counted(count, 'example')}`
        : `${shown.length} of ${counted(count, 'example')}`;
    this.#nothing.textContent = nothingText(search);
    this.#nothing.hidden = shown.length > 0;
    this.#holder.hidden = shown.length === 0;
    this.#grid!.setSort(sorted?.id, sort?.descending === true);
    this.#grid!.setItems(shown);
  }

  #open(example: number): void {
    const close = () => {
      this.#detail.replaceChildren();
      this.#grid!.focus();
    };
    const detail = exampleDetail(this.#examples, example, { written: this.#written, close });
    this.#detail.replaceChildren(detail);
  }
}

function nothingText(search: string): string {
  return search.trim() === ''
    ? 'No example is like this.'
    : `No example here contains “${search.trim()}”.`;
}
