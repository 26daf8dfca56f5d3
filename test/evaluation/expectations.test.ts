import { describe, expect, test } from 'vitest';
import { checkExpectations } from '../../src/evaluation/expectations.ts';
import { expectationsFrom } from '../../src/language/expectations.ts';
import { resultText } from '../../src/protocol/expectations.ts';
import type { PromptSummary } from '../../src/protocol/summary.ts';

const summary: PromptSummary = {
  name: 'learned',
  kind: 'continuous',
  n: 10,
  accuracy: 0.7 + 0.1,
  interval: [0.49, 0.943],
  accuracyAt5: 1,
  loss: 0.5,
  reciprocalRank: 0.9,
  probability: 0.6,
  difference: {
    baseline: 'manual',
    accuracy: -0.1,
    interval: [-0.3, 0.1],
    pValue: 1,
    significant: false,
    won: 1,
    lost: 2,
  },
};

const outcome = (condition: string, of: PromptSummary = summary): boolean[] =>
  checkExpectations(expectationsFrom(condition), of).map(({ met }) => met);

describe('a condition', () => {
  test.each([
    ['accuracy >= 0.8', true],
    ['accuracy >= 80 %', true],
    ['accuracy > 0.8', false],
    ['accuracy <= 0.8', true],
    ['accuracy < 0.8', false],
    ['accuracy >= 0.81', false],
    ['exactMatch > 79.9 %', true],
    ['loss < 0.5', false],
    ['loss <= .5', true],
    ['difference > -11 %', true],
    ['difference >= 0', false],
    ['accuracyAt5 >= 1', true],
    ['reciprocalRank >= 0.95', false],
    ['probability > 0.5', true],
  ])('%s', (condition, met) => {
    expect(outcome(condition)).toEqual([met]);
  });

  test('about a score that is not there is missed', () => {
    const { name, kind, n, accuracy, interval, accuracyAt5, loss, reciprocalRank, probability } =
      summary;
    const baseline = { name, kind, n, accuracy, interval, accuracyAt5, loss, reciprocalRank };
    expect(outcome('difference >= -1', { ...baseline, probability })).toEqual([false]);
    expect(outcome('macroF1 >= 0')).toEqual([false]);
  });

  test('is reached by a mean that is only off by rounding', () => {
    const accuracy = (0.1 + 0.2) / 3;
    expect(accuracy).not.toBe(0.1);
    expect(outcome('accuracy <= 0.1', { ...summary, accuracy })).toEqual([true]);
  });
});

test('a result says by how much the threshold is missed', () => {
  const texts = (conditions: string[]) =>
    checkExpectations(expectationsFrom(conditions), summary).map(resultText);
  expect(
    texts(['accuracy >= 0.855', 'loss < 0.25', 'difference > 0', 'accuracy > 0.8', 'macroF1 > 0']),
  ).toEqual([
    'accuracy >= 85.5 % is missed by 6 points: it is 80 % (95 %: 49 % to 94.3 %)',
    'loss < 0.25 is missed by 0.25: it is 0.5',
    'difference > 0 % is missed by 10 points: it is −10 % (95 %: −30 % to 10 %)',
    'accuracy > 80 % is missed: it is 80 % (95 %: 49 % to 94.3 %)',
    'macroF1 > 0 % cannot be checked: there is no such score',
  ]);
});
