/**
 * Model folders with tiny random models, masked, causal and encoder-decoder ones, as an exporter
 * would leave them.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defineModel } from '../../scripts/models/architecture.ts';
import { buildTokenizer } from '../../scripts/models/tokenizer.ts';
import { Random } from '../../src/base/random.ts';
import { locateModel } from '../../src/hub/locate.ts';
import { openModel, type OpenModel } from '../../src/hub/openModel.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { byteTokenizer } from './byteTokenizer.ts';
import { encoderDecoderBytes } from './encoderDecoder.ts';
import { gptBytes } from './gpt.ts';
import { llamaBytes, sentencePieceTokenizer } from './llama.ts';

/** The words of every tiny model's vocabulary. */
export const words =
  'The capital of is has as its main city Peru Lima Chad Mali Cuba Iran Oslo Rome Cairo great bad good terrible movie really What a like'.split(
    ' ',
  );

export interface TinySize {
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly positions: number;
  /** Standard deviation of the random weights: small ones make a model nearly indifferent. */
  readonly spread: number;
  readonly seed: number;
  /** The model has inputs for cached keys and values; `merged`: in a branch of their own. */
  readonly past?: boolean | 'merged';
  /** What the causal model's numbers are in its file. */
  readonly floats?: 'float32' | 'float16';
  readonly table?: 'uint8';
}

export const tinySize: TinySize = {
  width: 8,
  heads: 2,
  layers: 2,
  positions: 32,
  spread: 0.3,
  seed: 7,
};

/** The bytes of a masked model's ONNX file, the bundled model's architecture with random weights. */
export function maskedBytes(size: TinySize, vocabularySize: number): Uint8Array {
  const random = new Random(size.seed);
  const { width, heads, layers, positions, spread } = size;
  const { graph, weights } = defineModel({
    vocabularySize,
    width,
    heads,
    layers,
    hidden: 2 * width,
    positions,
  });
  return writeModel(graph, {
    rawInitializers: weights.map(({ name, shape, start }) => {
      const mean = start === 'ones' ? 1 : 0;
      const data = Float32Array.from(
        { length: sizeOf(shape) },
        () => mean + spread * random.normal(),
      );
      return { name, dtype: 'float32', shape, bytes: new Uint8Array(data.buffer) };
    }),
  });
}

/** Writes a folder with a masked model; gives the folder. */
export async function writeMaskedModel(
  folder: string,
  size: Partial<TinySize> = {},
): Promise<string> {
  const full = { ...tinySize, ...size };
  const { vocabulary, files } = buildTokenizer([{ text: words.join(' ') }]);
  await writeFiles(folder, {
    ...files,
    'config.json': {
      architectures: ['DistilBertForMaskedLM'],
      model_type: 'distilbert',
      max_position_embeddings: full.positions,
      vocab_size: vocabulary.length,
    },
    'onnx/model.onnx': maskedBytes(full, vocabulary.length),
  });
  return folder;
}

/** Writes a folder with a causal model; gives the folder. */
export async function writeCausalModel(
  folder: string,
  size: Partial<TinySize> = {},
): Promise<string> {
  const full = { ...tinySize, ...size };
  const both = words.flatMap((word) => [` ${word}`, word]);
  const { vocabularySize, files } = byteTokenizer(both);
  await writeFiles(folder, {
    ...files,
    'config.json': {
      architectures: ['GPT2LMHeadModel'],
      model_type: 'gpt2',
      n_positions: full.positions,
      n_embd: full.width,
      n_head: full.heads,
      n_layer: full.layers,
      vocab_size: vocabularySize,
    },
    'onnx/model.onnx': gptBytes({ ...full, vocabularySize }, new Random(full.seed)),
  });
  return folder;
}

/** Writes a folder with a causal model of LLaMA's kind; gives the folder. */
export async function writeLlamaModel(
  folder: string,
  size: Partial<TinySize> = {},
): Promise<string> {
  const full = { ...tinySize, ...size };
  const { vocabularySize, files } = sentencePieceTokenizer([...words, '.']);
  await writeFiles(folder, {
    ...files,
    'config.json': {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      max_position_embeddings: full.positions,
      vocab_size: vocabularySize,
      num_attention_heads: full.heads,
      num_hidden_layers: full.layers,
      hidden_size: full.width,
    },
    'onnx/model.onnx': llamaBytes({ ...full, vocabularySize }, new Random(full.seed)),
  });
  return folder;
}

/**
 * Writes a folder with an encoder-decoder model, which starts every answer with its separator as
 * BART does; gives the folder.
 */
export async function writeEncoderDecoderModel(
  folder: string,
  size: Partial<TinySize> = {},
): Promise<string> {
  const full = { ...tinySize, ...size };
  const { vocabulary, files } = buildTokenizer([{ text: words.join(' ') }]);
  const vocabularySize = vocabulary.length;
  const separator = vocabulary.indexOf('[SEP]');
  const graphs = encoderDecoderBytes({ ...full, vocabularySize }, new Random(full.seed));
  await writeFiles(folder, {
    ...files,
    'config.json': {
      architectures: ['BartForConditionalGeneration'],
      model_type: 'bart',
      is_encoder_decoder: true,
      max_position_embeddings: full.positions,
      vocab_size: vocabularySize,
      decoder_start_token_id: separator,
      eos_token_id: separator,
    },
    'onnx/encoder_model.onnx': graphs.encoder,
    'onnx/decoder_model.onnx': graphs.decoder,
    ...(full.past && { 'onnx/decoder_with_past_model.onnx': graphs.cached }),
  });
  return folder;
}

/** Writes files below a folder: bytes and texts as they are, other values as JSON. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const isPlain = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(path, isPlain ? content : `${JSON.stringify(content)}\n`);
  }
}

/** Opens a model folder as training does. */
export async function openFolder(folder: string): Promise<OpenModel> {
  const places = { fileFolder: folder, bundledFolder: join(folder, 'none') };
  return openModel(await locateModel({ id: folder }, places));
}
