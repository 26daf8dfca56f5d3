/** Reads a table of examples from a file; every value is text, whatever the format. */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { readSeparated } from './separatedValues.ts';
import { readJson, readJsonLines } from './json.ts';
import { readParquet } from './parquet.ts';

/** One row of a table. A column that the row does not have is absent from `values`. */
export interface Row {
  readonly values: Readonly<Record<string, string>>;
  /** Line of the file, from 1; in a Parquet file, the row's number. */
  readonly line: number;
}

export interface Table {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** Every column that any row has, in the order of the file. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Reads the table at a path, as `readTable` does. */
export type TableReader = (path: string) => Promise<Table>;

/** The endings that `readTable` knows. */
export const tableExtensions = ['.jsonl', '.json', '.csv', '.tsv', '.parquet'] as const;

/**
 * The table in the file at `path`, its format by its ending. Numbers and truth values become text
 * as JSON writes them, null becomes empty text.
 *
 * @throws PtuneError `data/unreadable` with the file's name, the line where one is at fault, and
 *   what to do next; `data/no-examples` when the file holds none.
 */
export async function readTable(path: string): Promise<Table> {
  const file = basename(path);
  const rows = await readRows(path, file);
  if (rows.length === 0) {
    const message = `"${file}" has no examples.`;
    throw new PtuneError('data/no-examples', message, 'Put at least one example in it.');
  }
  const columns = new Set<string>();
  for (const { values } of rows) for (const column of Object.keys(values)) columns.add(column);
  return { file, columns: [...columns], rows };
}

async function readRows(path: string, file: string): Promise<Row[]> {
  switch (extname(path).toLowerCase()) {
    case '.jsonl':
      return readJsonLines(await readText(path), file);
    case '.json':
      return readJson(await readText(path), file);
    case '.csv':
      return readSeparated(await readText(path), file, ',');
    case '.tsv':
      return readSeparated(await readText(path), file, '\t');
    case '.parquet':
      return readParquet(path, file);
    default: {
      const ending = extname(path);
      const found = ending === '' ? 'no ending' : `the ending "${ending}"`;
      throw unreadable(
        file,
        `has ${found}, so it is no known kind of table`,
        `Use one of ${tableExtensions.join(', ')}.`,
      );
    }
  }
}

/**
 * The text of a UTF-8 file, without a byte order mark.
 *
 * @throws PtuneError `data/unreadable` when it cannot be read or is not UTF-8.
 */
export async function readText(path: string): Promise<string> {
  const file = basename(path);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw notReadable(file, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const utf16 =
      (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const found = utf16 ? 'is UTF-16 text' : 'is not UTF-8 text';
    throw unreadable(file, found, 'Save it as UTF-8.', { cause: error });
  }
}

/** An error of the file system as one about a data file. */
export function notReadable(file: string, error: unknown): PtuneError {
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOENT') {
    return unreadable(file, 'does not exist', 'Correct the path or put the file there.', {
      cause: error,
    });
  }
  if (code === 'EISDIR')
    return unreadable(file, 'is a folder', 'Name a file in it.', { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return unreadable(
    file,
    `could not be opened: ${reason}`,
    'Check the path and its access rights.',
    { cause: error },
  );
}

/** A data file that cannot be read, with the line at fault where there is one. */
export class UnreadableFile extends PtuneError {
  /** From 1. */
  readonly line: number | undefined;

  constructor(message: string, nextStep: string, line: number | undefined, cause: unknown) {
    super('data/unreadable', message, nextStep, cause);
    this.line = line;
  }
}

/** The error for a data file, "FILE FOUND.", with what to do next. */
export function unreadable(
  file: string,
  found: string,
  nextStep: string,
  { line, cause }: { readonly line?: number | undefined; readonly cause?: unknown } = {},
): UnreadableFile {
  return new UnreadableFile(`"${file}" ${found}.`, nextStep, line, cause);
}
