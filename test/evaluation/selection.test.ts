import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { accuracyUnpicked, bestFirst, notToldApart } from '../../src/evaluation/selection.ts';
import type { Prediction } from '../../src/protocol/predictions.ts';

const prediction = (example: number, correct: boolean): Prediction => ({
  example,
  answer: 'a',
  predicted: correct ? 'a' : 'b',
  correct,
  rank: correct ? 1 : 2,
  probability: 0.5,
  predictedProbability: 0.5,
  loss: correct ? 0.1 : 2,
});

const answers = (right: readonly boolean[]) => right.map((one, i) => prediction(i, one));

/** A trial that is right on each of `n` examples with a chance. */
const coin = (n: number, chance: number, random: Random) =>
  answers(Array.from({ length: n }, () => random.uniform() < chance));

describe('the best of several', () => {
  test('has the highest accuracy, of equal ones the smallest loss, then comes first', () => {
    const scores = [
      { accuracy: 0.5, loss: 1 },
      { accuracy: 0.7, loss: 2 },
      { accuracy: 0.7, loss: 1 },
      { accuracy: 0.7, loss: 1 },
    ];
    expect(bestFirst(scores)).toEqual([2, 3, 1, 0]);
  });

  test('is told from those that it beats by more than chance', () => {
    const named = (name: string, right: readonly boolean[]) => ({
      name,
      predictions: [answers(right)],
    });
    const n = 40;
    const best = named('best', Array<boolean>(n).fill(true));
    const alike = named(
      'alike',
      Array.from({ length: n }, (_, i) => i > 1),
    );
    const worse = named(
      'worse',
      Array.from({ length: n }, (_, i) => i > 20),
    );
    expect(notToldApart(best, [alike, worse])).toBe(1);
    expect(notToldApart(best, [])).toBe(0);
  });

  test('of many coins looks better than a coin, and is seen through', () => {
    const random = new Random(5);
    const picked: number[] = [];
    const unpicked: number[] = [];
    for (let sweep = 0; sweep < 20; sweep++) {
      const trials = Array.from({ length: 10 }, () => [coin(50, 0.6, random)]);
      const shares = trials.map(([one]) => one!.filter(({ correct }) => correct).length / 50);
      picked.push(Math.max(...shares));
      unpicked.push(accuracyUnpicked(trials)!);
    }
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(picked)).toBeGreaterThan(0.68);
    expect(Math.abs(mean(unpicked) - 0.6)).toBeLessThan(0.03);
  });

  test('that leads by far is not flattered', () => {
    const far = [answers(Array.from({ length: 50 }, (_, i) => i % 10 > 0))];
    const others = Array.from({ length: 4 }, () => [answers(Array<boolean>(50).fill(false))]);
    expect(Math.abs(accuracyUnpicked([far, ...others])! - 0.9)).toBeLessThan(0.01);
  });

  test('of one trial, or on one example, says nothing of the choice', () => {
    expect(accuracyUnpicked([[answers([true, false])]])).toBeUndefined();
    expect(accuracyUnpicked([[answers([true])], [answers([false])]])).toBeUndefined();
    expect(accuracyUnpicked([])).toBeUndefined();
  });
});
