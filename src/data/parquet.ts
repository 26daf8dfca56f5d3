/** Reads tables from Parquet files. */
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { AsyncBuffer } from 'hyparquet';
import type { Row } from './table.ts';
import { notReadable, unreadable } from './table.ts';

/**
 * The rows of a Parquet file (uncompressed or Snappy).
 *
 * @throws PtuneError `data/unreadable` when it is damaged, or holds lists or structures.
 */
export async function readParquet(path: string, file: string): Promise<Row[]> {
  let buffer: AsyncBuffer;
  try {
    buffer = await asyncBufferFromFile(path);
  } catch (error) {
    throw notReadable(file, error);
  }
  let records: Record<string, unknown>[];
  try {
    records = await parquetReadObjects({ file: buffer });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const next = 'Write it again as Parquet with Snappy compression, or as JSON Lines.';
    throw unreadable(file, `cannot be read as Parquet: ${reason}`, next, { cause: error });
  }
  return records.map((record, index) => {
    const entries = Object.entries(record).map(([column, cell]): [string, string] => {
      const text = cellText(cell);
      if (text === undefined) {
        const found = `has a list or a structure in column "${column}" of row ${index + 1}`;
        throw unreadable(file, found, 'Examples are flat: give each value a column of its own.');
      }
      return [column, text];
    });
    return { values: Object.fromEntries(entries), line: index + 1 };
  });
}

function cellText(cell: unknown): string | undefined {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString();
  if (cell instanceof Uint8Array) return new TextDecoder().decode(cell);
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean') {
    return String(cell);
  }
  return undefined;
}
