/** Which rows of a long list are drawn. */

/** From the first row that is drawn up to the one after the last. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/**
 * Rows are drawn by blocks of this many, and a block ahead: most frames of a scroll then change
 * nothing in the page, and the browser only moves what is drawn.
 */
const block = 8;

/** The rows that are seen, and some above and below. Lengths in CSS pixels. */
export function drawnRows(
  count: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
): RowRange {
  const first = Math.floor(scrollTop / rowHeight / block) - 1;
  const end = Math.ceil((scrollTop + height) / rowHeight / block) + 1;
  return {
    first: Math.max(0, Math.min(first * block, count)),
    end: Math.max(0, Math.min(end * block, count)),
  };
}

/** Where to scroll so that a row is seen whole, as near as can be to where it is now. */
export function scrolledTo(
  row: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - height);
}

/** A cell of the grid; row −1 is the headings. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** A key as an event has it. */
export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/**
 * Where a key leads from a cell, as in the grid pattern of the ARIA authoring practices; undefined
 * for a key that does not move.
 */
export function moved(
  { row, column }: Place,
  { key, ctrlKey, metaKey }: Key,
  {
    rows,
    columns,
    page,
  }: { readonly rows: number; readonly columns: number; readonly page: number },
): Place | undefined {
  const whole = ctrlKey || metaKey;
  const at = (toRow: number, toColumn: number) => ({
    row: Math.max(-1, Math.min(rows - 1, toRow)),
    column: Math.max(0, Math.min(columns - 1, toColumn)),
  });
  switch (key) {
    case 'ArrowUp':
      return at(whole ? 0 : row - 1, column);
    case 'ArrowDown':
      return at(whole ? rows - 1 : row + 1, column);
    case 'ArrowLeft':
      return at(row, whole ? 0 : column - 1);
    case 'ArrowRight':
      return at(row, whole ? columns - 1 : column + 1);
    case 'PageUp':
      return at(Math.max(0, row - page), column);
    case 'PageDown':
      return at(row + page, column);
    case 'Home':
      return at(whole ? 0 : row, 0);
    case 'End':
      return at(whole ? rows - 1 : row, columns - 1);
    default:
      return undefined;
  }
}
