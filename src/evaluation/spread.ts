/** How far the scores of several wordings or seeds lie apart. */
import { quantileSorted, sampleStandardDeviation } from 'simple-statistics';
import { invariant } from '../base/errors.ts';
import type { Spread } from '../protocol/wordings.ts';

/** The spread of at least one score; quartiles are interpolated between neighbors. */
export function spreadOf(scores: readonly number[]): Spread {
  invariant(scores.length > 0, 'There is no spread of no scores.');
  const sorted = [...scores].sort((a, b) => a - b);
  return {
    count: sorted.length,
    lowest: sorted[0]!,
    lowerQuartile: quantileSorted(sorted, 0.25),
    median: quantileSorted(sorted, 0.5),
    upperQuartile: quantileSorted(sorted, 0.75),
    highest: sorted.at(-1)!,
    standardDeviation: sorted.length < 2 ? 0 : sampleStandardDeviation(sorted),
  };
}
