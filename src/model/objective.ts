/** Training losses as graph: what a prompt is trained to make small. */
import type { GraphBuilder } from '../onnx/builder.ts';
import { int } from '../onnx/graph.ts';

/** Classification through the labels' words. */
export interface LabelObjective {
  readonly kind: 'labels';
  /** Answer positions of one example, over all its inputs. */
  readonly places: number;
  /** The tokens of all label words, E of them, each with the place that predicts it. */
  readonly tokens: readonly { readonly place: number; readonly id: number }[];
  /** float32 [E, K]: 1/(words of label k · tokens of the word) where the token is of label k, else 0. */
  readonly average: Float32Array;
  /** K */
  readonly labels: number;
}

/** What is made small: the answers' tokens, or the labels through their words. */
export type Objective = { readonly kind: 'answers' } | LabelObjective;

/**
 * Weighted cross-entropy over the whole vocabulary, Σₘ wₘ·(−ln p(targetₘ)), in nats.
 *
 * @param logits   float32 [M, V]
 * @param targets  int64 [M]
 * @param weights  float32 [M]; 0 leaves a position out
 * @returns        a scalar
 */
export function crossEntropy(
  builder: GraphBuilder,
  logits: string,
  targets: string,
  weights: string,
): string {
  const count = builder.shapeOf(targets)[0]!;
  const logp = builder.op('LogSoftmax', [logits], { axis: int(-1) });
  const column = builder.op('Reshape', [targets, builder.ints([count, 1])]);
  const picked = builder.op('GatherElements', [logp, column], { axis: int(1) });
  const row = builder.op('Reshape', [picked, builder.ints([count])]);
  const total = builder.op('ReduceSum', [builder.op('Mul', [row, weights])], { keepdims: int(0) });
  return builder.op('Neg', [total]);
}

/**
 * Log-probability of each label, the labels' scores normalised over the labels. A label's score is
 * the mean of its words' log-probabilities, a word's the mean of its tokens' (PET, Schick and Schütze
 * 2021, arXiv:2001.07676, with means in place of a single token).
 *
 * @param logits  float32 [N·places, V]: each example's places one after the other
 * @returns       float32 [N, K]
 */
export function labelLogProbabilities(
  builder: GraphBuilder,
  logits: string,
  { places, tokens, average, labels }: LabelObjective,
): string {
  const [rows, vocabulary] = builder.shapeOf(logits) as [number, number];
  const logp = builder.op('LogSoftmax', [logits], { axis: int(-1) });
  const shape = builder.ints([rows / places, places * vocabulary]);
  const flat = places === 1 ? logp : builder.op('Reshape', [logp, shape]);
  const indices = builder.ints(tokens.map(({ place, id }) => place * vocabulary + id));
  const ofTokens = builder.op('Gather', [flat, indices], { axis: int(1) });
  const weights = builder.constant('float32', [tokens.length, labels], average);
  const scores = builder.op('MatMul', [ofTokens, weights]);
  return builder.op('LogSoftmax', [scores], { axis: int(-1) });
}
