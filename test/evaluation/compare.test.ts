import { describe, expect, test } from 'vitest';
import { compareToBaseline, differenceOf, seedsThatShow } from '../../src/evaluation/compare.ts';
import { answersOf, counts } from './support/predictions.ts';

const manual = { name: 'manual', predictions: [answersOf('xx........')] };

describe('a difference', () => {
  test('is paired over examples', () => {
    const other = { name: 'other', predictions: [answersOf('x.xxxxxxx.')] };
    const difference = differenceOf(other, manual);
    expect(difference.accuracy).toBeCloseTo(0.6, 12);
    expect([difference.won, difference.lost]).toEqual([7, 1]);
    expect(difference.pValue).toBeCloseTo(18 / 256, 12);
    expect(difference.significant).toBe(false);
    expect(difference.interval[0]).toBeGreaterThan(-0.01);
    expect(difference.interval[1]).toBeLessThanOrEqual(1);
  });

  test('takes the mean over seeds for its size and the middle seed for its p-value', () => {
    const seeds = ['xxx.......', 'xxxxxxxxxx', 'xxxxxxxx..'].map(answersOf);
    const difference = differenceOf({ name: 'learned', predictions: seeds }, manual);
    expect(difference.accuracy).toBeCloseTo(0.7 - 0.2, 12);
    expect([difference.won, difference.lost]).toEqual([6, 0]);
    expect(difference.pValue).toBeCloseTo(2 / 64, 12);
    expect(difference.significant).toBe(true);
  });

  test('gives the same interval every time', () => {
    const other = { name: 'other', predictions: [answersOf('x.xxxxxxx.')] };
    expect(differenceOf(other, manual)).toEqual(differenceOf(other, manual));
  });

  test('between prompts that answered different examples is a bug', () => {
    const short = { name: 'short', predictions: [answersOf('x')] };
    expect(() => differenceOf(short, manual)).toThrow('different examples');
  });
});

describe('differences to a baseline', () => {
  const one = { name: 'one', predictions: [answersOf('xxxxxxxx..')] };
  const two = { name: 'two', predictions: [answersOf('xxxxxxxxx.')] };

  test("are corrected by Holm's method over the prompts compared", () => {
    const differences = compareToBaseline([manual, one, two], 'manual');
    expect([...differences.keys()]).toEqual(['one', 'two']);
    // 2/64 and 2/128 alone; times 1 and times 2 together.
    expect(differences.get('two')?.pValue).toBeCloseTo(4 / 128, 12);
    expect(differences.get('one')?.pValue).toBeCloseTo(2 / 64, 12);
    const withMore = compareToBaseline([manual, one, two, { ...one, name: 'three' }], 'manual');
    expect(withMore.get('one')?.significant).toBe(false);
  });

  test('do not exist without a baseline', () => {
    expect(compareToBaseline([one, two], undefined).size).toBe(0);
    expect(compareToBaseline([one, two], 'manual').size).toBe(0);
  });
});

test('a seed shows a difference when it alone is significantly better', () => {
  const learned = { name: 'l', predictions: [counts(9, 1), counts(3, 7), counts(0, 10)] };
  expect(seedsThatShow(learned, manual)).toEqual([true, false, false]);
});
