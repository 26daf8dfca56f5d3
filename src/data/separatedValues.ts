/** Reads tables of comma- or tab-separated values, the columns' names in the first line. */
import { CsvError, parse } from 'csv-parse/sync';
import type { Row } from './table.ts';
import { unreadable } from './table.ts';

interface ParsedRecord {
  readonly record: readonly string[];
  /** Lines read when the record ended. */
  readonly info: { readonly lines: number };
  readonly raw: string;
}

/**
 * The rows below the header. Commas: values may stand in double quotes (RFC 4180). Tabs: a value is
 * whatever stands between two tabs, quotes included.
 *
 * @throws PtuneError `data/unreadable` with the line whose number of values differs from the
 *   header's, or whose quotes are not closed.
 */
export function readSeparated(text: string, file: string, delimiter: ',' | '\t'): Row[] {
  let records: ParsedRecord[];
  try {
    records = parse(text, {
      delimiter,
      quote: delimiter === ',' ? '"' : null,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
      raw: true,
    }) as unknown as ParsedRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : undefined;
    const where = line === undefined ? '' : ` in line ${line}`;
    throw unreadable(
      file,
      `cannot be read${where}: ${error.message.replace(/\.$/, '')}`,
      'Close every quote, and double the quotes inside a quoted value.',
      { line, cause: error },
    );
  }
  const [header, ...body] = records;
  if (header === undefined) return [];
  const columns = header.record.map((name) => name.trim());
  checkHeader(columns, file);
  return body.map(({ record, info, raw }) => {
    // The raw text begins with the blank lines that were skipped; they lie before the row.
    const line = info.lines - (raw.trim().match(/\r\n|\n|\r/g)?.length ?? 0);
    if (record.length !== columns.length) {
      const found = `has ${record.length} values in line ${line}, but ${columns.length} columns in its header`;
      const next =
        delimiter === ','
          ? 'Put values that hold a comma in double quotes.'
          : 'Put exactly one tab between two values.';
      throw unreadable(file, found, next, { line });
    }
    return { values: Object.fromEntries(columns.map((name, i) => [name, record[i]!])), line };
  });
}

function checkHeader(columns: readonly string[], file: string): void {
  const empty = columns.indexOf('');
  if (empty !== -1) {
    const found = `has no name for column ${empty + 1} in its first line`;
    throw unreadable(file, found, 'Put the names of the columns in the first line.', { line: 1 });
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) {
    throw unreadable(file, `has two columns "${twice}"`, 'Rename one of them.', { line: 1 });
  }
}
