/** How wide the columns of a grid are where there is not room for all of them. */

export interface ColumnRoom {
  /** The least width that shows most of what is in it, in any unit. */
  readonly least: number;
  /** Where there is little room it may be as narrow as this. */
  readonly narrowest: number;
  /** It stays as wide as `least`. */
  readonly isFixed?: boolean;
  /** It says what the others are about, and gives up room for them. */
  readonly isLead?: boolean;
}

/** So many of the columns that are no leads are to be in sight. */
const wanted = 2;
/** The share of the room that each of them takes before the leads give up theirs. */
const wantedShare = 0.27;

/**
 * The least width of every column: what it asks for where all fit, else leads as narrow as it takes for
 * the first two other columns to be in sight beside them.
 */
export function columnWidths(columns: readonly ColumnRoom[], room: number): number[] {
  const total = sum(columns.map(({ least }) => least));
  if (total <= room) return columns.map(({ least }) => least);
  const others = columns.filter(({ isLead }) => !isLead);
  const otherWidth = ({ least, narrowest }: ColumnRoom) =>
    Math.min(least, Math.max(narrowest, room * wantedShare));
  const leads = columns.filter(({ isLead }) => isLead);
  const left = room - sum(others.slice(0, wanted).map(otherWidth));
  const leadWidths = new Map(shrunk(leads, left).map((width, i) => [leads[i]!, width] as const));
  return columns.map((column) => leadWidths.get(column) ?? otherWidth(column));
}

/** Widths that fit into the room in proportion, none below its narrowest. */
function shrunk(columns: readonly ColumnRoom[], room: number): number[] {
  const least = columns.map(({ least: width, narrowest, isFixed }) =>
    isFixed ? width : narrowest,
  );
  let factor = 1;
  // A column that cannot give up its share leaves more to the others; each round fixes one at least.
  for (let round = 0; round < columns.length; round++) {
    const isStuck = columns.map((column, i) => column.least * factor <= least[i]!);
    const stuck = sum(least.filter((_width, i) => isStuck[i]));
    const free = sum(columns.filter((_column, i) => !isStuck[i]).map((column) => column.least));
    if (free === 0) break;
    factor = Math.min(1, Math.max(0, room - stuck) / free);
  }
  return columns.map((column, i) => Math.max(least[i]!, column.least * factor));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
