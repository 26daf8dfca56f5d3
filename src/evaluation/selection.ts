/**
 * The best of several trainings, picked on the examples that they are compared on. What is best of many
 * on one set of examples looks better there than it is, and the more so the more there are to pick from.
 */
import { Random } from '../base/random.ts';
import type { Prediction } from '../protocol/predictions.ts';
import { type Answers, pValueOf, significanceLevel } from './compare.ts';
import type { Scores } from './scores.ts';
import { holmCorrected, meanOf } from './statistics.ts';

type Predictions = readonly (readonly Prediction[])[];

const resamplingSeed = 20210322;
const mostResamples = 1000;
/** Additions that may be spent on resampling. */
const mostWork = 2e8;

/** The places of the scores, best first: by accuracy, of equal ones by loss, then in their order. */
export function bestFirst(scores: readonly Pick<Scores, 'accuracy' | 'loss'>[]): number[] {
  return scores
    .map((_, i) => i)
    .sort(
      (a, b) =>
        scores[b]!.accuracy - scores[a]!.accuracy || scores[a]!.loss - scores[b]!.loss || a - b,
    );
}

/**
 * How many of `others` cannot be told from `best`: McNemar's test of the middle seeds, corrected by
 * Holm's method over all of them.
 */
export function notToldApart(best: Answers, others: readonly Answers[]): number {
  const corrected = holmCorrected(others.map((other) => pValueOf(best, other)));
  return corrected.filter((pValue) => pValue >= significanceLevel).length;
}

/**
 * The accuracy to expect of the best of `trials` on examples that did not pick it: in each bootstrap
 * sample the best is picked by `bestFirst` and scored on the examples that were not drawn, and the mean
 * is taken (Tsamardinos, Greasidou and Borboudakis 2018, Machine Learning 107). Undefined where there
 * are fewer than two trials or examples.
 */
export function accuracyUnpicked(trials: readonly Predictions[]): number | undefined {
  const n = trials[0]?.[0]?.length ?? 0;
  if (trials.length < 2 || n < 2) return undefined;
  const right = trials.map((trial) => means(trial, (p) => Number(p.correct)));
  const loss = trials.map((trial) => means(trial, (p) => p.loss));
  const random = new Random(resamplingSeed);
  const resamples = Math.max(
    50,
    Math.min(mostResamples, Math.floor(mostWork / (n * trials.length))),
  );
  const values: number[] = [];
  const counts = new Uint32Array(n);
  for (let r = 0; r < resamples; r++) {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[random.integer(n)]!++;
    const drawn = trials.map((_, t) => ({
      accuracy: weighted(right[t]!, counts),
      loss: weighted(loss[t]!, counts),
    }));
    const picked = right[bestFirst(drawn)[0]!]!;
    const rest = [...picked].filter((_, i) => counts[i] === 0);
    if (rest.length > 0) values.push(meanOf(rest));
  }
  return values.length === 0 ? undefined : meanOf(values);
}

/** For every example the mean over the seeds. */
function means(predictions: Predictions, value: (prediction: Prediction) => number): Float64Array {
  return Float64Array.from(
    predictions[0]!,
    (_, i) => predictions.reduce((sum, seed) => sum + value(seed[i]!), 0) / predictions.length,
  );
}

function weighted(values: Float64Array, counts: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * counts[i]!;
  return sum / values.length;
}
