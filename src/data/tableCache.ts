/** Remembers tables between checks, so that an editor does not read them at every keystroke. */
import { stat } from 'node:fs/promises';
import type { Table, TableReader } from './table.ts';
import { readTable } from './table.ts';

interface Kept {
  /** Size and time of change of the file that was read. */
  readonly stamp: string;
  readonly table: Table;
}

/** A `readTable` that reads a file again only when it has changed; keeps the last `most` tables. */
export function cachedTables(most = 8): TableReader {
  const kept = new Map<string, Kept>();
  return async (path) => {
    const stamp = await stampOf(path);
    const known = kept.get(path);
    kept.delete(path);
    const table = known && known.stamp === stamp ? known.table : await readTable(path);
    if (stamp !== undefined) kept.set(path, { stamp, table });
    // The map is in the order of use: what was used longest ago comes first.
    for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - most))) {
      kept.delete(oldest);
    }
    return table;
  };
}

async function stampOf(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(
    ({ size, mtimeNs }) => `${size} ${mtimeNs}`,
    () => undefined,
  );
}
