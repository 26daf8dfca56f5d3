/** Scores of prompts in words on the two splits that count for them. */
import { join } from 'node:path';
import { scoreOf } from '../evaluation/scores.ts';
import type { Prompt } from '../language/ast.ts';
import type { WordsScore } from '../protocol/wordSearch.ts';
import type { RunStore } from '../runs/runStore.ts';
import type { TrainingContext } from '../training/context.ts';
import { PromptAnswers } from '../training/promptAnswers.ts';
import type { OpenPromptFile } from '../training/promptFile.ts';

/** Scores of discrete prompts on the splits that words are chosen by and reported on. */
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
  async of(prompt: Prompt): Promise<{ validation: WordsScore; test: WordsScore }> {
    const seed = prompt.train.seeds[0] ?? 1;
    const scoreOn = async (answers: PromptAnswers): Promise<WordsScore> => {
      const { predictions } = await answers.of(prompt, seed);
      const { accuracy, loss, interval } = scoreOf([predictions]);
      return { accuracy, loss, interval };
    };
    return { validation: await scoreOn(this.#validation), test: await scoreOn(this.#test) };
  }
}

/** Better first: the larger accuracy, of equal ones the smaller loss. */
export const byScore = (a: WordsScore, b: WordsScore): number =>
  b.accuracy - a.accuracy || a.loss - b.loss;
