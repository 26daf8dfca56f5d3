/**
 * Intervals and tests for shares of right answers. Every function is pure; those that need chance
 * take a generator, so that the same seed gives the same numbers.
 */
import { mean, quantileSorted } from 'simple-statistics';
import { invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Interval } from '../protocol/summary.ts';

/** The two-sided 5 % point of the standard normal distribution. */
const z95 = 1.959963984540054;
/** The 80 % point of the standard normal distribution, for the power of a test. */
const z80 = 0.8416212335729143;

/**
 * The 95 % score interval of Wilson (1927) for a share `p` seen over `n` examples, within [0, 1].
 * It needs no continuity correction and never degenerates at 0 or 1. `p·n` need not be whole: the
 * mean of several seeds over the same examples is a share too.
 */
export function wilsonInterval(p: number, n: number): Interval {
  invariant(n > 0 && p >= 0 && p <= 1, `A share ${p} of ${n} examples has no interval.`);
  const z2 = z95 * z95;
  const center = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z95 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  // At 0 and 1 the formula gives the bound exactly; rounding must not move it past.
  return [p === 0 ? 0 : Math.max(0, center - half), p === 1 ? 1 : Math.min(1, center + half)];
}

/**
 * The 95 % percentile bootstrap interval (Efron 1979) of the mean of `values`: the examples are
 * drawn with replacement `resamples` times.
 */
export function bootstrapInterval(
  values: readonly number[],
  random: Random,
  resamples: number = resamplesFor(values.length),
): Interval {
  const means = resampledMeans(values, random, resamples);
  return [quantileSorted(means, 0.025), quantileSorted(means, 0.975)];
}

/** The means of `resamples` bootstrap samples of `values`, in ascending order. */
export function resampledMeans(
  values: readonly number[],
  random: Random,
  resamples: number,
): number[] {
  const n = values.length;
  invariant(n > 0, 'The bootstrap of no values has no interval.');
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.integer(n)]!;
    means[r] = sum / n;
  }
  return [...means.sort()];
}

/**
 * The 95 % bootstrap interval of mean(a) − mean(b), paired: an example is drawn with both its
 * values, so what makes it hard for both does not widen the interval.
 */
export function pairedBootstrapInterval(
  a: readonly number[],
  b: readonly number[],
  random: Random,
  resamples?: number,
): Interval {
  invariant(a.length === b.length, `${a.length} and ${b.length} values are no pairs.`);
  return bootstrapInterval(
    a.map((value, i) => value - b[i]!),
    random,
    resamples,
  );
}

/**
 * The 95 % interval of the difference of two shares on the same examples, within [−1, 1]; `a` and `b`
 * have each example's share of right answers. It is the paired bootstrap's, but where the two differ by
 * the same on every example, so that no resample can differ, it is that of Agresti and Min (2005,
 * Statistics in Medicine 24): the interval of Wald after half an example is added to each of the four
 * cells of the table. "No difference in 52 examples" is not "no difference".
 */
export function pairedShareInterval(
  a: readonly number[],
  b: readonly number[],
  random: Random,
  resamples?: number,
): Interval {
  invariant(a.length === b.length, `${a.length} and ${b.length} values are no pairs.`);
  const differences = a.map((value, i) => value - b[i]!);
  if (differences.some((difference) => difference !== differences[0])) {
    return bootstrapInterval(differences, random, resamples);
  }
  const n = differences.length + 2;
  const sum = differences.reduce((total, difference) => total + difference, 0);
  const squares = differences.reduce((total, difference) => total + difference ** 2, 0);
  const center = sum / n;
  const half = (z95 * Math.sqrt(squares + 1 - sum ** 2 / n)) / n;
  return [Math.max(-1, center - half), Math.min(1, center + half)];
}

/**
 * The two-sided p-value of the exact test of McNemar (1947): of the `won + lost` examples on which
 * two prompts differ, the first one is right on `won`. Under no difference that number is binomial
 * with share one half: p = min(1, 2·P(X ≤ min(won, lost))).
 *
 * The largest term of the tail is taken in logarithms and the others by their ratios to it, so no
 * term overflows or underflows before the sum does.
 */
export function mcNemarExact(won: number, lost: number): number {
  const n = won + lost;
  const k = Math.min(won, lost);
  if (2 * k === n) return 1;
  let logTerm = -n * Math.LN2;
  for (let i = 1; i <= k; i++) logTerm += Math.log((n - k + i) / i);
  let sum = 1;
  let ratio = 1;
  for (let i = k; i > 0 && ratio > Number.EPSILON; i--) {
    ratio *= i / (n - i + 1);
    sum += ratio;
  }
  return Math.min(1, 2 * Math.exp(logTerm + Math.log(sum)));
}

/**
 * The p-values corrected for being several, by Holm's step-down method (1979), in the given order:
 * the smallest times m, the next times m − 1, and so on, never falling, at most 1.
 */
export function holmCorrected(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i]! - pValues[j]!);
  const corrected = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    corrected[index] = largest;
  });
  return corrected;
}

/**
 * How many paired examples a two-sided 5 % test of McNemar needs to show a difference of
 * `difference` with 80 % power, when two prompts differ on a share `discordant` of the examples
 * (the normal approximation of Connor 1987). Infinity when there is no difference.
 */
export function examplesNeeded(difference: number, discordant: number): number {
  const d = Math.abs(difference);
  if (d === 0) return Infinity;
  const share = Math.max(discordant, d);
  const root = z95 * Math.sqrt(share) + z80 * Math.sqrt(Math.max(0, share - d * d));
  return Math.ceil((root * root) / (d * d));
}

/** The arithmetic mean; of nothing it is a bug. */
export function meanOf(values: readonly number[]): number {
  invariant(values.length > 0, 'There is no mean of no values.');
  return mean([...values]);
}

/** 4000 resamples, fewer for large splits, where the interval settles sooner. */
function resamplesFor(n: number): number {
  return Math.max(400, Math.min(4000, Math.floor(2e7 / n)));
}
