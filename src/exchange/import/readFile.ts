/** Reads files that others made: never more than a bound, never through another path than named. */
import { open, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative } from 'node:path';
import { PtuneError } from '../../base/errors.ts';

/** Texts larger than this are no templates, settings or tests. */
const largestText = 64 << 20;

/** The bytes of a file of at most `limit` bytes. Throws `import/unreadable`. */
export async function readBytes(path: string, limit: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new Error('it is no plain file');
      if (found.size > limit) {
        throw new Error(`it has ${found.size} bytes, and at most ${limit} are read`);
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, (error as Error).message, error);
  }
}

/** A file as UTF-8 text, without a byte order mark. Throws `import/unreadable`. */
export async function readText(path: string, limit = largestText): Promise<string> {
  const bytes = await readBytes(path, limit);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(path, 'it is no UTF-8 text', error);
  }
}

/** The error of a file that cannot be imported as what it says it is. */
export function unreadable(path: string, why: string, cause?: unknown): PtuneError {
  return new PtuneError(
    'import/unreadable',
    `"${basename(path)}" cannot be imported: ${why}.`,
    'Mend it, or copy it again.',
    cause,
  );
}

/**
 * The path of a file that a file in `folder` names.
 *
 * @throws PtuneError `import/outside` when it or what it links to lies outside of the folder
 */
export async function within(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const [home, real] = [await realpath(folder), await realpath(path).catch(() => path)];
  const leaves = (from: string, to: string) => {
    const way = relative(from, to);
    return way === '..' || /^\.\.[/\\]/.test(way) || isAbsolute(way);
  };
  if (isAbsolute(name) || leaves(folder, path) || (real !== path && leaves(home, real))) {
    throw new PtuneError(
      'import/outside',
      `The file ${JSON.stringify(name)} is named, which lies outside of ${folder}.`,
      'Copy it into the folder, and name it there.',
    );
  }
  return path;
}
