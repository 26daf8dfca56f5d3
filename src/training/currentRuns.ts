/** The stored runs that a learned prompt is scored with, and why there are none or too few. */
import { counted, listed } from '../base/format.ts';
import type { Prompt } from '../language/ast.ts';
import { type Fingerprint, formerNames, staleReason } from '../protocol/fingerprint.ts';
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
  const ofFile = (await store.list()).runs.filter((run) => run.file === open.name);
  const name = await nameInRuns(open, prompt, ofFile);
  const own = ofFile.filter((run) => run.prompt.name === name);
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

/** What the runs call a prompt: its name, or a former one where none has its own. */
async function nameInRuns(
  open: OpenPromptFile,
  prompt: Prompt,
  runs: readonly RunManifest[],
): Promise<string> {
  const present = new Set(open.file.prompts.map(({ name }) => name));
  const trained = new Set(runs.map((run) => run.prompt.name));
  if (trained.has(prompt.name)) return prompt.name;
  const gone = new Map(
    runs
      .filter((run) => run.status === 'completed' && !present.has(run.prompt.name))
      .map((run) => [run.prompt.name, run.hashes]),
  );
  if (gone.size === 0) return prompt.name;
  const added = new Map<string, Fingerprint>();
  for (const one of open.file.prompts) {
    if (!trained.has(one.name)) added.set(one.name, await open.fingerprint(one));
  }
  return formerNames(added, gone).get(prompt.name) ?? prompt.name;
}
