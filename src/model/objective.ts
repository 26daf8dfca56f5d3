/** Training losses as graph: what a prompt is trained to make small. */
import type { GraphBuilder } from '../onnx/builder.ts';
import { int } from '../onnx/graph.ts';

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
 * the mean of its words' log-probabilities (PET, Schick and Schütze 2021, arXiv:2001.07676, with a
 * mean in place of a single word).
 *
 * @param logits   float32 [N, V] at each example's answer position
 * @param words    int64 [W], the label words' token ids
 * @param average  float32 [W, K]: 1/n where word w is one of label k's n words, else 0
 * @returns        float32 [N, K]
 */
export function labelLogProbabilities(
  builder: GraphBuilder,
  logits: string,
  words: string,
  average: string,
): string {
  const logp = builder.op('LogSoftmax', [logits], { axis: int(-1) });
  const ofWords = builder.op('Gather', [logp, words], { axis: int(1) });
  const scores = builder.op('MatMul', [ofWords, average]);
  return builder.op('LogSoftmax', [scores], { axis: int(-1) });
}
