/** Stored reports: `<reports folder>/<stem>.json`, the value that every view is drawn from. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import type { Report } from '../protocol/report.ts';
import { atomicWrite } from '../files/atomicWrite.ts';

/** The format that this version reads; a new one does not compile until it is decided here. */
const reportFormat: Report['format'] = 1;

/** The name that a `.ptune` file's report has: the file's own without its ending. */
export function reportStem(ptuneFile: string): string {
  return basename(ptuneFile).replace(/\.ptune$/, '');
}

/** The path of the report of a `.ptune` file in a reports folder. */
export function reportPath(reports: string, ptuneFile: string): string {
  return join(reports, `${reportStem(ptuneFile)}.json`);
}

/** Writes a report whole; gives its path. */
export async function writeReport(path: string, report: Report): Promise<string> {
  await atomicWrite(path, `${JSON.stringify(report)}\n`);
  return path;
}

/**
 * The report at a path, or undefined when there is none.
 *
 * @throws PtuneError `run/newer-format` or `run/unreadable`
 */
export async function readReport(path: string): Promise<Report | undefined> {
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
  if (format !== reportFormat) throw unreadable(path, 'it has no format number');
  return value as Report;
}

function unreadable(path: string, why: string, cause?: unknown): PtuneError {
  return new PtuneError(
    'run/unreadable',
    `The report "${path}" cannot be read: ${why}.`,
    'Score the prompts again.',
    cause,
  );
}
