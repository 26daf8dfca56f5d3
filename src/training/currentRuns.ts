/** The stored runs that a learned prompt is scored with, and why there are none or too few. */
import { counted, listed } from '../base/format.ts';
import type { Prompt } from '../language/ast.ts';
import { staleReason } from '../protocol/fingerprint.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import type { RunStore } from '../runs/runStore.ts';
import type { OpenPromptFile } from './promptFile.ts';

/** The runs of a prompt that hold for what is there now. */
export interface CurrentRuns {
  /** The newest finished run of each seed, in the order of the prompt's seeds. */
  readonly runs: readonly RunManifest[];
  /** Why a seed has no run, as a clause ("template changed since run …"); undefined when all have. */
  readonly lack: string | undefined;
}

/**
 * The newest completed run of each of the prompt's seeds that was made with the present template,
 * settings, data and model.
 */
export async function currentRuns(
  open: OpenPromptFile,
  prompt: Prompt,
  store: RunStore,
): Promise<CurrentRuns> {
  const now = await open.fingerprint(prompt);
  const own = (await store.list()).runs.filter(
    (run) => run.file === open.name && run.prompt.name === prompt.name,
  );
  const bySeed = new Map<number, RunManifest>();
  for (const run of own) {
    const fits = staleReason(run.hashes, now) === undefined;
    if (fits && run.status === 'completed') bySeed.set(run.seed, run);
  }
  const { seeds } = prompt.train;
  const runs = seeds.flatMap((seed) => bySeed.get(seed) ?? []);
  if (runs.length === seeds.length) return { runs, lack: undefined };
  if (runs.length > 0) {
    const missing = seeds.filter((seed) => !bySeed.has(seed)).map(String);
    const noun = missing.length === 1 ? 'seed' : 'seeds';
    const lack = `${runs.length} of its ${counted(seeds.length, 'seed')}: ${noun} ${listed(missing)} have no finished run that fits`;
    return { runs, lack };
  }
  const newest = own.at(-1);
  if (newest === undefined) return { runs, lack: 'it was never trained' };
  const stale = staleReason(newest.hashes, now);
  const lack =
    newest.status !== 'completed'
      ? `its last run ${newest.id} is ${newest.status}`
      : `${stale ?? 'seeds changed'} since its last run ${newest.id}`;
  return { runs, lack };
}
