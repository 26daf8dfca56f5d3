/** Intervals and differences of the measures beside the share of right answers. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { meanEstimate } from '../../src/evaluation/estimates.ts';
import { compareMeasures, measureIntervals } from '../../src/evaluation/measures.ts';
import { pairedShareInterval, wilsonInterval } from '../../src/evaluation/statistics.ts';
import type { Prediction } from '../../src/protocol/predictions.ts';
import { answersOf } from './support/predictions.ts';

/** Predictions with these losses. */
const withLosses = (losses: readonly number[]): Prediction[] =>
  answersOf('x'.repeat(losses.length)).map((one, i) => ({ ...one, loss: losses[i]! }));

const drawn = (n: number, of: (random: Random) => number) => {
  const random = new Random(3);
  return Array.from({ length: n }, () => of(random));
};

describe('the interval of a mean', () => {
  test('of two values is that of their three means, weighted 1 : 2 : 1', () => {
    // A quarter of the resamples is below, a quarter above: both ends are the values themselves.
    expect(meanEstimate([0, 1]).interval).toEqual([0, 1]);
  });

  test('of many examples is the mean ± 1.96 standard errors', () => {
    // 1000 values, half 0 and half 2: mean 1, standard deviation 1.
    const values = Array.from({ length: 1000 }, (_, i) => 2 * (i % 2));
    const { value, interval, pValue } = meanEstimate(values);
    const half = 1.959963984540054 / Math.sqrt(1000);
    expect(value).toBe(1);
    expect(interval[0]).toBeCloseTo(1 - half, 12);
    expect(interval[1]).toBeCloseTo(1 + half, 12);
    expect(pValue).toBeLessThan(1e-6);
  });

  test('is nearly the same on both sides of where resampling ends', () => {
    const values = drawn(1000, (random) => random.normal());
    const [few, many] = [meanEstimate(values.slice(1)), meanEstimate(values)];
    few.interval.forEach((end, i) => expect(Math.abs(end - many.interval[i]!)).toBeLessThan(0.01));
    expect(Math.abs(few.pValue - many.pValue)).toBeLessThan(0.05);
  });

  test('covers the true mean about as often as it says', () => {
    const random = new Random(11);
    const hits = Array.from({ length: 200 }, () => {
      const { interval } = meanEstimate(Array.from({ length: 40 }, () => random.normal()));
      return interval[0] <= 0 && interval[1] >= 0;
    }).filter(Boolean).length;
    expect(hits).toBeGreaterThan(178);
  });

  test('has no p-value that so few examples cannot have', () => {
    // Three differences of one sign: the exact sign test gives 2 / 8.
    expect(meanEstimate([1, 2, 3]).pValue).toBe(0.25);
    expect(meanEstimate([0, 0, 0]).pValue).toBe(1);
  });
});

describe('the interval of a difference of shares', () => {
  const interval = (a: readonly number[], b: readonly number[]) =>
    pairedShareInterval(a, b, new Random(1));

  test('is not a point where the answers are the same', () => {
    // Agresti and Min by hand: nobody won of 52, so 0 ± 1.96 · √1 / 54.
    const [low, high] = interval(Array<number>(52).fill(1), Array<number>(52).fill(1));
    expect(high).toBeCloseTo(1.959963984540054 / 54, 12);
    expect(low).toBeCloseTo(-high, 12);
  });

  test('is not a point where one wins all', () => {
    // 3 won of 3: centre 3/5, variance (3 + 1 − 9/5) / 25; beyond 1 nothing can be.
    const [low, high] = interval([1, 1, 1], [0, 0, 0]);
    expect(low).toBeCloseTo(0.6 - (1.959963984540054 * Math.sqrt(2.2)) / 5, 12);
    expect(high).toBe(1);
  });

  test('is the bootstrap’s where examples differ', () => {
    const [low, high] = interval([1, 1, 0, 0], [0, 1, 0, 0]);
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(0.4);
  });
});

describe('the measures of a prompt', () => {
  const marks = 'xxxxx.....xx........';

  test('each have an interval around them; that of a share is Wilson’s', () => {
    const intervals = measureIntervals([answersOf(marks)]);
    expect(Object.keys(intervals).sort()).toEqual([
      'accuracyAt5',
      'loss',
      'probability',
      'reciprocalRank',
    ]);
    // Ranks are 1 and 2: all among the first five.
    expect(intervals.accuracyAt5).toEqual(wilsonInterval(1, 20));
    // 7 · 0.2 and 13 · 2.4 over 20.
    const mean = (7 * 0.2 + 13 * 2.4) / 20;
    expect(intervals.loss![0]).toBeLessThan(mean);
    expect(intervals.loss![1]).toBeGreaterThan(mean);
  });

  test('of a classification have macro-F1 among them', () => {
    const { macroF1 } = measureIntervals([answersOf(marks)], ['yes', 'no']);
    // yes: 7 hits, 7 answered, 20 right; no: never right.
    const value = (14 / 27 + 0) / 2;
    expect(macroF1![0]).toBeLessThan(value);
    expect(macroF1![1]).toBeGreaterThan(value);
  });

  test('of written answers have no ranks', () => {
    const written = answersOf(marks).map((one) => ({ ...one, f1: one.correct ? 1 : 0.5 }));
    expect(Object.keys(measureIntervals([written])).sort()).toEqual(['f1', 'loss', 'probability']);
  });

  test('count examples, not seeds: another seed with the same answers narrows nothing', () => {
    const one = measureIntervals([answersOf(marks)]);
    expect(measureIntervals([answersOf(marks), answersOf(marks)])).toEqual(one);
  });
});

describe('the differences of measures', () => {
  const losses = drawn(60, (random) => 1 + random.uniform());
  const manual = { name: 'manual', predictions: [withLosses(losses)] };
  const lower = {
    name: 'lower',
    predictions: [withLosses(losses.map((loss, i) => loss - 0.1 - 0.01 * (i % 3)))],
  };
  const same = { name: 'same', predictions: [withLosses(losses)] };

  test('are paired: a small fall on every example is shown, whatever the examples', () => {
    const found = compareMeasures([manual, lower, same], 'manual');
    const { loss } = found.get('lower')!;
    expect(loss!.difference).toBeCloseTo(-0.11, 12);
    expect(loss!.interval[1]).toBeLessThan(-0.1);
    expect(loss!.significant).toBe(true);
    expect(found.get('same')!.loss).toMatchObject({ difference: 0, pValue: 1, significant: false });
    expect(found.has('manual')).toBe(false);
  });

  test('are corrected over the prompts compared', () => {
    const alone = compareMeasures([manual, lower], 'manual').get('lower')!.loss!;
    const together = compareMeasures([manual, lower, same], 'manual').get('lower')!.loss!;
    expect(together.pValue).toBeCloseTo(2 * alone.pValue, 12);
  });

  test('have macro-F1 where there are labels, and need a baseline', () => {
    const a = { name: 'a', predictions: [answersOf('xxxx....')] };
    const b = { name: 'b', predictions: [answersOf('xxxxxx..')] };
    const { macroF1 } = compareMeasures([a, b], 'a', ['yes', 'no']).get('b')!;
    // 2 · 6 / (6 + 8) − 2 · 4 / (4 + 8), halved since "no" was never right.
    expect(macroF1!.difference).toBeCloseTo((12 / 14 - 8 / 12) / 2, 12);
    expect(compareMeasures([a, b], 'gone').size).toBe(0);
  });
});
