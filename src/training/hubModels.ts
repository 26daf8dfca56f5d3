/** Models of the Hub: found on this machine, downloaded where they are not, and looked at. */
import { homedir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { assertDifferentiable } from '../evaluation/gradientCheck.ts';
import { modelCaches, ownCache } from '../hub/cacheFolders.ts';
import {
  cachedModels,
  keepVerdict,
  type CachedGraph,
  type CachedModel,
  type Verdict,
} from '../hub/cachedModels.ts';
import { downloadModel } from '../hub/downloadModel.ts';
import type { DownloadProgress } from '../hub/downloadMeter.ts';
import { hubAccess } from '../hub/hubAccess.ts';
import { isDownloaded, isOnHub, locateModel, type LocatedModel } from '../hub/locate.ts';
import { ModelCache } from '../hub/modelCache.ts';
import type { ModelChoice } from '../hub/modelParts.ts';
import { openModel } from '../hub/openModel.ts';
import type { PtuneFile } from '../language/ast.ts';
import type { DownloadEvent } from '../protocol/events.ts';
import type { TrainingContext } from './context.ts';

/** Tokens of the graph that shows whether a model can be trained. */
const probeLength = 12;

/** The cache that models are downloaded into. */
export function ownModelCache(): ModelCache {
  return new ModelCache(ownCache(process.env, homedir()));
}

/** Where a model of a file in `fileFolder` may lie. */
export function modelPlaces(fileFolder: string, bundledFolder: string) {
  return { fileFolder, bundledFolder, caches: modelCaches(process.env, homedir()) };
}

/** The model that a file names, with what its prompts need of it; undefined where it names none. */
export function modelChoiceOf({ settings, prompts }: PtuneFile): ModelChoice | undefined {
  const { model, candidates } = settings;
  const isDeep = prompts.some(({ kind, train }) => kind === 'continuous' && train.depth === 'deep');
  const continues = isDeep || candidates.kind === 'generate';
  return model && { ...model, ...(continues && { continues }) };
}

/**
 * The model that a file in `fileFolder` names, downloaded where it is not on this machine. A model
 * that is there causes no request.
 *
 * @throws PtuneError those of locating (hub/locate.ts) and downloading (hub/downloadModel.ts)
 */
export async function findModel(
  choice: ModelChoice,
  fileFolder: string,
  context: TrainingContext,
): Promise<LocatedModel> {
  const places = modelPlaces(fileFolder, context.bundledModels);
  if (!(await isDownloaded(choice, places))) await download(choice, context, false);
  const located = await locateModel(choice, places);
  const cache = ownModelCache();
  const isOwn = !relative(cache.folder, located.folder).startsWith(`..${sep}`);
  if (isOwn && (await isOnHub(choice, places))) await cache.used(choice.id, context.now());
  return located;
}

/**
 * Downloads a model, or what is new of it, and looks whether it can be trained.
 *
 * @throws PtuneError those of downloading, and `hub/no-model` for what is no id of the Hub
 */
export async function addModel(
  choice: ModelChoice,
  context: TrainingContext,
): Promise<CachedModel> {
  const places = modelPlaces('/', context.bundledModels);
  if (!(await isOnHub(choice, { ...places, fileFolder: ownModelCache().folder }))) {
    throw new PtuneError(
      'hub/no-model',
      `"${choice.id}" is no id of a model on the Hub, such as "owner/name".`,
      'Copy the id from the model’s page.',
    );
  }
  // Whatever a prompt may want of it later, also without network.
  await download({ ...choice, continues: true }, context, true);
  const [added] = (await judged(context)).filter(({ id }) => id === choice.id);
  return added!;
}

/** Removes a model from the cache; gives the bytes that are free again. Throws `model/not-found`. */
export async function removeModel(id: string, context: TrainingContext): Promise<number> {
  const cache = ownModelCache();
  if (!(await cache.listing(id))) {
    const known = (await cache.listings()).map((one) => one.id).join(', ');
    throw new PtuneError(
      'model/not-found',
      `The model "${id}" is not in the cache ${cache.folder}; there is ${known || 'none'}.`,
      '"ptune models list" shows the models that can be removed.',
    );
  }
  const release = await cache.lock(id, { now: () => context.now(), signal: context.signal });
  try {
    return await cache.remove(id);
  } finally {
    await release();
  }
}

/** The models in the cache, each looked at by this version of ptune. */
export async function judged(context: TrainingContext): Promise<CachedModel[]> {
  const cache = ownModelCache();
  for (const { id } of await cache.listings()) {
    await judgeAll(id, context, ({ verdict }) => verdict?.version !== context.version);
  }
  return cachedModels(cache);
}

/** Looks at those graphs of a model that are due. */
async function judgeAll(
  id: string,
  { version }: TrainingContext,
  isDue: (graph: CachedGraph) => boolean,
): Promise<void> {
  const cache = ownModelCache();
  const model = (await cachedModels(cache)).find((one) => one.id === id);
  for (const graph of model?.graphs.filter(isDue) ?? []) {
    const folder = join(cache.modelFolder(id), graph.commit);
    await keepVerdict(cache, id, graph, await judge({ id: folder, file: graph.file }, version));
  }
}

/**
 * Looks at a model of the cache again, whatever was found before.
 *
 * @throws PtuneError `hub/damaged` naming the files that are not as they were downloaded
 */
export async function checkCachedModel(id: string, context: TrainingContext): Promise<CachedModel> {
  const cache = ownModelCache();
  const damaged = await cache.damagedFiles(id, context.signal);
  if (damaged.length > 0) {
    throw new PtuneError(
      'hub/damaged',
      `Files of the model "${id}" are not as they were downloaded: ${damaged.join(', ')}.`,
      'Remove the model and download it again.',
    );
  }
  await judgeAll(id, context, () => true);
  const found = (await cachedModels(cache)).find((one) => one.id === id);
  if (found) return found;
  throw new PtuneError(
    'model/not-found',
    `The model "${id}" is not in the cache ${cache.folder}.`,
    `Download it with "ptune models add ${id}".`,
  );
}

/** Whether the model in a folder can be trained. */
export async function judge(choice: ModelChoice, version: string): Promise<Verdict> {
  try {
    const located = await locateModel(choice, { fileFolder: choice.id, bundledFolder: choice.id });
    const { lm } = await openModel(located);
    assertDifferentiable(lm, probeLength);
    const kind = lm.encoder ? 'encoder-decoder' : lm.causal ? 'causal' : 'masked';
    return { version, kind };
  } catch (error) {
    if (!(error instanceof PtuneError)) throw error;
    return { version, reason: error.message };
  }
}

async function download(
  choice: ModelChoice,
  context: TrainingContext,
  refresh: boolean,
): Promise<void> {
  await downloadModel(choice, {
    cache: ownModelCache(),
    access: hubAccess(process.env),
    now: () => context.now(),
    signal: context.signal,
    onProgress: (progress) => context.emit(eventOf(progress)),
    refresh,
  });
}

function eventOf({ file, secondsLeft, ...rest }: DownloadProgress): DownloadEvent {
  return {
    type: 'download',
    ...rest,
    ...(file !== undefined && { file }),
    ...(secondsLeft !== undefined && { secondsLeft }),
  };
}
