/** Free writing against the model's file run anew on the growing text, one row at a time. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { EncodedPrompt } from '../../src/encoding/encodePrompt.ts';
import { generate } from '../../src/evaluation/generate.ts';
import { PromptModel } from '../../src/evaluation/promptModel.ts';
import { deepWidth } from '../../src/model/deepPrompt.ts';
import { cachingOf } from '../../src/model/generationGraph.ts';
import { float32, int64, Session, type Feeds } from '../../src/runtime/session.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import {
  openFolder,
  writeCausalModel,
  writeEncoderDecoderModel,
  type TinySize,
} from '../support/tinyModels.ts';

const maxTokens = 9;

const encoded = (ids: readonly number[]): EncodedPrompt => ({
  ids,
  rows: ids.map(() => -1),
  answerPositions: [],
});

/** Prompts of several lengths, some of them equal: more than one batch, and padding within it. */
const prompts = [[40], [41, 42, 43], [44, 45, 46], [47, 48, 49, 50, 51, 52, 53, 54, 55], [60, 61]];

const ones = (n: number) => int64([1, n], new Int32Array(n).fill(1));

async function causal(size: Partial<TinySize>) {
  const folder = await writeCausalModel(await temporaryFolder(), size);
  const open = await openFolder(folder);
  const file = await Session.create(await readFile(join(folder, 'onnx/model.onnx')));
  return { model: new PromptModel(open, 1), file };
}

/** The likeliest next tokens of the file itself, up to `ends`. */
async function naive(
  file: Session,
  ids: readonly number[],
  ends: readonly number[],
  feeds: Feeds = {},
  most = maxTokens,
): Promise<number[]> {
  const all = [...ids];
  while (all.length - ids.length < most) {
    const shape = [1, all.length];
    const own = { input_ids: int64(shape, all), attention_mask: ones(all.length), ...feeds };
    const { logits } = await file.run(own);
    const row = [...logits!.subarray((logits!.length / all.length) * (all.length - 1))];
    const best = row.indexOf(Math.max(...row));
    if (ends.includes(best)) break;
    all.push(best);
  }
  return all.slice(ids.length);
}

const emptyCache = (size: { heads: number; width: number; layers: number }): Feeds =>
  Object.fromEntries(
    Array.from({ length: size.layers }, (_, i) => i).flatMap((i) =>
      ['key', 'value'].map((part) => [
        `past_key_values.${i}.${part}`,
        float32([1, size.heads, 0, size.width / size.heads], new Float32Array(0)),
      ]),
    ),
  );

describe.each([false, true])('a causal model with a cache: %s', (past) => {
  const size = { past, width: 8, heads: 2, layers: 2, positions: 32, spread: 0.6 };
  const cache = past ? emptyCache(size) : {};

  test('writes the likeliest tokens in turn', async () => {
    const { model, file } = await causal(size);
    expect(cachingOf(model.open.lm)?.values.length).toBe(past ? 4 : undefined);
    const written = await generate(model, prompts.map(encoded), { vectors: undefined, maxTokens });
    for (const [i, ids] of prompts.entries()) {
      expect(written[i]!.ids).toEqual(await naive(file, ids, [], cache));
    }
    // Something is written, and not the same everywhere.
    expect(new Set(written.map(({ ids }) => ids.join())).size).toBeGreaterThan(2);
    await model.release();
    await file.release();
  });

  test('stops at each of the tokens that end a text', async () => {
    const { model, file } = await causal(size);
    const whole = await naive(file, prompts[1]!, [], cache);
    const end = whole.find((id, i) => i > 0 && !whole.slice(0, i).includes(id))!;
    const config = { ...model.open.config, endTokenIds: [7, end] };
    const ending = new PromptModel({ ...model.open, config }, 1);
    const [written] = await generate(ending, [encoded(prompts[1]!)], {
      vectors: undefined,
      maxTokens,
    });
    expect(written!.ids).toEqual(whole.slice(0, whole.indexOf(end)));
    expect(written!.logProbabilities).toHaveLength(written!.ids.length + 1);
    await Promise.all([model.release(), ending.release(), file.release()]);
  });

  test('writes no more than its positions hold', async () => {
    const { model, file } = await causal(size);
    const long = Array.from({ length: 29 }, (_, i) => 40 + i);
    const [written] = await generate(model, [encoded(long)], { vectors: undefined, maxTokens });
    // The last token is written without being read: 29 + 3 positions.
    expect(written!.ids).toEqual(await naive(file, long, [], cache, 4));
    await Promise.all([model.release(), file.release()]);
  });

  test('reads vectors in the place of tokens', async () => {
    const { model } = await causal(size);
    const ids = [40, 41, 42];
    const table = await model.embeddingTable();
    const data = table.slice(41 * model.width, 42 * model.width);
    const options = { vectors: { data, count: 1, deep: false }, maxTokens };
    const [same] = await generate(model, [encoded(ids)], { vectors: undefined, maxTokens });
    const spliced = { ids: [40, 3, 42], rows: [-1, 0, -1], answerPositions: [] };
    const [written] = await generate(model, [spliced], options);
    expect(written!.ids).toEqual(same!.ids);
    await model.release();
  });
});

/** The same model without the outputs by which it hands its keys and values on. */
function growing({ open }: PromptModel): PromptModel {
  const { model, ...rest } = open.lm;
  const outputs = model.graph.outputs.filter(({ name }) => name === rest.logits);
  const lm = { ...rest, model: { ...model, graph: { ...model.graph, outputs } } };
  expect(cachingOf(lm)).toBeUndefined();
  return new PromptModel({ ...open, lm }, 1);
}

const opened = async (write: typeof writeCausalModel, size: Partial<TinySize>) =>
  new PromptModel(await openFolder(await write(await temporaryFolder(), size)), 1);

const decoderStart = (ids: readonly number[]) => ({ ...encoded(ids), decoderIds: [3, 2] });

describe.each([
  ['a cache', writeCausalModel, { past: true }, encoded],
  ['a branch of its own for its cache', writeCausalModel, { past: 'merged' }, encoded],
  ['16-bit floats', writeCausalModel, { past: true, floats: 'float16' }, encoded],
  ['an encoder', writeEncoderDecoderModel, { past: true }, decoderStart],
] as const)('a model with %s', (_, write, options, prompt) => {
  test('writes 200 tokens as it does when it reads all of them anew', async () => {
    const model = await opened(write, { ...options, width: 8, positions: 224, spread: 0.6 });
    const { tokenizer, config } = model.open;
    // Nothing ends a text.
    const endless = { ...tokenizer, endId: undefined };
    const open = { ...model.open, tokenizer: endless, config: { ...config, endTokenIds: [] } };
    const own = new PromptModel(open, 1);
    expect(cachingOf(open.lm)).toBeDefined();
    const inputs = prompts.map(prompt);
    const request = { vectors: undefined, maxTokens: 200 };
    const written = await generate(own, inputs, request);
    const plain = growing(own);
    const again = await generate(plain, inputs, request);
    expect(written.map(({ ids }) => ids.length)).toEqual(prompts.map(() => 200));
    written.forEach(({ ids, logProbabilities }, i) => {
      expect(ids).toEqual(again[i]!.ids);
      logProbabilities.forEach((value, j) =>
        expect(value).toBeCloseTo(again[i]!.logProbabilities[j]!, 4),
      );
    });
    expect(new Set(written.flatMap(({ ids }) => ids)).size).toBeGreaterThan(4);
    await Promise.all([model.release(), own.release(), plain.release()]);
  });
});

test.each([true, 'merged'] as const)(
  'a deep prompt writes with a cache (%s) what it writes without',
  async (past) => {
    const { model } = await causal({ past, spread: 0.6 });
    const { lm } = model.open;
    const random = new Random(4);
    const data = Float32Array.from({ length: 3 * deepWidth(lm) }, () => random.normal());
    const vectors = { data, count: 3, deep: true };
    const written = await generate(model, prompts.map(encoded), { vectors, maxTokens });
    const plain = growing(model);
    const again = await generate(plain, prompts.map(encoded), { vectors, maxTokens });
    expect(written.map(({ ids }) => ids)).toEqual(again.map(({ ids }) => ids));
    const without = await generate(model, prompts.map(encoded), { vectors: undefined, maxTokens });
    expect(written.map(({ ids }) => ids)).not.toEqual(without.map(({ ids }) => ids));
    await Promise.all([model.release(), plain.release()]);
  },
);

test('a decoder writes what its two files write', async () => {
  const folder = await writeEncoderDecoderModel(await temporaryFolder(), { spread: 0.6 });
  const model = new PromptModel(await openFolder(folder), 1);
  const [encoder, decoder] = await Promise.all(
    ['encoder', 'decoder'].map(async (part) =>
      Session.create(await readFile(join(folder, `onnx/${part}_model.onnx`))),
    ),
  );
  const inputs = [[7, 8, 9], [12], [10, 11, 12, 13]];
  const start = [3, 2];
  const written = await generate(
    model,
    inputs.map((ids) => ({ ...encoded(ids), decoderIds: start })),
    { vectors: undefined, maxTokens },
  );
  for (const [i, ids] of inputs.entries()) {
    const mask = ones(ids.length);
    const { last_hidden_state: states } = await encoder!.run({
      input_ids: int64([1, ids.length], ids),
      attention_mask: mask,
    });
    const all = [...start];
    while (all.length - start.length < maxTokens) {
      const { logits } = await decoder!.run({
        input_ids: int64([1, all.length], all),
        encoder_attention_mask: mask,
        encoder_hidden_states: float32([1, ids.length, model.width], states!),
      });
      const row = [...logits!.subarray((logits!.length / all.length) * (all.length - 1))];
      const best = row.indexOf(Math.max(...row));
      if (best === model.open.tokenizer.endId) break;
      all.push(best);
    }
    expect(written[i]!.ids).toEqual(all.slice(start.length));
  }
  await Promise.all([encoder!.release(), decoder!.release(), model.release()]);
});
