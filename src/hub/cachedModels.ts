/** The models in the cache, as lists show them: size, last use, and whether each can be trained. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { atomicWrite } from '../files/atomicWrite.ts';
import type { Listing, ModelCache } from './modelCache.ts';

const verdict = z.object({
  /** The version of ptune that looked. */
  version: z.string(),
  kind: z.enum(['masked', 'causal', 'encoder-decoder']).optional(),
  /** Why it cannot be trained; absent where it can. */
  reason: z.string().optional(),
});

/** Whether a model can be trained; `kind` is there where it can, `reason` where it cannot. */
export type Verdict = Readonly<z.infer<typeof verdict>>;

const verdicts = z.record(z.string(), verdict);

/** One ONNX file of a model in the cache. */
export interface CachedGraph {
  readonly commit: string;
  /** Its path in the repository. */
  readonly file: string;
  /** Undefined until somebody looked. */
  readonly verdict: Verdict | undefined;
}

/** A model in the cache. */
export interface CachedModel {
  readonly id: string;
  /** The revisions that were asked for. */
  readonly revisions: readonly string[];
  /** Bytes on the disk. */
  readonly size: number;
  /** Milliseconds since 1970; undefined for never. */
  readonly lastUse: number | undefined;
  readonly graphs: readonly CachedGraph[];
  /** The folder of its newest commit. */
  readonly folder: string;
}

/** The models in a cache, by id. */
export async function cachedModels(cache: ModelCache): Promise<CachedModel[]> {
  const listings = await cache.listings();
  return Promise.all(listings.map((listing) => describe(cache, listing)));
}

async function describe(cache: ModelCache, listing: Listing): Promise<CachedModel> {
  const { id, revisions, snapshots } = listing;
  const known = await readVerdicts(cache, id);
  const blobs = new Map(
    Object.values(snapshots).flatMap(({ files }) => files.map((f) => [f.sha256, f.size])),
  );
  const graphs = Object.entries(snapshots).flatMap(([commit, { files }]) =>
    files
      .map(({ path }) => path)
      .filter((path) => path.endsWith('.onnx') && !/(^|\/)encoder_model/.test(path))
      .map((file) => ({ commit, file, verdict: known[`${commit}/${file}`] })),
  );
  return {
    id,
    revisions: Object.keys(revisions),
    size: [...blobs.values()].reduce((sum, size) => sum + size, 0),
    lastUse: await cache.lastUse(id),
    graphs,
    folder: join(cache.modelFolder(id), Object.keys(snapshots).at(-1) ?? ''),
  };
}

/** Keeps what was found of a graph. The caller holds the model's lock, or nobody else looks. */
export async function keepVerdict(
  cache: ModelCache,
  id: string,
  { commit, file }: Pick<CachedGraph, 'commit' | 'file'>,
  found: Verdict,
): Promise<void> {
  const all = { ...(await readVerdicts(cache, id)), [`${commit}/${file}`]: found };
  await atomicWrite(verdictsPath(cache, id), `${JSON.stringify(all)}\n`);
}

async function readVerdicts(cache: ModelCache, id: string): Promise<Record<string, Verdict>> {
  try {
    return verdicts.parse(JSON.parse(await readFile(verdictsPath(cache, id), 'utf8')));
  } catch {
    // Missing or damaged: it only saves work, so it is made again.
    return {};
  }
}

const verdictsPath = (cache: ModelCache, id: string) =>
  join(cache.modelFolder(id), 'verdicts.json');
