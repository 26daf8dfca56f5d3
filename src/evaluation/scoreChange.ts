/** How a score changes when a prompt's vectors are changed, on the same examples. */
import { Random } from '../base/random.ts';
import type { Change, ScoreChange } from '../protocol/importance.ts';
import type { Prediction } from '../protocol/predictions.ts';
import { pValueOf } from './compare.ts';
import { normalEstimate, standardError } from './estimates.ts';
import { requireSameExamples } from './scores.ts';
import { meanOf, pairedBootstrapInterval, pairedShareInterval } from './statistics.ts';

const bootstrapSeed = 20210319;
/** Hundreds of changes are looked at together; the ends of an interval settle with these. */
const resamples = 1000;

/**
 * From the answers before a change to those after it. The p-value of the answers is McNemar's, that of
 * the loss the normal distribution's, since so few resamples know none below 0.002.
 */
export function scoreChange(
  before: readonly Prediction[],
  after: readonly Prediction[],
): ScoreChange {
  requireSameExamples(before, after);
  return { accuracy: rightChange(before, after), loss: lossChange(before, after) };
}

function rightChange(before: readonly Prediction[], after: readonly Prediction[]): Change {
  const [then, now] = [before, after].map((list) => list.map(({ correct }) => Number(correct)));
  return {
    change: meanOf(now!) - meanOf(then!),
    interval: pairedShareInterval(now!, then!, new Random(bootstrapSeed), resamples),
    pValue: pValueOf(
      { name: 'before', predictions: [before] },
      { name: 'after', predictions: [after] },
    ),
  };
}

function lossChange(before: readonly Prediction[], after: readonly Prediction[]): Change {
  const [then, now] = [before, after].map((list) => list.map(({ loss }) => loss));
  const change = meanOf(now!) - meanOf(then!);
  const error = standardError(now!.map((loss, i) => loss - then![i]!));
  return {
    change,
    interval: pairedBootstrapInterval(now!, then!, new Random(bootstrapSeed), resamples),
    pValue: normalEstimate(change, error, now!.length).pValue,
  };
}
