/**
 * Finds a model on disk: from the `model` setting to a folder and the files in it.
 *
 * Which folder: `bundled/NAME` is one of the models that come with ptune. Any other id is a folder
 * when one lies there, relative to the `.ptune` file. If not, `owner/name` is looked up in the
 * local caches of the Hugging Face Hub. Nothing is downloaded here.
 *
 * Which ONNX file: the setting `file`, else the first of `model`, `decoder_model` and
 * `decoder_model_merged`, each in `onnx/` before the folder itself, with the ending of the
 * setting `dtype` (`_fp16`; `_int8` or `_quantized`; `_q4`), else the only ONNX file there is.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { PtuneError } from '../base/errors.ts';

/** The part of the `model` setting that says which model. */
export interface ModelChoice {
  readonly id: string;
  readonly revision?: string | undefined;
  /** An ONNX file, relative to the model's folder. */
  readonly file?: string | undefined;
  readonly dtype?: 'fp32' | 'fp16' | 'int8' | 'q4' | undefined;
}

/** Where models may lie. */
export interface ModelPlaces {
  /** Folder of the `.ptune` file. */
  readonly fileFolder: string;
  /** Folder of the bundled models. */
  readonly bundledFolder: string;
  /** Folders of Hub caches, in the layouts of transformers.js and of huggingface_hub. */
  readonly caches?: readonly string[];
}

/** A model on disk; all paths are absolute. */
export interface LocatedModel {
  readonly folder: string;
  readonly onnxFile: string;
  /** The encoder's graph, where the model has it in a file of its own. */
  readonly encoderFile: string | undefined;
  /** Every file that makes the model what it is: graphs, their weights, tokenizer and config. */
  readonly files: readonly string[];
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
  options: { readonly withoutTokenizer?: boolean } = {},
): Promise<LocatedModel> {
  const folder = await locateFolder(choice, places);
  const onnxFile = await chooseOnnxFile(folder, choice);
  if (options.withoutTokenizer !== true && !(await isFile(join(folder, 'tokenizer.json')))) {
    throw new PtuneError(
      'model/no-tokenizer',
      `The model folder ${folder} has no tokenizer.json; it holds ${await listing(folder)}.`,
      'Save the tokenizer there in the "fast" format: tokenizer.save_pretrained(folder).',
    );
  }
  const encoder = join(
    dirname(onnxFile),
    basename(onnxFile).replace(/^decoder_model(_merged)?/, 'encoder_model'),
  );
  const encoderFile = encoder !== onnxFile && (await isFile(encoder)) ? encoder : undefined;
  const graphs = encoderFile === undefined ? [onnxFile] : [onnxFile, encoderFile];
  return { folder, onnxFile, encoderFile, files: await modelFiles(folder, graphs) };
}

async function locateFolder(choice: ModelChoice, places: ModelPlaces): Promise<string> {
  const { id } = choice;
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
  if (!isHubId(id)) {
    throw new PtuneError(
      'model/not-found',
      `There is no model folder ${beside}.`,
      'Correct the path in the setting "model"; it is relative to the .ptune file.',
    );
  }
  for (const cache of places.caches ?? []) {
    const folder = await cachedFolder(cache, id, choice.revision ?? 'main');
    if (folder !== undefined) return folder;
  }
  const looked = [beside, ...(places.caches ?? [])].join(', ');
  throw new PtuneError(
    'model/not-found',
    `The model "${id}" is not on this machine; looked in ${looked}.`,
    'Put the folder of its ONNX export on disk and name that folder in the setting "model".',
  );
}

/** Whether a text can be an id of the Hugging Face Hub: `name` or `owner/name`. */
function isHubId(id: string): boolean {
  return !isAbsolute(id) && /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(id);
}

/** A model's folder in a cache of transformers.js or of huggingface_hub. */
async function cachedFolder(
  cache: string,
  id: string,
  revision: string,
): Promise<string | undefined> {
  const plain = join(cache, id);
  const atRevision = revision === 'main' ? plain : join(plain, revision);
  if (await isFolder(atRevision)) return atRevision;
  const hub = join(cache, `models--${id.replaceAll('/', '--')}`);
  const reference = await readFile(join(hub, 'refs', revision), 'utf8').catch(() => revision);
  const snapshot = join(hub, 'snapshots', reference.trim());
  return (await isFolder(snapshot)) ? snapshot : undefined;
}

const endings: Readonly<Record<NonNullable<ModelChoice['dtype']>, readonly string[]>> = {
  fp32: [''],
  fp16: ['_fp16'],
  int8: ['_int8', '_quantized'],
  q4: ['_q4'],
};

async function chooseOnnxFile(folder: string, choice: ModelChoice): Promise<string> {
  if (choice.file !== undefined) {
    const path = resolve(folder, choice.file);
    if (await isFile(path)) return path;
    throw noWeights(folder, `has no file "${choice.file}"`, await onnxFiles(folder));
  }
  const tried: string[] = [];
  for (const stem of ['model', 'decoder_model', 'decoder_model_merged']) {
    for (const ending of endings[choice.dtype ?? 'fp32']) {
      tried.push(`onnx/${stem}${ending}.onnx`, `${stem}${ending}.onnx`);
    }
  }
  for (const name of tried) if (await isFile(join(folder, name))) return join(folder, name);
  const found = await onnxFiles(folder);
  if (found.length === 1 && choice.dtype === undefined) return join(folder, found[0]!);
  throw noWeights(folder, `has none of ${tried.join(', ')}`, found);
}

function noWeights(folder: string, what: string, found: readonly string[]): PtuneError {
  const there = found.length === 0 ? 'no ONNX file' : found.join(', ');
  return new PtuneError(
    'model/no-weights',
    `The model folder ${folder} ${what}; it holds ${there}.`,
    found.length === 0
      ? 'Export the model to ONNX, for example with "optimum-cli export onnx".'
      : 'Name one of these files in the setting "model.file".',
  );
}

/** The ONNX files of a folder and of `onnx` within it, relative to it. */
async function onnxFiles(folder: string): Promise<string[]> {
  const own = await readdir(folder);
  const inner = await readdir(join(folder, 'onnx')).catch(() => []);
  const names = [...inner.map((name) => `onnx/${name}`), ...own];
  return names.filter((name) => name.endsWith('.onnx')).sort();
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

/** Whether a name is one that exporters give to the external data of a graph. */
function isWeightsOf(name: string, graph: string): boolean {
  const stem = graph.replace(/\.onnx$/, '');
  return (
    name.startsWith(`${graph}_data`) || name.startsWith(`${graph}.data`) || name === `${stem}.data`
  );
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
