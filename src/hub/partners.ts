/** The two files of an encoder-decoder model that belong together, wherever in its folder they lie. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { weightsFolder } from './modelFiles.ts';

/** Whether a file's name is that of an encoder. */
export const isEncoderFile = (file: string): boolean => basename(file).startsWith('encoder_model');

/**
 * The decoder of an encoder: beside it under the same variant, else undefined.
 * `encoder_model_fp16.onnx` goes with `decoder_model_fp16.onnx` or `decoder_model_merged_fp16.onnx`.
 */
export function decoderBeside(encoder: string): string | undefined {
  return firstOf(
    ['decoder_model', 'decoder_model_merged'].map((stem) =>
      join(dirname(encoder), basename(encoder).replace('encoder_model', stem)),
    ),
  );
}

/** The plain encoder of a decoder that has none of its own variant: beside it, or in the folder. */
export function encoderNear(decoder: string, folder: string): string | undefined {
  const name = 'encoder_model.onnx';
  return firstOf(
    [dirname(decoder), join(folder, 'onnx'), folder].map((place) => join(place, name)),
  );
}

/** The folder in which the weights of all `graphs` lie: their own, or the model's where they differ. */
export function commonWeightsFolder(graphs: readonly string[], folder: string): string {
  const folders = new Set(graphs.map(weightsFolder));
  return folders.size === 1 ? [...folders][0]! : realpathSync(folder);
}

const firstOf = (paths: readonly string[]) => paths.find((path) => existsSync(path));
