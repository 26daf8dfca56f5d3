import { describe, expect, test } from 'vitest';
import { confusionOf, macroF1Of, middleSeed, scoreOf } from '../../src/evaluation/scores.ts';
import type { Prediction } from '../../src/protocol/predictions.ts';
import { answersOf, counts } from './support/predictions.ts';

function labelled(pairs: readonly (readonly [answer: string, predicted: string])[]): Prediction[] {
  return pairs.map(([answer, predicted], example) => ({
    ...answersOf(answer === predicted ? 'x' : '.')[0]!,
    example,
    answer,
    predicted,
  }));
}

describe('the scores of a prompt', () => {
  test('are means over its examples', () => {
    const ranks = [1, 1, 2, 5, 6];
    const score = scoreOf([
      ranks.map((rank, example) => ({
        example,
        answer: 'Lima',
        predicted: rank === 1 ? 'Lima' : 'Cuzco',
        correct: rank === 1,
        rank,
        probability: rank / 10,
        predictedProbability: 0.5,
        loss: rank,
      })),
    ]);
    expect(score.n).toBe(5);
    expect(score.accuracy).toBeCloseTo(0.4, 12);
    expect(score.accuracyAt5).toBeCloseTo(0.8, 12);
    expect(score.reciprocalRank).toBeCloseTo((1 + 1 + 1 / 2 + 1 / 5 + 1 / 6) / 5, 12);
    expect(score.probability).toBeCloseTo(0.3, 12);
    expect(score.loss).toBeCloseTo(3, 12);
    expect(score.macroF1).toBeUndefined();
  });

  test('are means over seeds, with an interval that counts the examples once', () => {
    const score = scoreOf([counts(52, 5), counts(53, 4), counts(53, 4)]);
    expect(score.accuracy).toBeCloseTo(158 / 171, 12);
    expect(score.seeds.map((seed) => seed.accuracy)).toEqual([52 / 57, 53 / 57, 53 / 57]);
    // The Wilson interval of 52.667 in 57.
    expect(score.interval[0]).toBeCloseTo(0.8254, 3);
    expect(score.interval[1]).toBeCloseTo(0.969, 3);
    expect(score.middle).toBe(1);
  });

  test('over seeds that answered different examples are a bug', () => {
    expect(() => scoreOf([counts(3, 1), counts(3, 0)])).toThrow('different examples');
    expect(() => scoreOf([])).toThrow('at least one prediction');
    expect(() => scoreOf([[]])).toThrow('at least one prediction');
  });
});

test('the middle seed is the median, the lower of two, the first of equal ones', () => {
  expect(middleSeed([0.9])).toBe(0);
  expect(middleSeed([0.91, 0.93, 0.93])).toBe(1);
  expect(middleSeed([0.2, 0.9, 0.5])).toBe(2);
  expect(middleSeed([0.9, 0.5])).toBe(1);
});

describe('a classification', () => {
  // The example of scikit-learn's f1_score documentation: macro average 0.27.
  const pairs = ['00', '12', '21', '00', '10', '21'].map((p) => [p[0]!, p[1]!] as const);

  test('has the macro-F1 of scikit-learn', () => {
    const score = scoreOf([labelled(pairs)], ['0', '1', '2']);
    expect(score.macroF1).toBeCloseTo(0.8 / 3, 12);
  });

  test('has a confusion matrix of right label by answered label, summed over seeds', () => {
    expect(confusionOf([labelled(pairs)], ['0', '1', '2']).counts).toEqual([
      [2, 0, 0],
      [1, 0, 1],
      [0, 2, 0],
    ]);
    const twice = scoreOf([labelled(pairs), labelled(pairs)], ['0', '1', '2']);
    expect(twice.confusion?.counts[2]).toEqual([0, 4, 0]);
  });

  test('leaves labels out of macro-F1 that never occur', () => {
    const score = scoreOf([labelled(pairs)], ['0', '1', '2', 'never']);
    expect(score.macroF1).toBeCloseTo(0.8 / 3, 12);
    expect(macroF1Of({ labels: ['a', 'b'], counts: [[3, 0], [0, 0]] })).toBe(1); // prettier-ignore
  });

  test('with an answer that is no label is a bug that names it', () => {
    expect(() => scoreOf([labelled([['0', '9']])], ['0', '1'])).toThrow('"9" is not among: 0, 1');
  });
});
