/**
 * Finds a model on disk: from the `model` setting to a folder and the files in it.
 *
 * Which folder: `bundled/NAME` is one of the models that come with ptune. Any other id is a folder
 * when one lies there, relative to the `.ptune` file. If not, `owner/name` is looked up in the
 * local caches of the Hugging Face Hub, of which the first that has all files counts. Nothing is
 * downloaded here. Which ONNX file: modelParts.ts.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { readGenaiModel } from './genaiConfig.ts';
import { isHubId } from './hubId.ts';
import { ModelCache } from './modelCache.ts';
import {
  chooseGraph,
  cachedNames,
  encoderName,
  graphNames,
  isWeightsOf,
  type ModelChoice,
} from './modelParts.ts';

/** Where models may lie. */
export interface ModelPlaces {
  /** Folder of the `.ptune` file. */
  readonly fileFolder: string;
  /** Folder of the bundled models. */
  readonly bundledFolder: string;
  /** Folders of Hub caches: ptune's own, or in the layouts of transformers.js and huggingface_hub. */
  readonly caches?: readonly string[];
}

/** A model on disk; all paths are absolute. */
export interface LocatedModel {
  readonly folder: string;
  readonly onnxFile: string;
  /** The encoder's graph, where the model has it in a file of its own. */
  readonly encoderFile: string | undefined;
  /** The decoder that goes on behind cached keys and values, where that is a file of its own. */
  readonly cachedFile: string | undefined;
  /** Every file that makes the model what it is: graphs, their weights, tokenizer and config. */
  readonly files: readonly string[];
}

/** Whether to look at more than the graphs. */
export interface LocateOptions {
  readonly withoutTokenizer?: boolean;
}

/**
 * The model that the settings name.
 *
 * @throws PtuneError `model/not-found`, `model/no-weights` or, unless `withoutTokenizer`,
 *   `model/no-tokenizer`
 */
export async function locateModel(
  choice: ModelChoice,
  places: ModelPlaces,
  options: LocateOptions = {},
): Promise<LocatedModel> {
  if (await isOnHub(choice, places)) return locateInCaches(choice, places, options);
  return locateIn(await ownFolder(choice, places), choice, options);
}

/** Whether a choice means a model of the Hub, which need not be on this machine. */
export async function isOnHub({ id }: ModelChoice, places: ModelPlaces): Promise<boolean> {
  if (id.startsWith('bundled/') || !isHubId(id)) return false;
  return !(await isFolder(resolve(places.fileFolder, id)));
}

/** Whether a model can be opened without a download. What is no model of the Hub always can. */
export async function isDownloaded(choice: ModelChoice, places: ModelPlaces): Promise<boolean> {
  if (!(await isOnHub(choice, places))) return true;
  return locateInCaches(choice, places, {}).then(
    () => true,
    () => false,
  );
}

/** A bundled model's folder, or one beside the file. */
async function ownFolder({ id }: ModelChoice, places: ModelPlaces): Promise<string> {
  if (id.startsWith('bundled/')) {
    const name = id.slice('bundled/'.length);
    const folder = join(places.bundledFolder, name);
    if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && (await isFolder(folder))) return folder;
    const names = await readdir(places.bundledFolder).catch(() => []);
    throw new PtuneError(
      'model/not-found',
      `There is no bundled model "${name}"; there is ${names.sort().join(', ') || 'none'}.`,
      'Name one of these, a model folder, or a Hub id in the setting "model".',
    );
  }
  const beside = resolve(places.fileFolder, id);
  if (await isFolder(beside)) return beside;
  throw new PtuneError(
    'model/not-found',
    `There is no model folder ${beside}.`,
    'Correct the path in the setting "model"; it is relative to the .ptune file.',
  );
}

/** The first copy of a Hub model that has all files. */
async function locateInCaches(
  choice: ModelChoice,
  places: ModelPlaces,
  options: LocateOptions,
): Promise<LocatedModel> {
  let lacking: PtuneError | undefined;
  for (const cache of places.caches ?? []) {
    for await (const folder of cachedFolders(cache, choice)) {
      try {
        return await locateIn(folder, choice, options);
      } catch (error) {
        if (!(error instanceof PtuneError)) throw error;
        lacking ??= error;
      }
    }
  }
  if (lacking) throw lacking;
  const { id } = choice;
  const looked = [resolve(places.fileFolder, id), ...(places.caches ?? [])].join(', ');
  throw new PtuneError(
    'model/not-found',
    `The model "${id}" is not on this machine; looked in ${looked}.`,
    `Download it with "ptune models add ${id}", or name a folder with an ONNX export in the setting "model".`,
  );
}

/** A model's folders in a cache of ptune, of transformers.js and of huggingface_hub. */
async function* cachedFolders(cache: string, choice: ModelChoice): AsyncGenerator<string> {
  const { id, revision = 'main' } = choice;
  const own = await new ModelCache(cache).find(choice);
  if (own !== undefined) yield own;
  const plain = join(cache, id);
  const atRevision = revision === 'main' ? plain : join(plain, revision);
  if (await isFolder(atRevision)) yield atRevision;
  const hub = join(cache, `models--${id.replaceAll('/', '--')}`);
  const reference = await readFile(join(hub, 'refs', revision), 'utf8').catch(() => revision);
  const snapshot = join(hub, 'snapshots', reference.trim());
  if (await isFolder(snapshot)) yield snapshot;
}

async function locateIn(
  folder: string,
  choice: ModelChoice,
  options: LocateOptions,
): Promise<LocatedModel> {
  const names = await fileNames(folder, choice);
  const isUsual = graphNames(choice).some((name) => names.includes(name));
  const genai = isUsual ? undefined : await readGenaiModel(folder);
  const graph = chooseGraph(names, choice, genai?.decoder?.filename ?? undefined);
  if (graph === undefined) throw noWeights(folder, choice, names);
  if (options.withoutTokenizer !== true && !(await isFile(join(folder, 'tokenizer.json')))) {
    throw new PtuneError(
      'model/no-tokenizer',
      `The model folder ${folder} has no tokenizer.json; it holds ${await listing(folder)}.`,
      'Save the tokenizer there in the "fast" format: tokenizer.save_pretrained(folder).',
    );
  }
  const onnxFile = join(folder, graph);
  const encoder = encoderName(graph);
  const encoderFile = await firstFile(folder, encoder === undefined ? [] : [encoder]);
  const cachedFile = await firstFile(folder, cachedNames(graph));
  // The part that goes on has the decoder's weights: whether it is here makes no other model.
  const graphs = [onnxFile, encoderFile].filter((file) => file !== undefined);
  return { folder, onnxFile, encoderFile, cachedFile, files: await modelFiles(folder, graphs) };
}

/** The first of the files that is there. */
async function firstFile(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await isFile(join(folder, name))) return join(folder, name);
  return undefined;
}

/** The ONNX files of a folder and of `onnx` within it, and the one that is named, relative to it. */
async function fileNames(folder: string, { file }: ModelChoice): Promise<string[]> {
  const own = await readdir(folder);
  const inner = await readdir(join(folder, 'onnx')).catch(() => []);
  const names = [...inner.map((name) => `onnx/${name}`), ...own];
  const graphs = names.filter((name) => name.endsWith('.onnx')).sort();
  const isNamed = file !== undefined && (await isFile(join(folder, file)));
  return isNamed ? [...graphs, ...graphNames({ id: '', file })] : graphs;
}

function noWeights(folder: string, choice: ModelChoice, found: readonly string[]): PtuneError {
  const there = found.length === 0 ? 'no ONNX file' : found.join(', ');
  const what =
    choice.file === undefined
      ? `has none of ${graphNames({ ...choice, dtype: choice.dtype ?? 'fp32' }).join(', ')}${choice.dtype === undefined ? ', nor one of them that ends in _fp16, _int8, _quantized or _q4' : ''}`
      : `has no file "${choice.file}"`;
  return new PtuneError(
    'model/no-weights',
    `The model folder ${folder} ${what}; it holds ${there}.`,
    found.length === 0
      ? 'Export the model to ONNX, for example with "optimum-cli export onnx".'
      : 'Name one of these files in the setting "model.file".',
  );
}

/** Files beside a graph that belong to no part of it: other programs' weights, notes. */
const foreign = /\.(safetensors|h5|msgpack|ot|pt|pth|md|txt|gitattributes)$|^pytorch_model|^\./;

/**
 * The files that make a model: its graphs, whatever lies beside them and can hold their weights,
 * and the JSON files and the chat template of its folder. Weights may have any name, so only what belongs to other
 * graphs or other programs is left out.
 */
async function modelFiles(folder: string, graphs: readonly string[]): Promise<string[]> {
  const files = new Set(graphs);
  const beside = dirname(graphs[0]!);
  const names = await readdir(beside);
  const others = names.filter(
    (name) => name.endsWith('.onnx') && !graphs.includes(join(beside, name)),
  );
  for (const name of names) {
    const ofAnother = others.some((other) => name === other || isWeightsOf(name, other));
    const ofThese = graphs.some((graph) => isWeightsOf(name, basename(graph)));
    if ((ofAnother && !ofThese) || foreign.test(name)) continue;
    if (await isFile(join(beside, name))) files.add(join(beside, name));
  }
  for (const name of await readdir(folder)) {
    const isOwn = name.endsWith('.json') || name === 'chat_template.jinja';
    if (isOwn && (await isFile(join(folder, name)))) files.add(join(folder, name));
  }
  return [...files].sort();
}

/** The names in a folder, for an error. */
async function listing(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown || 'nothing';
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
