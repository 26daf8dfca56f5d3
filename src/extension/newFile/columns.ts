/** What the columns of a data file hold, for choosing among them. */
import { counted } from '../../base/format.ts';
import type { Table } from '../../data/table.ts';

/** A column with a few of its values. */
export interface ColumnFacts {
  readonly name: string;
  /** "Lima, Oslo, Cairo … 57 different values" */
  readonly description: string;
  /** The values, most frequent first, where there are so few that they can be labels. */
  readonly labels: readonly string[] | undefined;
}

const examplesShown = 3;
const mostLabels = 10;
/** With fewer rows for each, equal values are chance. */
const rowsForLabel = 3;

/** The columns of a table in their order. */
export function columnFacts(table: Table): ColumnFacts[] {
  return table.columns.map((name) => {
    const counts = new Map<string, number>();
    for (const { values } of table.rows) {
      const value = values[name] ?? '';
      if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const distinct = [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value);
    const shown = distinct.slice(0, examplesShown).map(short).join(', ');
    const more = distinct.length > examplesShown ? ' …' : '';
    const description = `${shown}${more} (${counted(distinct.length, 'different value')})`;
    const isFew = distinct.length >= 2 && distinct.length <= mostLabels;
    const areLabels = isFew && table.rows.length >= rowsForLabel * distinct.length;
    return { name, description, labels: areLabels ? distinct : undefined };
  });
}

function short(value: string): string {
  const line = value.replace(/\s+/g, ' ').trim();
  return line.length <= 24 ? line : `${line.slice(0, 23)}…`;
}
