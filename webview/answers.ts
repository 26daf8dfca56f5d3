/** The answers on the page as the evaluation compares them. */
import type { Answers } from '../src/evaluation/compare.ts';
import { differenceOf } from '../src/evaluation/compare.ts';
import type { OpenExamples, OpenRun } from '../src/protocol/exampleTable.ts';
import type { Prediction } from '../src/protocol/predictions.ts';
import type { Difference } from '../src/protocol/summary.ts';

/**
 * What one prompt answers right beyond another, by their names, with its p-value not corrected;
 * undefined where the examples do not have both.
 */
export function measuredDifference(
  examples: OpenExamples,
  from: string,
  to: string,
): Difference | undefined {
  const [reference, subject] = [from, to].map((name) => answersOf(examples, name));
  return reference && subject && differenceOf(subject, reference);
}

function answersOf({ prompts }: OpenExamples, name: string): Answers | undefined {
  const prompt = prompts.find((one) => one.name === name);
  return prompt && { name, predictions: prompt.runs.map(predictionsOf) };
}

/** As much of the predictions as a comparison of right answers looks at. */
function predictionsOf({ correct }: OpenRun): Prediction[] {
  return Array.from(correct, (right, example) => ({
    example,
    correct: right === 1,
    ...notLookedAt,
  }));
}

const notLookedAt = {
  answer: '',
  predicted: '',
  rank: 1,
  probability: 0,
  predictedProbability: 0,
  loss: 0,
};
