/** A part of the report as a table for other programs: as CSV whole, as Markdown what people read of it. */
import type { Report } from '../../src/protocol/report.ts';
import type { Stale } from '../stale.ts';
import type { Cell } from './csv.ts';
import { csvText } from './csv.ts';
import { factsText, staleLines } from './markdown.ts';
import { markdownTable, plain } from './markdownText.ts';

/** Where a row belongs to a prompt it says so, and then also whether that prompt's score is stale. */
export interface TableRow {
  readonly prompt: string;
}

export interface TableColumn<Row> {
  /** In CSV. */
  readonly name: string;
  readonly value: (row: Row) => Cell;
  /** In Markdown, where the column stands there. */
  readonly text?: (row: Row) => string;
  /** Its heading in Markdown, where it is not the name. */
  readonly heading?: string;
}

/** A table that can be saved. */
export interface ExportTable {
  /** In the menu. */
  readonly label: string;
  /** Of the file, without its end. */
  readonly file: string;
  readonly csv: (stale: Stale) => string;
  readonly markdown: (report: Report, stale: Stale) => string;
}

/** A table of rows; `under` are lines of Markdown that follow it. */
export function exportTable<Row extends TableRow>(
  label: string,
  file: string,
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  under: readonly string[] = [],
): ExportTable {
  const read = columns.filter(({ text }) => text !== undefined);
  const isNumber = ({ value }: TableColumn<Row>) =>
    rows.every((row) => typeof value(row) === 'number');
  return {
    label,
    file,
    csv: (stale) =>
      csvText([
        ['prompt', ...columns.map(({ name }) => name), 'stale'],
        ...rows.map((row) => [
          row.prompt,
          ...columns.map(({ value }) => value(row)),
          stale[row.prompt],
        ]),
      ]),
    markdown: (report, stale) =>
      pageOf(report, stale, label, [
        ...markdownTable(
          ['prompt', ...read.map(({ name, heading }) => heading ?? name)],
          read.flatMap((column, i) => (isNumber(column) ? [i + 1] : [])),
          rows.map((row) => [plain(row.prompt), ...read.map(({ text }) => plain(text!(row)))]),
        ),
        ...(under.length > 0 ? ['', ...under.map(plain)] : []),
      ]),
  };
}

/** Lines under what they are about: title, what was scored, and what of it is stale. */
export function pageOf(
  report: Report,
  stale: Stale,
  title: string,
  lines: readonly string[],
): string {
  const head = [`## ${plain(title)}`, '', plain(factsText(report)), '', ...staleLines(stale)];
  return [...head, ...lines, ''].join('\n');
}
