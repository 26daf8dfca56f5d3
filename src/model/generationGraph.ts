/**
 * The two graphs that text is written with when a model has inputs for cached keys and values: one
 * reads the prompt and hands its keys and values on, the other reads one token more.
 */
import { GraphBuilder } from '../onnx/builder.ts';
import { int } from '../onnx/graph.ts';
import { writeModel } from '../onnx/write.ts';
import { attachModelWithCache } from './attach.ts';
import type { LanguageModel } from './languageModel.ts';
import { atPositions, promptFeed, vectorsInput, type PromptShape } from './promptGraph.ts';

/** Keys or values of one layer: where they come out, where they go in, and how large they are. */
export interface CachedValue {
  readonly past: string;
  readonly present: string;
  readonly heads: number;
  readonly headWidth: number;
}

/**
 * The keys and values that a model hands on from token to token; undefined where it has none, or
 * not as float32 [B, heads, length, head width].
 */
export function cachedValues(lm: LanguageModel): readonly CachedValue[] | undefined {
  const { graph } = lm.model;
  if (lm.encoder || lm.inputs.past.length === 0) return undefined;
  const outputs = new Set(graph.outputs.map((output) => output.name));
  // A branch that was left out may have been all that read them.
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const values: CachedValue[] = [];
  for (const { name: past, dtype, shape } of lm.inputs.past) {
    const present = past.replace('past_key_values', 'present');
    const [, heads, , headWidth] = shape;
    const known = shape.length === 4 && typeof heads === 'number' && typeof headWidth === 'number';
    if (!known || dtype !== 'float32' || !outputs.has(present) || !read.has(past)) return undefined;
    values.push({ past, present, heads, headWidth });
  }
  return values;
}

/**
 * Reads a prompt. Inputs as for scoring (`buildScoreGraph`); outputs: log_probabilities float32
 * [M, V], and each `present` float32 [B, heads, P + T, head width], P the length of a deep prompt.
 */
export function buildPrefillGraph(
  lm: LanguageModel,
  shape: PromptShape,
  values: readonly CachedValue[],
): Uint8Array {
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const feed = promptFeed(builder, lm, shape, vectorsInput(builder, lm, shape));
  const names = values.map((value) => value.present);
  const { logits, present } = attachModelWithCache(builder, lm, feed, names);
  const scores = builder.op('LogSoftmax', [atPositions(builder, logits, shape)], { axis: int(-1) });
  return writeModel(
    builder.build({
      log_probabilities: scores,
      ...Object.fromEntries(names.map((name, i) => [name, present[i]!])),
    }),
  );
}

/** Reads one token more: the model as it stands in its file, for caches of every length. */
export function buildStepGraph(lm: LanguageModel, values: readonly CachedValue[]): Uint8Array {
  const { graph, opsets } = lm.model;
  const wanted = new Set([lm.logits, ...values.map((value) => value.present)]);
  const outputs = graph.outputs.filter((output) => wanted.has(output.name));
  return writeModel({ ...graph, outputs }, { opset: opsets.get('') ?? 1 });
}
