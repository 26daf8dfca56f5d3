/** Scores of prompts in words on the two splits that count for them. */
import { join } from 'node:path';
import { scoreOf } from '../evaluation/scores.ts';
import type { Prompt } from '../language/ast.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { SplitScore, WordsScore } from '../protocol/wordSearch.ts';
import type { RunStore } from '../runs/runStore.ts';
import type { TrainingContext } from '../training/context.ts';
import { PromptAnswers } from '../training/promptAnswers.ts';
import type { OpenPromptFile } from '../training/promptFile.ts';

/** What a prompt answers on both splits. */
export interface SplitAnswers {
  readonly validation: readonly Prediction[];
  readonly test: readonly Prediction[];
}

/** Scores of prompts on the splits that words are chosen by and reported on. */
export class SplitScores {
  readonly #validation: PromptAnswers;
  readonly #test: PromptAnswers;

  constructor(open: OpenPromptFile, store: RunStore, context: TrainingContext) {
    const folder = join(store.folders.reports, 'answers');
    this.#validation = new PromptAnswers(open, open.examples.validation, folder, context);
    this.#test = new PromptAnswers(open, open.examples.test, folder, context);
  }

  /** Drops answers that nobody asked for in a long time. */
  prune(): Promise<void> {
    return this.#test.prune();
  }

  /** The scores of a discrete prompt. */
  async of(prompt: Prompt): Promise<SplitScore> {
    return scoresOf(await this.answers(prompt));
  }

  /**
   * What a prompt answers.
   *
   * @param seed  draws the solved examples of a few-shot prompt
   * @param vectors  those of a continuous prompt, float32 [P, D]
   */
  async answers(
    prompt: Prompt,
    seed: number = prompt.train.seeds[0] ?? 1,
    vectors?: Float32Array,
  ): Promise<SplitAnswers> {
    return {
      validation: (await this.#validation.of(prompt, seed, vectors)).predictions,
      test: (await this.#test.of(prompt, seed, vectors)).predictions,
    };
  }
}

/** The scores of answers. */
export function scoresOf({ validation, test }: SplitAnswers): SplitScore {
  const score = (predictions: readonly Prediction[]): WordsScore => {
    const { accuracy, loss, interval } = scoreOf([predictions]);
    return { accuracy, loss, interval };
  };
  return { validation: score(validation), test: score(test) };
}

/** Better first: the larger accuracy, of equal ones the smaller loss. */
export const byScore = (a: WordsScore, b: WordsScore): number =>
  b.accuracy - a.accuracy || a.loss - b.loss;
