/**
 * The examples of a report with every answer to them, by columns: of 100,000 examples the page reads
 * a few long texts instead of millions of small values, and filters and sorts plain arrays.
 */
import type { NumberColumn, Numbers, TextColumn } from './columns.ts';
import { unpackNumbers } from './columns.ts';

/** The examples of a split in their order; every column has `count` rows. */
export interface ExampleTable {
  readonly count: number;
  /** The columns of the data but the answer, in their order. */
  readonly inputs: readonly ({ readonly name: string } & TextColumn)[];
  /** The distinct answers, right and given; the columns `answer` and `said` are places in it. */
  readonly answers: readonly string[];
  /** The right answer. */
  readonly answer: NumberColumn;
  /** In the order of the report's prompts. */
  readonly prompts: readonly PromptAnswers[];
}

/** What a prompt said: one list of columns a seed, a single one for a prompt in words. */
export interface PromptAnswers {
  readonly name: string;
  /** The place of the middle seed among `runs`, which answers where one stands for all. */
  readonly middle: number;
  readonly runs: readonly RunAnswers[];
}

/** What one run said to every example. */
export interface RunAnswers {
  /** Absent for a prompt in words. */
  readonly seed?: number;
  readonly said: NumberColumn;
  /** 1 where `said` is right, else 0. */
  readonly correct: NumberColumn;
  /** Rank of the right answer among the candidates, from 1. */
  readonly rank: NumberColumn;
  /** Probability of `said` among the candidates, in steps of 1 / 65535. */
  readonly probability: NumberColumn;
  /** Probability of the right answer, likewise. */
  readonly rightProbability: NumberColumn;
}

/** Probabilities are kept as this many steps: two bytes, far finer than what is shown. */
export const probabilitySteps = 65_535;

/** A run's answers as arrays over the examples. */
export interface OpenRun {
  readonly seed: number | undefined;
  readonly said: Numbers;
  readonly correct: Numbers;
  readonly rank: Numbers;
  readonly probability: Numbers;
  readonly rightProbability: Numbers;
}

/** A prompt's answers, read. */
export interface OpenPrompt {
  readonly name: string;
  readonly runs: readonly OpenRun[];
  readonly middle: OpenRun;
}

/** A column of texts, read: the text of row `i` is `texts[rows[i]]`. */
export interface OpenTexts {
  readonly texts: readonly string[];
  readonly rows: Numbers;
}

/** The table as arrays. */
export interface OpenExamples {
  readonly count: number;
  readonly inputs: readonly ({ readonly name: string } & OpenTexts)[];
  /** The right answers. */
  readonly answer: OpenTexts;
  readonly prompts: readonly OpenPrompt[];
}

/** Reads the columns of a table. */
export function openExamples(table: ExampleTable): OpenExamples {
  const { count, answers } = table;
  return {
    count,
    inputs: table.inputs.map(({ name, texts, rows }) => ({
      name,
      texts,
      rows: rows === undefined ? Uint32Array.from(texts.keys()) : unpackNumbers(rows),
    })),
    answer: { texts: answers, rows: unpackNumbers(table.answer) },
    prompts: table.prompts.map(({ name, middle, runs }) => {
      const opened = runs.map(openRun);
      return { name, runs: opened, middle: opened[middle]! };
    }),
  };
}

function openRun({ seed, ...columns }: RunAnswers): OpenRun {
  return {
    seed,
    said: unpackNumbers(columns.said),
    correct: unpackNumbers(columns.correct),
    rank: unpackNumbers(columns.rank),
    probability: unpackNumbers(columns.probability),
    rightProbability: unpackNumbers(columns.rightProbability),
  };
}

/** The share that a step of a probability column stands for. */
export function probabilityOf(step: number): number {
  return step / probabilitySteps;
}
