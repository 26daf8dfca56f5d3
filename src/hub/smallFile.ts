/** The small files of a model's folder: its configurations and its tokenizer. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { byteSize } from '../base/format.ts';
import { largestSize } from './modelParts.ts';

/**
 * The text of a file; undefined where there is none. A file that is larger than its kind can be is
 * not read: nothing of it would be understood, and the process would run out of memory.
 *
 * @throws PtuneError `model/unreadable` for one that is too large or cannot be read
 */
export async function readSmallFile(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    const most = largestSize(basename(path));
    if (size > most) {
      throw unreadableFile(
        path,
        `it has ${byteSize(size)}, and such a file has at most ${byteSize(most)}`,
      );
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof PtuneError) throw error;
    throw unreadableFile(path, (error as Error).message, error);
  }
}

/**
 * The JSON value of a file; undefined where there is none.
 *
 * @throws PtuneError `model/unreadable`
 */
export async function readSmallJson(path: string): Promise<unknown> {
  const text = await readSmallFile(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadableFile(path, (error as Error).message, error);
  }
}

/** The error of a file of a model that cannot be used. */
export function unreadableFile(path: string, why: string, cause?: unknown): PtuneError {
  return new PtuneError(
    'model/unreadable',
    `The model's file ${path} cannot be read: ${why}.`,
    'Copy the files of the model again.',
    cause,
  );
}
