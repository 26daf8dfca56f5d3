/** The vote of several seeds: what the prompts that they trained answer together. */
import { invariant } from '../base/errors.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { EnsembleSummary } from '../protocol/summary.ts';
import { requireSameExamples } from './scores.ts';
import { meanOf, wilsonInterval } from './statistics.ts';

/**
 * The score of the seeds' vote: each example gets the answer that most seeds give; of answers with
 * equally many votes, the one whose voters' probabilities sum to more, and then the one that the
 * earlier seed gives. Undefined for fewer than two seeds.
 */
export function ensembleOf(
  predictions: readonly (readonly Prediction[])[],
): EnsembleSummary | undefined {
  const [first, ...others] = predictions;
  if (!first || others.length === 0) return undefined;
  for (const seed of others) requireSameExamples(first, seed);
  const right = first.map((_, i) => Number(isVotedRight(predictions.map((seed) => seed[i]!))));
  const accuracy = meanOf(right);
  return {
    seeds: predictions.length,
    accuracy,
    interval: wilsonInterval(accuracy, right.length),
  };
}

interface Votes {
  readonly count: number;
  readonly probability: number;
  readonly isRight: boolean;
}

function isVotedRight(answers: readonly Prediction[]): boolean {
  const byAnswer = new Map<string, Votes>();
  for (const { predicted, predictedProbability, correct } of answers) {
    const votes = byAnswer.get(predicted) ?? { count: 0, probability: 0, isRight: false };
    byAnswer.set(predicted, {
      count: votes.count + 1,
      probability: votes.probability + predictedProbability,
      isRight: votes.isRight || correct,
    });
  }
  const [winner] = [...byAnswer.values()].sort(
    (a, b) => b.count - a.count || b.probability - a.probability,
  );
  invariant(winner, 'A vote needs an answer.');
  return winner.isRight;
}
