/** Reads the runs of some folders, all at once or one by one. */
import { toPtuneError } from '../../base/errors.ts';
import { runFolders } from '../../runs/runFolders.ts';
import { readHeader } from '../../runs/runHeader.ts';
import { RunStore } from '../../runs/runStore.ts';
import type { FoundHeader } from './runTree.ts';

/** Files that are open at once; more gain nothing. */
const atOnce = 32;

/** Everything that lies in `.ptune/runs` of these folders and of those below them. */
export async function readRuns(homes: readonly string[]): Promise<FoundHeader[]> {
  const stores = new Set((await Promise.all(homes.map((home) => runFolders(home)))).flat());
  const folders: string[] = [];
  for (const runs of stores) {
    const store = new RunStore({ runs, reports: runs });
    folders.push(...(await store.ids()).map((id) => store.folder(id)));
  }
  const found: (FoundHeader | undefined)[] = [];
  for (let i = 0; i < folders.length; i += atOnce) {
    found.push(...(await Promise.all(folders.slice(i, i + atOnce).map(readRun))));
  }
  return found.filter((one) => one !== undefined);
}

/** What lies in the folder of a run; undefined when there is nothing. */
export async function readRun(folder: string): Promise<FoundHeader | undefined> {
  try {
    return { kind: 'run', folder, header: await readHeader(folder) };
  } catch (thrown) {
    const error = toPtuneError(thrown);
    return error.code === 'run/not-found' ? undefined : { kind: 'broken', folder, error };
  }
}
