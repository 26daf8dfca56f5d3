/** Whether a training changed anything that counts. */
import type { Prediction } from '../protocol/predictions.ts';
import { requireSameExamples, scoreOf } from './scores.ts';

/** A loss that moved by less, in nats per answer, did not move. */
const smallestMove = 0.01;

/**
 * By how many nats the mean loss moved between two lists of answers to the same examples, when that
 * is next to nothing and every example is answered as before; undefined when training changed
 * something.
 */
export function unchangedBy(
  before: readonly Prediction[],
  after: readonly Prediction[],
): number | undefined {
  requireSameExamples(before, after);
  if (before.some(({ predicted }, i) => predicted !== after[i]!.predicted)) return undefined;
  const move = Math.abs(scoreOf([after]).loss - scoreOf([before]).loss);
  return move < smallestMove ? move : undefined;
}
