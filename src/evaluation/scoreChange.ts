/** How a score changes when a prompt's vectors are changed, on the same examples. */
import { Random } from '../base/random.ts';
import type { Change, ScoreChange } from '../protocol/importance.ts';
import type { Prediction } from '../protocol/predictions.ts';
import { requireSameExamples } from './scores.ts';
import { meanOf, pairedBootstrapInterval } from './statistics.ts';

const bootstrapSeed = 20210319;
/** Hundreds of changes are looked at together; the ends of an interval settle with these. */
const resamples = 1000;

/** From the answers before a change to those after it. */
export function scoreChange(
  before: readonly Prediction[],
  after: readonly Prediction[],
): ScoreChange {
  requireSameExamples(before, after);
  const changeOf = (value: (prediction: Prediction) => number): Change => {
    const [then, now] = [before.map(value), after.map(value)];
    const random = new Random(bootstrapSeed);
    return {
      change: meanOf(now) - meanOf(then),
      interval: pairedBootstrapInterval(now, then, random, resamples),
    };
  };
  return { accuracy: changeOf((p) => Number(p.correct)), loss: changeOf((p) => p.loss) };
}
