/** Stored reports: `<reports folder>/<stem>.json`, the value that every view is drawn from. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PtuneError } from '../base/errors.ts';
import type { ExampleTable } from '../protocol/exampleTable.ts';
import type { FullReport } from '../protocol/report.ts';
import { atomicWrite } from '../files/atomicWrite.ts';

/** The format that this version reads; a new one does not compile until it is decided here. */
const reportFormat: FullReport['format'] = 2;

/** The name that a `.ptune` file's report has: the file's own without its ending. */
export function reportStem(ptuneFile: string): string {
  return basename(ptuneFile).replace(/\.ptune$/, '');
}

/** The path of the report of a `.ptune` file in a reports folder. */
export function reportPath(reports: string, ptuneFile: string): string {
  return join(reports, `${reportStem(ptuneFile)}.json`);
}

/** Writes a report whole; gives its path. */
export async function writeReport(path: string, report: FullReport): Promise<string> {
  await atomicWrite(path, `${JSON.stringify(report)}\n`);
  return path;
}

/**
 * The report at a path, or undefined when there is none.
 *
 * @throws PtuneError `run/newer-format` or `run/unreadable`
 */
export async function readReport(path: string): Promise<FullReport | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, (error as Error).message, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, (error as Error).message, error);
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > reportFormat) {
    throw new PtuneError(
      'run/newer-format',
      `The report "${path}" was written by a newer version of ptune (format ${format}; this version reads up to ${reportFormat}).`,
      'Update ptune, or score the prompts again.',
    );
  }
  if (typeof format !== 'number') throw unreadable(path, 'it has no format number');
  if (format < reportFormat) throw unreadable(path, 'an older version of ptune wrote it');
  return value as FullReport;
}

/** Stored reports, each read again only when its file is another one than before. */
export class StoredReports {
  readonly #known = new Map<string, { readonly state: string; readonly report: FullReport }>();

  /** As `readReport`; as long as the file stays as it is, the same object. */
  async read(path: string): Promise<FullReport | undefined> {
    const state = await stateOf(path);
    const known = this.#known.get(path);
    if (known !== undefined && known.state === state) return known.report;
    this.#known.delete(path);
    const report = await readReport(path);
    if (report !== undefined && state !== undefined) this.#known.set(path, { state, report });
    return report;
  }
}

/** What changes whenever a file is written whole; undefined where there is none. */
async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return undefined;
  }
}

/** The examples as the page unpacks them: JSON, gzip, base64. */
export async function packExamples(table: ExampleTable): Promise<string> {
  return (await promisify(gzip)(JSON.stringify(table))).toString('base64');
}

function unreadable(path: string, why: string, cause?: unknown): PtuneError {
  return new PtuneError(
    'run/unreadable',
    `The report "${path}" cannot be read: ${why}.`,
    'Score the prompts again.',
    cause,
  );
}
