/** What can be said of a model without opening its graph: for hovers, completion and checks. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { hasCacheInputs } from './cacheInputs.ts';
import { type LocatedModel, type ModelPlaces, locateModel } from './locate.ts';
import { ModelCache } from './modelCache.ts';
import type { ModelChoice } from './modelParts.ts';
import { isCausal, readModelConfig } from './modelConfig.ts';

export interface ModelDescription {
  /** As the setting `model` names it. */
  readonly id: string;
  readonly place: 'bundled' | 'cache' | 'folder';
  readonly kind: 'masked' | 'causal' | 'encoder-decoder' | undefined;
  /** Size of its graphs and their weights. */
  readonly bytes: number;
  readonly license: string | undefined;
  readonly maxTokens: number | undefined;
  readonly vocabularySize: number | undefined;
  /** Whether it takes cached keys and values; undefined where that is not known. */
  readonly takesCache: boolean | undefined;
  /** Why it cannot be used; undefined where nothing speaks against it. */
  readonly problem: string | undefined;
}

/**
 * The model that the settings name, and its folder; `missing` where none is on this machine, and
 * the error where it is there and cannot be used.
 */
export async function describeModel(
  choice: ModelChoice,
  places: ModelPlaces,
): Promise<{ readonly model: ModelDescription; readonly folder: string } | 'missing' | PtuneError> {
  try {
    const located = await locateModel(choice, places);
    return { model: await describe(choice.id, located, places), folder: located.folder };
  } catch (error) {
    if (!(error instanceof PtuneError)) throw error;
    return error.code === 'model/not-found' ? 'missing' : error;
  }
}

/** The bundled models and those of the caches, by name. */
export async function listModels(places: ModelPlaces): Promise<ModelDescription[]> {
  const bundled = (await namesIn(places.bundledFolder)).map((name) => `bundled/${name}`);
  const cached = (await Promise.all((places.caches ?? []).map(cachedIds))).flat();
  const found: ModelDescription[] = [];
  for (const id of new Set([...bundled, ...cached.toSorted()])) {
    const described = await describeModel({ id }, places);
    if (described !== 'missing' && !(described instanceof PtuneError)) found.push(described.model);
  }
  return found;
}

async function describe(
  id: string,
  located: LocatedModel,
  { bundledFolder, caches }: ModelPlaces,
): Promise<ModelDescription> {
  const { folder, files, encoderFile } = located;
  const config = await readModelConfig(folder);
  const hasMask = await knowsMask(folder);
  const causal = isCausal(config, hasMask);
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const inCache = (caches ?? []).some((cache) => folder.startsWith(join(cache, '/')));
  return {
    id,
    place: folder.startsWith(join(bundledFolder, '/')) ? 'bundled' : inCache ? 'cache' : 'folder',
    kind: encoderFile !== undefined ? 'encoder-decoder' : causal ? 'causal' : 'masked',
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    license: await licenseOf(folder),
    maxTokens: config.maxPositions,
    vocabularySize: config.vocabularySize,
    takesCache: causal && encoderFile === undefined ? await hasCacheInputs(located) : false,
    problem: problemOf(config.architectures),
  };
}

/** Classes of models whose outputs are no words; what remains of them is no language model. */
function problemOf([architecture]: readonly string[]): string | undefined {
  const heads = /For(Sequence|Token|Image)Classification$|ForQuestionAnswering$|ForMultipleChoice$/;
  if (architecture === undefined || !heads.test(architecture)) return undefined;
  return `its configuration says ${architecture}, which answers with classes and not with words`;
}

async function knowsMask(folder: string): Promise<boolean> {
  for (const name of ['tokenizer_config.json', 'special_tokens_map.json', 'tokenizer.json']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    if (/"mask_token"\s*:\s*[^n\s]|"(\[MASK\]|<mask>)"/.test(text)) return true;
  }
  return false;
}

/** The license in a model card's settings, or in a table or a line of its text. */
async function licenseOf(folder: string): Promise<string | undefined> {
  const card = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '');
  const front = /^---\r?\n([^]*?)\r?\n---/.exec(card)?.[1] ?? '';
  const named = /^license:\s*["']?([\w.-]+)/m.exec(front)?.[1];
  return named ?? /^\|?\s*licen[sc]e\s*[|:]\s*([^|\n]+)/im.exec(card)?.[1]?.trim();
}

async function cachedIds(cache: string): Promise<string[]> {
  const listings = await new ModelCache(cache).listings();
  const ids = listings.map(({ id }) => id);
  if (ids.length > 0) return ids;
  for (const name of await namesIn(cache)) {
    const hub = /^models--(.+)$/.exec(name)?.[1];
    if (hub !== undefined) ids.push(hub.replace('--', '/'));
    else if (await holdsModel(join(cache, name))) ids.push(name);
    else {
      for (const inner of await namesIn(join(cache, name))) {
        if (await holdsModel(join(cache, name, inner))) ids.push(`${name}/${inner}`);
      }
    }
  }
  return ids;
}

async function holdsModel(folder: string): Promise<boolean> {
  return stat(join(folder, 'tokenizer.json')).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The folders in a folder; none where it does not exist. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => basename(name))
    .sort();
}
