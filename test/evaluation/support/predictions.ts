/** Predictions for tests, made from which examples are answered right. */
import type { Prediction } from '../../../src/protocol/predictions.ts';

/** One prediction for each character: "x" is right, anything else wrong (rank 2). */
export function answersOf(marks: string): Prediction[] {
  return Array.from(marks, (mark, example) => ({
    example,
    answer: 'yes',
    predicted: mark === 'x' ? 'yes' : 'no',
    correct: mark === 'x',
    rank: mark === 'x' ? 1 : 2,
    probability: mark === 'x' ? 0.8 : 0.1,
    predictedProbability: 0.8,
    loss: mark === 'x' ? 0.2 : 2.4,
  }));
}

/** `right` examples answered right, then `wrong` ones wrong. */
export function counts(right: number, wrong: number): Prediction[] {
  return answersOf('x'.repeat(right) + '.'.repeat(wrong));
}
