/** The graphs that prompts are scored and trained with. */
import { PtuneError, invariant } from '../base/errors.ts';
import { differentiate } from '../autodiff/differentiate.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { inlineModel } from '../onnx/inline.ts';
import { int } from '../onnx/graph.ts';
import { formatShape, sameShape } from '../onnx/tensor.ts';
import { writeModel } from '../onnx/write.ts';
import { attachEncoder, attachModel, type EncoderFeed, type ModelFeed } from './attach.ts';
import { cacheValues, deepWidth } from './deepPrompt.ts';
import { cachingPart, readingPart, type LanguageModel } from './languageModel.ts';
import { withoutPadding } from './neighbours.ts';
import { crossEntropy, labelLogProbabilities, type Objective } from './objective.ts';
import {
  dropoutMasks,
  encoderParameters,
  promptEncoder,
  type EncoderSpec,
} from './promptEncoder.ts';
import { selectPositions } from './selectPositions.ts';
import { isWorthSharing, sharedPositions, sharePrefix } from './sharedPrefix.ts';

/**
 * The shapes of a graph: B rows of length T, M positions that are read, P vectors; and of an
 * encoder-decoder model U places in the decoder.
 */
export interface PromptShape {
  readonly rows: number;
  readonly length: number;
  readonly positions: number;
  readonly virtual: number;
  /** U; the positions are then the decoder's. */
  readonly decoderLength?: number;
  /** The vectors are keys and values of every layer, in place of embeddings. */
  readonly deep?: boolean;
  /** Positions at the start that are the same in every row, which a causal model makes once. */
  readonly shared?: number;
}

/**
 * Scores every token at the chosen positions.
 *
 * Inputs: input_ids, attention_mask, virtual_rows int64 [B, T] (row of a vector, −1 for a token),
 * positions int64 [M], vectors float32 [P, D]; of an encoder-decoder model also decoder_input_ids
 * int64 [B, U]. Output: log_probabilities float32 [M, V].
 */
export function buildScoreGraph(lm: LanguageModel, shape: PromptShape): Uint8Array {
  const builder = builderFor(lm, shape);
  const logits = promptedLogits(builder, lm, shape, vectorsInput(builder, lm, shape));
  const logProbabilities = builder.op('LogSoftmax', [logits], { axis: int(-1) });
  return writeModel(builder.build({ log_probabilities: logProbabilities }));
}

/**
 * One training step: loss and the gradient of every parameter of the prompt encoder.
 *
 * Inputs as for scoring, with the encoder's parameters, its dropout masks and `start_offset` in place
 * of the vectors;
 * targets int64 [N] and weights float32 [N]: token ids, N = M, or labels, N examples of M / N places.
 * Outputs: loss, `gradient NAME`.
 */
export function buildTrainingGraph(
  lm: LanguageModel,
  shape: PromptShape,
  encoder: EncoderSpec,
  objective: Objective,
): Uint8Array {
  const { builder, parameters, loss } = lossGraph(lm, shape, encoder, objective);
  const gradients = differentiate(builder, { of: loss, wrt: parameters });
  return writeModel(
    builder.build({
      loss,
      ...Object.fromEntries(parameters.map((name) => [`gradient ${name}`, gradients.get(name)!])),
    }),
  );
}

/** The loss of a training step alone, with the same inputs: for trials that need no gradient. */
export function buildLossGraph(
  lm: LanguageModel,
  shape: PromptShape,
  encoder: EncoderSpec,
  objective: Objective,
): Uint8Array {
  const { builder, loss } = lossGraph(lm, shape, encoder, objective);
  return writeModel(builder.build({ loss }));
}

function lossGraph(
  lm: LanguageModel,
  shape: PromptShape,
  encoder: EncoderSpec,
  objective: Objective,
) {
  const builder = builderFor(lm, shape);
  const parameters = encoderParameters(encoder).map(({ name, shape: own }) =>
    builder.input(name, 'float32', own),
  );
  const masks = dropoutMasks(encoder).map(({ name, shape: own }) =>
    builder.input(name, 'float32', own),
  );
  const vectors = offsetVectors(builder, encoder, masks);
  const logits = promptedLogits(builder, lm, shape, vectors);
  const scores =
    objective.kind === 'answers' ? logits : labelLogProbabilities(builder, logits, objective);
  const count = builder.shapeOf(scores)[0]!;
  const targets = builder.input('targets', 'int64', [count]);
  const weights = builder.input('weights', 'float32', [count]);
  const loss = crossEntropy(builder, scores, targets, weights);
  return { builder, parameters, loss };
}

/** The encoder alone: parameters and start_offset → vectors float32 [P, D]. */
export function buildEncoderGraph(encoder: EncoderSpec): Uint8Array {
  const builder = new GraphBuilder();
  for (const { name, shape } of encoderParameters(encoder)) builder.input(name, 'float32', shape);
  return writeModel(builder.build({ vectors: offsetVectors(builder, encoder) }));
}

/**
 * The model's token embeddings as a graph without inputs: table float32 [V, D]. The engine reads
 * them, so that every way of storing them is understood.
 */
export function buildEmbeddingGraph(lm: LanguageModel): Uint8Array {
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const { vocabularySize, width } = readingPart(lm).embedding;
  const ids = builder.input('ids', 'int64', [vocabularySize, 1]);
  const rows = lookUp(builder, lm, ids);
  const shape = builder.ints([vocabularySize, width]);
  return writeModel(builder.build({ table: builder.op('Reshape', [rows, shape]) }));
}

/** The model that reads a prompt: with a deep one, the graph that reads cached keys and values. */
export function promptedModel(lm: LanguageModel, { deep }: PromptShape): LanguageModel {
  return deep ? { ...lm, ...cachingPart(lm) } : lm;
}

/** A builder for the graphs of such a prompt. */
export function builderFor(lm: LanguageModel, shape: PromptShape): GraphBuilder {
  return new GraphBuilder({ readStored: promptedModel(lm, shape).model.readStored });
}

/** vectors float32 [P, D] · table [V, D]ᵀ → dots [P, V]. */
export function buildProductGraph(rows: number, size: number, width: number): Uint8Array {
  const builder = new GraphBuilder();
  const vectors = builder.input('vectors', 'float32', [rows, width]);
  const table = builder.input('table', 'float32', [size, width]);
  const dots = builder.op('Gemm', [vectors, table], { transB: int(1) });
  return writeModel(builder.build({ dots }));
}

/** The input of a prompt's vectors, float32 [P, D]; undefined for a prompt without. */
export function vectorsInput(
  builder: GraphBuilder,
  lm: LanguageModel,
  { virtual, deep }: PromptShape,
): string | undefined {
  if (virtual === 0) return undefined;
  return builder.input('vectors', 'float32', [virtual, vectorWidth(lm, deep)]);
}

/** Numbers of one vector: the width of an embedding, or of a deep prompt's keys and values. */
export function vectorWidth(lm: LanguageModel, deep: boolean | undefined): number {
  return deep ? deepWidth(lm) : readingPart(lm).embedding.width;
}

/** The encoder's output plus a fixed offset, by which training starts from chosen embeddings. */
function offsetVectors(
  builder: GraphBuilder,
  encoder: EncoderSpec,
  masks: readonly string[] = [],
): string {
  const offset = builder.input('start_offset', 'float32', [encoder.virtual, encoder.width]);
  return builder.op('Add', [promptEncoder(builder, encoder, masks), offset]);
}

/** The model's own embedding lookup for `ids` [B, T]: float32 [B, T, D]. */
function lookUp(builder: GraphBuilder, lm: LanguageModel, ids: string): string {
  const { model, inputs, embedding } = readingPart(lm);
  const bindings = new Map([[inputs.inputIds, ids]]);
  const rows = inlineModel(builder, model, bindings, [embedding.output]).get(embedding.output)!;
  const [made, wanted] = [builder.shapeOf(rows), [...builder.shapeOf(ids), embedding.width]];
  if (sameShape(made, wanted)) return rows;
  throw new PtuneError(
    'model/no-embedding',
    `The model's lookup "${embedding.output}" has the shape ${formatShape(made)} in place of ${formatShape(wanted)}.`,
    'Use the file that was exported without optimisation or quantisation, as a rule onnx/model.onnx.',
  );
}

/** The model's logits at the chosen positions, [M, V], with vectors in the virtual tokens' places. */
function promptedLogits(
  builder: GraphBuilder,
  lm: LanguageModel,
  shape: PromptShape,
  vectors: string | undefined,
): string {
  const feed = promptFeed(builder, lm, shape, vectors);
  const decoder = decoderFeed(builder, lm, shape, feed);
  const logits = attachModel(
    builder,
    promptedModel(lm, shape),
    decoder?.feed ?? feed,
    decoder?.encoder,
  );
  return lm.causal && !decoder
    ? atSharedPositions(builder, logits, shape)
    : atPositions(builder, logits, shape);
}

/** The rows of `value` [B, T, …] at the places of the input `positions`, [M, …]. */
export function atPositions(builder: GraphBuilder, value: string, shape: PromptShape): string {
  return selectPositions(builder, value, builder.input('positions', 'int64', [shape.positions]));
}

/**
 * The same of a causal model's logits, with the start that rows share made once where it pays. Where
 * it does not, positions are stacked as rows all the same, which saves the operators between two shapes.
 */
function atSharedPositions(builder: GraphBuilder, logits: string, shape: PromptShape): string {
  const wanted = { ...shape, shared: shape.shared ?? 0 };
  const batch = isWorthSharing(wanted) ? wanted : { ...shape, shared: 0 };
  const rows = sharePrefix(builder, logits, batch);
  const positions = builder.input('positions', 'int64', [shape.positions]);
  const one = builder.op('Unsqueeze', [rows, builder.ints([0])]);
  return selectPositions(builder, one, sharedPositions(builder, positions, batch));
}

/** The inputs of a prompt's tokens, with vectors in the virtual tokens' places. */
export function promptFeed(
  builder: GraphBuilder,
  lm: LanguageModel,
  shape: PromptShape,
  vectors: string | undefined,
): ModelFeed {
  const { rows, length } = shape;
  const inputIds = builder.input('input_ids', 'int64', [rows, length]);
  const attentionMask = builder.input('attention_mask', 'int64', [rows, length]);
  const isSpliced = vectors !== undefined && !shape.deep;
  const words = isSpliced || lm.zeroPadding ? lookUp(builder, lm, inputIds) : undefined;
  const spliced = isSpliced ? splice(builder, words!, vectors, [rows, length]) : words;
  const inputsEmbeds =
    lm.zeroPadding && spliced ? withoutPadding(builder, spliced, attentionMask) : spliced;
  return {
    inputIds,
    attentionMask,
    ...(inputsEmbeds !== undefined && { inputsEmbeds }),
    ...(vectors !== undefined &&
      shape.deep &&
      deepFeed(builder, lm, shape, vectors, attentionMask)),
  };
}

/** What a decoder reads when its encoder reads `feed`; undefined for a model without. */
export function decoderFeed(
  builder: GraphBuilder,
  lm: LanguageModel,
  { rows, decoderLength }: PromptShape,
  feed: ModelFeed,
): { readonly feed: ModelFeed; readonly encoder: EncoderFeed } | undefined {
  if (!lm.encoder) return undefined;
  invariant(decoderLength, 'A decoder needs a length.');
  const states = attachEncoder(builder, lm.encoder, feed);
  const inputIds = builder.input('decoder_input_ids', 'int64', [rows, decoderLength]);
  // A position sees only what stands before it, so padding at the end needs no mask.
  const attentionMask = builder.filled(1, [rows, decoderLength], 'int64');
  return { feed: { inputIds, attentionMask }, encoder: { states, mask: feed.attentionMask } };
}

/** The cache that a deep prompt fills, and the mask with its places in front. */
function deepFeed(
  builder: GraphBuilder,
  lm: LanguageModel,
  { rows, virtual }: PromptShape,
  vectors: string,
  attentionMask: string,
) {
  const before = builder.filled(1, [rows, virtual], 'int64');
  return {
    cache: cacheValues(builder, lm, vectors, rows),
    attentionMask: builder.op('Concat', [before, attentionMask], { axis: int(1) }),
  };
}

/** Word embeddings with vectors in the places that `virtual_rows` names. */
function splice(
  builder: GraphBuilder,
  words: string,
  vectors: string,
  shape: readonly [number, number],
): string {
  const rows = builder.input('virtual_rows', 'int64', shape);
  const zero = builder.constant('int64', [1], [0]);
  const isVirtual = builder.op('GreaterOrEqual', [rows, zero]);
  const chosen = builder.op('Gather', [vectors, builder.op('Max', [rows, zero])], { axis: int(0) });
  const condition = builder.op('Unsqueeze', [isVirtual, builder.ints([2])]);
  return builder.op('Where', [condition, chosen, words]);
}
