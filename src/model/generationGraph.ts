/**
 * The two graphs that text is written with when a model has inputs for cached keys and values: one
 * reads the prompt and hands its keys and values on, the other reads one token more.
 */
import { int, type Graph } from '../onnx/graph.ts';
import { withWideFloats } from '../onnx/wideFloats.ts';
import { writeModel } from '../onnx/write.ts';
import { attachModelWithCache } from './attach.ts';
import { cachingPart, type LanguageModel } from './languageModel.ts';
import {
  atPositions,
  builderFor,
  decoderFeed,
  promptedModel,
  promptFeed,
  vectorsInput,
  type PromptShape,
} from './promptGraph.ts';

/** Keys or values of one layer: where they come out, where they go in, and how large they are. */
export interface CachedValue {
  readonly past: string;
  readonly present: string;
  readonly heads: number;
  readonly headWidth: number;
  /** Of the encoder's states: they stay as they are while the decoder writes. */
  readonly fixed: boolean;
}

/** How text is written with a cache. */
export interface Caching {
  readonly values: readonly CachedValue[];
  /** Reads one token more, for caches of every length; the model's own graph in float32. */
  readonly step: Graph;
}

/**
 * How a model hands keys and values on from token to token; undefined where it does not, or not as
 * [B, heads, length, head width].
 */
export function cachingOf(lm: LanguageModel): Caching | undefined {
  const { model, inputs } = cachingPart(lm);
  const step = withWideFloats(model.graph);
  if (!step || inputs.past.length === 0) return undefined;
  const given = new Set(lm.model.graph.outputs.map(({ name }) => name));
  const made = new Set(step.outputs.map(({ name }) => name));
  // A branch that was left out may have been all that read them.
  const read = new Set(step.nodes.flatMap((node) => node.inputs));
  if (!made.has(lm.logits)) return undefined;
  const values: CachedValue[] = [];
  for (const { name: past, shape } of inputs.past) {
    const present = past.replace('past_key_values', 'present');
    const [, heads, , headWidth] = shape;
    const fixed = lm.encoder !== undefined && past.includes('.encoder.');
    const known = shape.length === 4 && typeof heads === 'number' && typeof headWidth === 'number';
    const handedOn = given.has(present) && (fixed || made.has(present)) && read.has(past);
    if (!known || !handedOn) return undefined;
    values.push({ past, present, heads, headWidth, fixed });
  }
  return { values, step };
}

/**
 * Reads a prompt. Inputs as for scoring (`buildScoreGraph`); outputs: log_probabilities float32
 * [M, V]; each `present` float32 [B, heads, P + T, head width], P the length of a deep prompt; and of
 * an encoder-decoder model encoder_states float32 [B, S, D].
 */
export function buildPrefillGraph(
  lm: LanguageModel,
  shape: PromptShape,
  { values }: Caching,
): Uint8Array {
  const builder = builderFor(lm, shape);
  const feed = promptFeed(builder, lm, shape, vectorsInput(builder, lm, shape));
  const decoder = decoderFeed(builder, lm, shape, feed);
  const names = values.map((value) => value.present);
  const { logits, present } = attachModelWithCache(
    builder,
    promptedModel(lm, shape),
    decoder?.feed ?? feed,
    names,
    decoder?.encoder,
  );
  const scores = builder.op('LogSoftmax', [atPositions(builder, logits, shape)], { axis: int(-1) });
  return writeModel(
    builder.build({
      log_probabilities: scores,
      ...Object.fromEntries(names.map((name, i) => [name, present[i]!])),
      ...(decoder && { encoder_states: decoder.encoder.states }),
    }),
  );
}

/** Reads one token more: inputs and outputs have the names of the model's own graph. */
export function buildStepGraph(lm: LanguageModel, { values, step }: Caching): Uint8Array {
  const grown = values.filter(({ fixed }) => !fixed);
  const wanted = new Set([lm.logits, ...grown.map((value) => value.present)]);
  const outputs = step.outputs.filter((output) => wanted.has(output.name));
  const { opsets } = cachingPart(lm).model;
  return writeModel({ ...step, outputs }, { opset: opsets.get('') ?? 1 });
}
