/**
 * Numbers over examples with what chance makes of them: a 95 % interval, and the p-value that the true
 * number is 0.
 */
import { errorFunction, quantileSorted, standardDeviation } from 'simple-statistics';
import { Random } from '../base/random.ts';
import type { Interval } from '../protocol/summary.ts';
import { meanOf, resampledMeans } from './statistics.ts';

export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
  /** Two-sided, that the true value is 0; not corrected for others. */
  readonly pValue: number;
}

/** From here on the mean of so many examples is normal, whatever they are. */
const manyExamples = 1000;
const resamples = 2000;
/** Of what has to be counted anew for every resample. */
const fewResamples = 400;
const bootstrapSeed = 20210320;
const z95 = 1.959963984540054;

/**
 * The mean of values, one for each example: the percentile bootstrap, and from `manyExamples` on the
 * normal interval, which is its limit and needs no resampling.
 */
export function meanEstimate(values: readonly number[]): Estimate {
  const value = meanOf(values);
  if (values.length >= manyExamples) {
    return normalEstimate(value, standardError(values), values.length);
  }
  const means = resampledMeans(values, new Random(bootstrapSeed), resamples);
  return {
    value,
    interval: [quantileSorted(means, 0.025), quantileSorted(means, 0.975)],
    pValue: atLeastPossible(bootstrapPValue(means), values.length),
  };
}

/** A statistic of the examples with these indices, some of them more than once. */
export type Statistic = (rows: Uint32Array) => number;

/** A number of `n` examples that is no mean, by the bootstrap. */
export function resampledEstimate(n: number, statistic: Statistic): Estimate {
  const random = new Random(bootstrapSeed);
  const rows = Uint32Array.from({ length: n }, (_, i) => i);
  const value = statistic(rows);
  const values = Array.from({ length: fewResamples }, () => {
    for (let i = 0; i < n; i++) rows[i] = random.integer(n);
    return statistic(rows);
  }).sort((a, b) => a - b);
  return {
    ...normalEstimate(value, standardDeviation(values), n),
    interval: [quantileSorted(values, 0.025), quantileSorted(values, 0.975)],
  };
}

/** An estimate with a standard error; the p-value is that of the normal distribution. */
export function normalEstimate(value: number, error: number, n: number): Estimate {
  const half = z95 * error;
  const pValue =
    error === 0 ? Number(value === 0) : 1 - errorFunction(Math.abs(value) / (error * Math.SQRT2));
  return {
    value,
    interval: [value - half, value + half],
    pValue: atLeastPossible(pValue, n),
  };
}

/** Twice the share of resamples on the other side of 0, the observed sample among them. */
function bootstrapPValue(means: readonly number[]): number {
  const below = means.filter((mean) => mean <= 0).length;
  const above = means.filter((mean) => mean >= 0).length;
  return Math.min(1, (2 * (1 + Math.min(below, above))) / (1 + means.length));
}

/**
 * The bootstrap of a handful of examples believes itself too much: no exact test over n pairs can
 * have a p-value below that of all signs being equal, 2 · 2⁻ⁿ.
 */
function atLeastPossible(pValue: number, n: number): number {
  return Math.min(1, Math.max(pValue, 2 ** (1 - n)));
}

/** The standard error of the mean. */
export function standardError(values: readonly number[]): number {
  return standardDeviation([...values]) / Math.sqrt(values.length);
}
