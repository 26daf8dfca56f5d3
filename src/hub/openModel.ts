/** Opens a model on disk: its graph, its tokenizer and what kind of model it is. */
import { closeSync, fstatSync } from 'node:fs';
import { basename } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import {
  findCachedPart,
  findEncoder,
  findLanguageModel,
  type LanguageModel,
} from '../model/languageModel.ts';
import { readModel } from '../onnx/read.ts';
import type { Model } from '../onnx/graph.ts';
import type { LocatedModel } from './locate.ts';
import { ModelFiles, openFile, readPart, weightsFolder } from './modelFiles.ts';
import { isCausal, readModelConfig, type ModelConfig } from './modelConfig.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

/** A model that is ready to be built into graphs. */
export interface OpenModel {
  readonly folder: string;
  /** Folder of the ONNX file and its weights (modelFiles.ts). */
  readonly graphFolder: string;
  readonly lm: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly config: ModelConfig;
}

/**
 * Opens a located model.
 *
 * @throws PtuneError of reading (`model/unreadable`), of finding the places of a prompt
 *   (`model/no-embedding`, `model/no-logits`), of the tokenizer, and `model/unsupported` for a
 *   decoder without its encoder
 */
export async function openModel(located: LocatedModel): Promise<OpenModel> {
  const config = await readModelConfig(located.folder);
  const tokenizer = await loadTokenizer(located.folder);
  const graph = readModelFile(located.onnxFile);
  const { encoderFile, cachedFile } = located;
  const causal = encoderFile !== undefined || isCausal(config, tokenizer.maskId !== undefined);
  const lm = findLanguageModel(graph, causal);
  if (lm.inputs.encoderStates !== undefined && encoderFile === undefined) {
    throw new PtuneError(
      'model/unsupported',
      `"${basename(located.onnxFile)}" reads the states of an encoder, and there is no encoder_model.onnx beside it.`,
      'Export the model again, for text2text generation, and keep all of its files in one folder.',
    );
  }
  return {
    folder: located.folder,
    graphFolder: weightsFolder(located.onnxFile),
    lm: {
      ...lm,
      ...(encoderFile !== undefined && { encoder: findEncoder(readModelFile(encoderFile)) }),
      ...(cachedFile !== undefined && { cached: findCachedPart(readModelFile(cachedFile)) }),
    },
    tokenizer,
    config,
  };
}

/**
 * Reads an ONNX file; weights stay where they are.
 *
 * @param folder  the folder of weights, where it is not the file's own: several files share it
 * @throws PtuneError `model/unreadable`
 */
export function readModelFile(path: string, folder?: string): Model {
  const files = new ModelFiles(path, folder);
  const file = openFile(path);
  try {
    return readModel({
      fileName: basename(path),
      size: fstatSync(file).size,
      read: (offset, length) => readPart(file, path, offset, length),
      locate: (location) => files.locate(location),
      readPart: (name, offset, length) => files.read(name, offset, length),
    });
  } finally {
    closeSync(file);
  }
}
