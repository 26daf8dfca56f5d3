/** Where runs lie: the folders `.ptune/runs` of a folder and of those below it. */
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders below the first one that are searched. */
const searchDepth = 3;

/**
 * The folders `.ptune/runs` in `folder` and in folders below it, outer ones first. Hidden folders and
 * `node_modules` are left out, and so is what may not be read.
 */
export async function runFolders(folder: string, depth = searchDepth): Promise<string[]> {
  const own = join(folder, '.ptune', 'runs');
  const isThere = await access(own).then(
    () => true,
    () => false,
  );
  const entries = depth === 0 ? [] : await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = entries.filter(
    (entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'),
  );
  const found = await Promise.all(
    below.map((entry) => runFolders(join(folder, entry.name), depth - 1)),
  );
  return [...(isThere ? [own] : []), ...found.flat()];
}
