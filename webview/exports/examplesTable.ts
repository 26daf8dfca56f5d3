/** Every example with every prompt's and seed's answer for other programs, in the order of the data. */
import type { OpenExamples, OpenRun } from '../../src/protocol/exampleTable.ts';
import { probabilityOf } from '../../src/protocol/exampleTable.ts';
import type { Stale } from '../stale.ts';
import { staleText } from '../stale.ts';
import type { Cell } from './csv.ts';
import { csvText } from './csv.ts';

/** What has to be known of the answers. */
export interface AnswersKind {
  /** They were written freely, so that there is no rank among candidates. */
  readonly written: boolean;
  readonly stale: Stale;
}

/**
 * One row an example; of each seed its answer, whether that is right, probabilities and rank.
 */
export function examplesCsv(
  { count, inputs, answer, prompts }: OpenExamples,
  { written, stale }: AnswersKind,
): string {
  const outdated = staleText(stale);
  const runs = prompts.flatMap(({ name, runs: own }) =>
    own.map((run) => ({ run, name: run.seed === undefined ? name : `${name} seed ${run.seed}` })),
  );
  const ranks = written ? [] : ['rank'];
  const parts = ['answer', 'correct', 'probability', 'probability of right answer', ...ranks];
  const last = (cell: string) => (outdated === undefined ? [] : [cell]);
  const rows: Cell[][] = [
    [
      'number',
      ...inputs.map(({ name }) => name),
      'right answer',
      ...runs.flatMap(({ name }) => parts.map((part) => `${name}: ${part}`)),
      ...last('stale'),
    ],
  ];
  for (let i = 0; i < count; i++) {
    rows.push([
      i + 1,
      ...inputs.map(({ texts, rows: places }) => texts[places[i]!]),
      answer.texts[answer.rows[i]!],
      ...runs.flatMap(({ run }) => Object.values(answerOf(run, answer.texts, i, written))),
      ...last(outdated ?? ''),
    ]);
  }
  return csvText(rows);
}

/** One object an example, with its answers by prompt and seed; one a line inside the list. */
export function examplesJson(
  { count, inputs, answer, prompts }: OpenExamples,
  { written, stale }: AnswersKind,
): string {
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      number: i + 1,
      inputs: Object.fromEntries(inputs.map(({ name, texts, rows }) => [name, texts[rows[i]!]])),
      rightAnswer: answer.texts[answer.rows[i]!],
      answers: prompts.flatMap(({ name, runs }) =>
        runs.map((run) => ({
          prompt: name,
          ...(run.seed !== undefined && { seed: run.seed }),
          ...answerOf(run, answer.texts, i, written),
          ...(stale[name] !== undefined && { stale: stale[name] }),
        })),
      ),
    }),
  );
  return `[\n${lines.join(',\n')}\n]\n`;
}

function answerOf(run: OpenRun, texts: readonly string[], example: number, written: boolean) {
  return {
    answer: texts[run.said[example]!],
    correct: run.correct[example] === 1,
    probability: shareOf(run.probability[example]!),
    rightProbability: shareOf(run.rightProbability[example]!),
    ...(!written && { rank: run.rank[example] }),
  };
}

/** As many places as the column has. */
function shareOf(step: number): number {
  return Number(probabilityOf(step).toFixed(5));
}
