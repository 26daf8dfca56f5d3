import { describe, expect, test } from 'vitest';
import { ensembleOf } from '../../src/evaluation/ensemble.ts';
import { wilsonInterval } from '../../src/evaluation/statistics.ts';
import type { Prediction } from '../../src/protocol/predictions.ts';
import { answersOf } from './support/predictions.ts';

/** One example's answer by one seed; "Lima" is right. */
const said = (predicted: string, predictedProbability: number): Prediction => ({
  example: 0,
  answer: 'Lima',
  predicted,
  correct: predicted === 'Lima',
  rank: 1,
  probability: 0.1,
  predictedProbability,
  loss: 1,
});

const vote = (...answers: Prediction[]) => ensembleOf(answers.map((one) => [one]))?.accuracy;

describe('the vote of several seeds', () => {
  test('is right where most of them are, over all examples', () => {
    const found = ensembleOf([answersOf('xx.x.'), answersOf('x.xx.'), answersOf('.x..x')]);
    expect(found).toEqual({ seeds: 3, accuracy: 0.6, interval: wilsonInterval(0.6, 5) });
  });

  test('counts heads first, however sure the others are', () => {
    expect(vote(said('Lima', 0.1), said('Oslo', 0.99), said('Lima', 0.1))).toBe(1);
    expect(vote(said('Lima', 0.99), said('Oslo', 0.1), said('Oslo', 0.1))).toBe(0);
  });

  test('breaks ties by the sum of probabilities, then by the order of seeds', () => {
    expect(vote(said('Oslo', 0.4), said('Lima', 0.5))).toBe(1);
    expect(vote(said('Lima', 0.4), said('Oslo', 0.5))).toBe(0);
    const [surest, two] = [said('Oslo', 0.6), said('Lima', 0.4)];
    expect(vote(surest, two, two, said('Oslo', 0.1), said('Rome', 0.9))).toBe(1);
    expect(vote(said('Oslo', 0.5), said('Lima', 0.5))).toBe(0);
    expect(vote(said('Lima', 0.5), said('Oslo', 0.5))).toBe(1);
  });

  test('needs two, over the same examples', () => {
    expect(ensembleOf([])).toBeUndefined();
    expect(ensembleOf([answersOf('x')])).toBeUndefined();
    expect(() => ensembleOf([answersOf('x'), answersOf('xx')])).toThrow('different examples');
  });
});
