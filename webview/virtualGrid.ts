/**
 * A grid of any number of rows, of which only those in sight are in the page. It follows the grid
 * pattern of the ARIA authoring practices: the grid keeps the focus and names its active cell, so
 * nothing is lost when a row that was in sight is used again for another one.
 */
import type { ColumnRoom } from './columnWidths.ts';
import { columnWidths } from './columnWidths.ts';
import { h } from './element.ts';
import type { Place } from './virtualRows.ts';
import { drawnRows, moved, scrolledTo } from './virtualRows.ts';

/** A cell that can show any item. */
export interface GridCell {
  readonly element: HTMLElement;
  show(item: number): void;
}

/** Its widths are in rem; what is left over is shared in proportion. */
export interface GridColumn extends ColumnRoom {
  readonly id: string;
  readonly title: string;
  /** A word beside the title. */
  readonly tag?: string;
  /** What a sort by this column does. */
  readonly hint: string;
  readonly cell: () => GridCell;
}

export interface GridOptions {
  readonly label: string;
  readonly columns: readonly GridColumn[];
  /** A heading was pressed. */
  readonly onSort: (column: GridColumn) => void;
  /** A row was pressed or chosen with Enter. */
  readonly onOpen: (item: number) => void;
  /** Another row is the active one. */
  readonly onMove: (item: number) => void;
  /** Escape was pressed. */
  readonly onClose: () => void;
}

interface DrawnRow {
  readonly element: HTMLElement;
  readonly cells: readonly GridCell[];
  row: number;
}

/** In CSS pixels, as in report.css. All rows are alike, so where each one is need not be measured. */
const rowHeight = 30;

/** Milliseconds without a scroll after which it is over. */
const restAfter = 150;

let grids = 0;

/** Shows items, which are numbers that its columns know how to show, in the order given. */
export class VirtualGrid {
  /** The grid, which scrolls its rows. */
  readonly element: HTMLElement;
  readonly #id = `grid${++grids}`;
  readonly #options: GridOptions;
  readonly #headings: readonly HTMLElement[];
  readonly #head: HTMLElement;
  readonly #body = h('div', { class: 'grid-body', role: 'rowgroup' });
  #items: Uint32Array = new Uint32Array();
  /** In the order of their rows. */
  #drawn: DrawnRow[] = [];
  #active: Place = { row: 0, column: 0 };
  #marked: HTMLElement | undefined;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(options: GridOptions) {
    const { label, columns } = options;
    this.#options = options;
    this.#headings = columns.map((column, i) => this.#heading(column, i));
    this.#head = h('div', { class: 'grid-row', role: 'row', 'aria-rowindex': 1 });
    this.#head.append(...this.#headings);
    this.element = h(
      'div',
      {
        class: 'grid-view',
        role: 'grid',
        tabindex: 0,
        'aria-label': label,
        'aria-colcount': columns.length,
        on: {
          scroll: () => this.#draw(restAfter),
          keydown: (event) => this.#onKey(event as KeyboardEvent),
          focus: () => this.#mark(),
        },
      },
      h('div', { class: 'grid-head', role: 'rowgroup' }, this.#head),
      this.#body,
    );
    this.#body.addEventListener('click', (event) => this.#onClick(event));
    this.#layOut(Infinity);
    new ResizeObserver(() => {
      this.#layOut(this.element.clientWidth / remPixels());
      this.#draw();
    }).observe(this.element);
  }

  /** Gives the columns their widths in so much room, in rem. */
  #layOut(room: number): void {
    const { columns } = this.#options;
    const widths = columnWidths(columns, room);
    const tracks = widths.map((width, i) =>
      columns[i]!.isFixed ? `${width}rem` : `minmax(${width}rem, ${width}fr)`,
    );
    const { style } = this.element;
    style.setProperty('--tracks', tracks.join(' '));
    style.setProperty('--least', `${widths.reduce((total, width) => total + width, 0)}rem`);
    style.setProperty('--first', `${widths[0]!}rem`);
  }

  /** Shows other items, from the first one. */
  setItems(items: Uint32Array): void {
    this.#items = items;
    this.element.setAttribute('aria-rowcount', String(items.length + 1));
    this.element.style.setProperty('--height', `${items.length * rowHeight}px`);
    this.element.scrollTop = 0;
    // Headings that were pressed stay the active ones.
    this.#active = { row: Math.min(0, this.#active.row), column: this.#active.column };
    for (const { element } of this.#drawn) element.remove();
    this.#drawn = [];
    this.#draw();
  }

  /** Says by which column the items are sorted; undefined for none. */
  setSort(id: string | undefined, descending: boolean): void {
    this.#options.columns.forEach((column, i) => {
      const sort = column.id !== id ? 'none' : descending ? 'descending' : 'ascending';
      this.#headings[i]!.setAttribute('aria-sort', sort);
    });
  }

  /** Gives the grid the focus. */
  focus(): void {
    this.element.focus();
  }

  #heading(column: GridColumn, index: number): HTMLElement {
    return h(
      'div',
      {
        class: 'grid-cell',
        role: 'columnheader',
        'aria-colindex': index + 1,
        'aria-sort': 'none',
        title: column.hint,
        on: {
          click: () => {
            this.#active = { row: -1, column: index };
            this.#options.onSort(column);
            this.#mark();
          },
        },
      },
      h('span', { class: 'title' }, column.title),
      column.tag !== undefined && h('span', { class: 'tag' }, column.tag),
    );
  }

  /** The height in which rows are seen, below the headings. */
  get #height(): number {
    return this.element.clientHeight - this.#head.offsetHeight;
  }

  /** Puts the rows in sight into the page, in order `rest` ms later; rows that left it are used again. */
  #draw(rest = 0): void {
    const { scrollTop, scrollLeft, classList } = this.element;
    classList.toggle('scrolled-right', scrollLeft > 0);
    const { first, end } = drawnRows(this.#items.length, rowHeight, scrollTop, this.#height);
    if (first === this.#drawn[0]?.row && end - 1 === this.#drawn.at(-1)?.row) return;
    const isSeen = ({ row }: DrawnRow) => row >= first && row < end;
    const spare = this.#drawn.filter((one) => !isSeen(one));
    const kept = this.#drawn.filter(isSeen);
    const from = kept[0]?.row ?? end;
    const next = kept.length === 0 ? end : kept.at(-1)!.row + 1;
    const above = range(first, from).map((row) => this.#filled(spare.pop(), row));
    const below = range(next, end).map((row) => this.#filled(spare.pop(), row));
    for (const { element } of spare) element.remove();
    this.#drawn = [...above, ...kept, ...below];
    this.#order(rest);
    this.#mark();
  }

  /**
   * Puts new rows into the page, and all rows into their order there, for readers that go by it. A
   * row that is moved in the page is laid out anew, so while the grid scrolls rows stay where they
   * are until nothing has moved for `rest` ms; only their numbers and places tell their order then.
   */
  #order(rest: number): void {
    for (const { element } of this.#drawn) {
      if (element.parentNode !== this.#body) this.#body.append(element);
    }
    const sort = () => {
      const elements = this.#drawn.map(({ element }) => element);
      if (elements.some((element, i) => this.#body.children[i] !== element)) {
        this.#body.replaceChildren(...elements);
      }
    };
    clearTimeout(this.#resting);
    if (rest === 0) sort();
    else this.#resting = setTimeout(sort, rest);
  }

  /** A row that shows what stands at `row`. */
  #filled(spare: DrawnRow | undefined, row: number): DrawnRow {
    const drawn = spare ?? this.#newRow();
    drawn.row = row;
    drawn.element.setAttribute('aria-rowindex', String(row + 2));
    drawn.element.style.transform = `translateY(${row * rowHeight}px)`;
    for (const cell of drawn.cells) cell.show(this.#items[row]!);
    return drawn;
  }

  #newRow(): DrawnRow {
    const cells = this.#options.columns.map(({ cell }, i) => {
      const made = cell();
      made.element.classList.add('grid-cell');
      made.element.setAttribute('role', 'gridcell');
      made.element.setAttribute('aria-colindex', String(i + 1));
      return made;
    });
    const element = h('div', { class: 'grid-row', role: 'row' });
    element.append(...cells.map((cell) => cell.element));
    return { element, cells, row: -1 };
  }

  /** Names the active cell, where it is drawn, and sets it apart. */
  #mark(): void {
    const { row, column } = this.#active;
    const id = `${this.#id}-${row}-${column}`;
    if (this.element.getAttribute('aria-activedescendant') !== id) {
      this.element.setAttribute('aria-activedescendant', id);
    }
    const active =
      row < 0
        ? this.#headings[column]
        : this.#drawn.find((drawn) => drawn.row === row)?.cells[column]?.element;
    if (this.#marked !== active) {
      this.#marked?.classList.remove('active');
      this.#marked?.removeAttribute('id');
      this.#marked = active;
      active?.classList.add('active');
    }
    if (active && active.id !== id) active.id = id;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.#options.onClose();
      return;
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const { row, column } = this.#active;
      if (row < 0) this.#options.onSort(this.#options.columns[column]!);
      else if (row < this.#items.length) this.#options.onOpen(this.#items[row]!);
      return;
    }
    const to = moved(this.#active, event, {
      rows: this.#items.length,
      columns: this.#options.columns.length,
      page: Math.max(1, Math.floor(this.#height / rowHeight) - 1),
    });
    if (to === undefined) return;
    event.preventDefault();
    this.#go(to);
  }

  #go(to: Place): void {
    const isOther = to.row !== this.#active.row;
    this.#active = to;
    const { element } = this;
    if (to.row >= 0) {
      element.scrollTop = scrolledTo(to.row, rowHeight, element.scrollTop, this.#height);
    }
    this.#draw();
    this.#mark();
    const heading = this.#headings[to.column]!;
    // The first columns stay in sight, and cover what is scrolled under them.
    const covered = stuckWidth(this.#headings, to.column);
    const left = heading.offsetLeft - covered;
    const right = heading.offsetLeft + heading.offsetWidth;
    if (left < element.scrollLeft) element.scrollLeft = left;
    else if (right > element.scrollLeft + element.clientWidth) {
      element.scrollLeft = Math.min(left, right - element.clientWidth);
    }
    if (isOther && to.row >= 0) this.#options.onMove(this.#items[to.row]!);
  }

  #onClick(event: Event): void {
    const cell = (event.target as Element).closest('[role=gridcell]');
    const drawn = this.#drawn.find(({ element }) => element === cell?.parentElement);
    if (drawn === undefined) return;
    const column = drawn.cells.findIndex(({ element }) => element === cell);
    this.#active = { row: drawn.row, column };
    this.#mark();
    this.#options.onOpen(this.#items[drawn.row]!);
  }
}

function remPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function range(from: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - from) }, (_, i) => from + i);
}

/** How much of the grid's left side the columns that do not scroll cover. */
function stuckWidth(headings: readonly HTMLElement[], column: number): number {
  const stuck = headings.filter((one) => getComputedStyle(one).position === 'sticky');
  if (stuck.includes(headings[column]!)) return headings[column]!.offsetLeft;
  return stuck.reduce((width, one) => width + one.offsetWidth, 0);
}
