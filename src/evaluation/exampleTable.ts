/** The examples of a report with every prompt's answers, as columns (protocol/exampleTable.ts). */
import { TextList, packNumbers, packTexts } from '../protocol/columns.ts';
import type { ExampleTable, RunAnswers } from '../protocol/exampleTable.ts';
import { probabilitySteps } from '../protocol/exampleTable.ts';
import type { Prediction } from '../protocol/predictions.ts';

/** An example as text. */
export interface ExampleTexts {
  /** The columns but the answer. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly answer: string;
}

/** A prompt's predictions over the same examples, one list a seed. */
export interface AnsweredBy {
  readonly name: string;
  /** The place of the middle seed. */
  readonly middle: number;
  readonly runs: readonly {
    readonly seed?: number;
    readonly predictions: readonly Prediction[];
  }[];
}

/** The table of examples and answers, in the order of both. */
export function exampleTable(
  examples: readonly ExampleTexts[],
  prompts: readonly AnsweredBy[],
): ExampleTable {
  const answers = new TextList();
  // An example may lack a column that others have.
  const names = [...new Set(examples.flatMap(({ inputs }) => Object.keys(inputs)))];
  return {
    count: examples.length,
    inputs: names.map((name) => ({
      name,
      ...packTexts(examples.map(({ inputs }) => inputs[name] ?? '')),
    })),
    answer: packNumbers(examples.map(({ answer }) => answers.placeOf(answer))),
    prompts: prompts.map(({ name, middle, runs }) => ({
      name,
      middle,
      runs: runs.map((run) => runAnswers(run.seed, run.predictions, answers)),
    })),
    answers: answers.all,
  };
}

function runAnswers(
  seed: number | undefined,
  predictions: readonly Prediction[],
  answers: TextList,
): RunAnswers {
  const column = (value: (prediction: Prediction) => number) => packNumbers(predictions.map(value));
  // Of a model whose scores are no numbers there is no probability either.
  const steps = (probability: number) =>
    Math.round(Math.min(1, Math.max(0, probability || 0)) * probabilitySteps);
  return {
    ...(seed !== undefined && { seed }),
    said: column(({ predicted }) => answers.placeOf(predicted)),
    correct: column(({ correct }) => Number(correct)),
    rank: column(({ rank }) => rank),
    probability: column(({ predictedProbability }) => steps(predictedProbability)),
    rightProbability: column(({ probability }) => steps(probability)),
  };
}
