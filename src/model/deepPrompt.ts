/**
 * Deep prompts: trained keys and values for every layer, read by the model as if they came from
 * earlier tokens (P-tuning v2, Liu et al. 2022, arXiv:2110.07602; prefix tuning, Li and Liang 2021,
 * arXiv:2101.00190). They go in through the inputs for cached keys and values.
 *
 *   P virtual tokens   A heads of keys and values   E width of a head
 */
import { PtuneError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/builder.ts';
import { cachingPart, type LanguageModel } from './languageModel.ts';

/** One cache input of a layer, [B, A, P, E]. */
export interface CacheInput {
  readonly name: string;
  readonly heads: number;
  readonly headWidth: number;
}

/**
 * The cache inputs that a deep prompt fills, in the graph's order.
 *
 * @throws PtuneError `model/unsupported` when the model has none, or lays them out in another way
 */
export function cacheInputs(lm: LanguageModel): CacheInput[] {
  const { past } = cachingPart(lm).inputs;
  if (lm.encoder) {
    throw new PtuneError(
      'model/unsupported',
      'Deep prompts ("depth: deep") need inputs for cached keys and values, and the encoder of an encoder-decoder model has none.',
      'Set "depth: input", or use a causal model.',
    );
  }
  if (past.length === 0) {
    throw new PtuneError(
      'model/unsupported',
      'Deep prompts ("depth: deep") need inputs for cached keys and values, past_key_values, and the model has none.',
      'Use an export with past, as Optimum writes it for text generation, or set "depth: input".',
    );
  }
  return past.map(({ name, shape }) => {
    const [, heads, , headWidth] = shape;
    if (shape.length === 4 && typeof heads === 'number' && typeof headWidth === 'number') {
      return { name, heads, headWidth };
    }
    throw new PtuneError(
      'model/unsupported',
      `The cache input "${name}" has the shape [${shape.join(', ')}], not [batch, heads, length, head width].`,
      'Set "depth: input".',
    );
  });
}

/** Numbers that a deep prompt has for each virtual token: keys and values of all layers. */
export function deepWidth(lm: LanguageModel): number {
  return cacheInputs(lm).reduce((sum, { heads, headWidth }) => sum + heads * headWidth, 0);
}

/**
 * The values of the cache inputs for a batch.
 *
 * @param vectors  float32 [P, deepWidth]; the inputs' numbers side by side, heads first
 * @returns        by input, float32 [B, A, P, E]
 */
export function cacheValues(
  builder: GraphBuilder,
  lm: LanguageModel,
  vectors: string,
  rows: number,
): Map<string, string> {
  const count = builder.shapeOf(vectors)[0]!;
  const inputs = cacheInputs(lm);
  const lengths = builder.ints(inputs.map(({ heads, headWidth }) => heads * headWidth));
  const parts = builder.ops('Split', [vectors, lengths], inputs.length, {
    axis: { kind: 'int', value: 1 },
  });
  return new Map(
    inputs.map(({ name, heads, headWidth }, i) => {
      const split = builder.op('Reshape', [parts[i]!, builder.ints([count, heads, headWidth])]);
      const first = builder.op('Transpose', [split], { perm: { kind: 'ints', value: [1, 0, 2] } });
      const shape = builder.ints([rows, heads, count, headWidth]);
      return [name, builder.op('Expand', [first, shape])];
    }),
  );
}
