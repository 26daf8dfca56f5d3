import { expect, test } from 'vitest';
import { scoreChange } from '../../src/evaluation/scoreChange.ts';
import type { Prediction } from '../../src/protocol/predictions.ts';

const predictions = (answers: readonly (readonly [correct: boolean, loss: number])[]) =>
  answers.map(([correct, loss], example): Prediction => ({
    example,
    answer: 'a',
    predicted: correct ? 'a' : 'b',
    correct,
    rank: correct ? 1 : 2,
    probability: 0.5,
    predictedProbability: 0.5,
    loss,
  }));

const before = predictions([
  [true, 1],
  [true, 2],
  [false, 3],
  [true, 2],
]);

test('the change is the difference of the means', () => {
  const after = predictions([
    [false, 2],
    [false, 4],
    [false, 3],
    [true, 1],
  ]);
  const { accuracy, loss } = scoreChange(before, after);
  expect(accuracy.change).toBe(-0.5);
  expect(loss.change).toBe(0.5);
  expect(accuracy.interval[0]).toBeLessThan(-0.5);
  expect(accuracy.interval[1]).toBeLessThanOrEqual(0);
});

test('the interval is paired: the same rise on every example is certain', () => {
  const after = before.map((one) => ({ ...one, loss: one.loss + 0.25 }));
  // Four examples allow no p-value below 2⁻³.
  const { accuracy, loss } = scoreChange(before, after);
  expect(loss).toEqual({ change: 0.25, interval: [0.25, 0.25], pValue: 0.125 });
  // That no answer of four changed says little of others: 1.96 / (4 + 2).
  expect(accuracy).toMatchObject({ change: 0, pValue: 1 });
  expect(accuracy.interval[1]).toBeCloseTo(1.959963984540054 / 6, 12);
  expect(accuracy.interval[0]).toBeCloseTo(-1.959963984540054 / 6, 12);
});

test('answers to other examples are refused', () => {
  expect(() => scoreChange(before, before.slice(1))).toThrow(/different examples/);
});
