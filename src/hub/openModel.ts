/** Opens a model on disk: its graph, its tokenizer and what kind of model it is. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { findLanguageModel, type LanguageModel } from '../model/languageModel.ts';
import { readModel } from '../onnx/read.ts';
import { readSkeleton } from '../onnx/skeleton.ts';
import type { Model } from '../onnx/graph.ts';
import type { LocatedModel } from './locate.ts';
import { readModelConfig, type ModelConfig } from './modelConfig.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

/** A model that is ready to be built into graphs. */
export interface OpenModel {
  readonly folder: string;
  /** Folder of the ONNX file, in which its external data lies. */
  readonly graphFolder: string;
  readonly lm: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly config: ModelConfig;
}

/**
 * Opens a located model.
 *
 * @throws PtuneError of reading (`model/unreadable`), of finding the places of a prompt
 *   (`model/no-embedding`, `model/no-logits`), of the tokenizer, and `feature/not-trained-yet` for
 *   encoder-decoder models
 */
export async function openModel(located: LocatedModel): Promise<OpenModel> {
  const config = await readModelConfig(located.folder);
  if (config.isEncoderDecoder || located.encoderFile !== undefined) {
    throw new PtuneError(
      'feature/not-trained-yet',
      `The model in ${located.folder} is an encoder-decoder model, and prompts for these are not trained yet.`,
      'Use a masked or a causal language model.',
    );
  }
  const tokenizer = await loadTokenizer(located.folder);
  const graph = readModelFile(located.onnxFile);
  return {
    folder: located.folder,
    graphFolder: dirname(located.onnxFile),
    lm: findLanguageModel(graph, isCausal(config, tokenizer.maskId !== undefined)),
    tokenizer,
    config,
  };
}

/** Reads an ONNX file; weights stay where they are. Throws `model/unreadable`. */
export function readModelFile(path: string): Model {
  const folder = dirname(path);
  const fileName = basename(path);
  const file = openFile(path);
  try {
    const { size } = fstatSync(file);
    const read = (offset: number, length: number) => readPart(file, offset, length);
    return readModel({
      bytes: readSkeleton({ size, read }, fileName),
      isSkeleton: true,
      fileName,
      readPart: (location, offset, length) => readPartOf(join(folder, location), offset, length),
      sizeOfPart: (location) => sizeOfFile(join(folder, location)),
    });
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  const unreadable = (why: string, cause?: unknown) =>
    new PtuneError(
      'model/unreadable',
      `The model "${path}" cannot be read: ${why}.`,
      'Check that the file is there and that you may read it.',
      cause,
    );
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw unreadable('it is a folder');
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable((error as Error).message, error);
  }
}

/** Undefined where there is no file, but nothing or a folder. */
function sizeOfFile(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}

function readPartOf(path: string, offset: number, length: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    return readPart(file, offset, length);
  } finally {
    closeSync(file);
  }
}

function readPart(file: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  readSync(file, bytes, 0, length, offset);
  return bytes;
}

/** Families of causal models whose configuration does not name a class. */
const causalFamilies =
  /^(gpt|llama|mistral|mixtral|qwen|gemma|phi|opt|bloom|codegen|falcon|stablelm|smollm|olmo|granite|starcoder|mpt)/;

/** Whether a model predicts the next token, rather than a masked one. */
export function isCausal(config: ModelConfig, hasMask: boolean): boolean {
  const [architecture] = config.architectures;
  if (architecture?.endsWith('ForMaskedLM') || architecture?.endsWith('ForPreTraining'))
    return false;
  if (architecture && /(ForCausalLM|LMHeadModel)$/.test(architecture)) return true;
  if (config.modelType && causalFamilies.test(config.modelType)) return true;
  return !hasMask;
}
