/** What words that were found are worth, beside the prompts that they are held against. */
import { differenceOf } from '../../evaluation/compare.ts';
import { withoutVectors } from '../../evaluation/reading/asWords.ts';
import { retainedGain } from '../../evaluation/reading/retainedGain.ts';
import { middleSeed, shareRight } from '../../evaluation/scores.ts';
import type { Prompt } from '../../language/ast.ts';
import { printTemplate } from '../../language/printTemplate.ts';
import type { FoundWords, SearchMethod, WordSearch } from '../../protocol/wordSearch.ts';
import type { RunStore } from '../../runs/runStore.ts';
import { currentRuns } from '../../training/currentRuns.ts';
import type { OpenPromptFile } from '../../training/promptFile.ts';
import { storedPrompt } from '../../training/storedPrompt.ts';
import { byScore, scoresOf, type SplitAnswers, type SplitScores } from '../splitScores.ts';

/** What a method found, before it is scored. */
export interface FoundPrompt {
  readonly method: SearchMethod;
  /** The prompt in words. */
  readonly prompt: Prompt;
  readonly seconds: number;
}

/** What was searched. */
export interface Searched {
  readonly open: OpenPromptFile;
  /** The learned prompt. */
  readonly prompt: Prompt;
  readonly store: RunStore;
  readonly scores: SplitScores;
  readonly seed: number;
}

interface Learned extends SplitAnswers {
  readonly seed: number;
}

/** Scores the words of each method, beside the best own wording, the learned prompt and none. */
export async function searchFacts(
  searched: Searched,
  prompts: readonly FoundPrompt[],
): Promise<Omit<WordSearch, 'sentences'>> {
  const { open, prompt, scores, seed } = searched;
  const learned = await learnedAnswers(searched);
  const empty = await scores.answers(withoutVectors(prompt));
  const found: { readonly words: FoundWords; readonly answers: SplitAnswers }[] = [];
  for (const { method, prompt: words, seconds } of prompts) {
    const answers = await scores.answers(words);
    const kept = learned && retainedGain(learned.test, [answers.test], empty.test);
    const retained = kept && { retained: kept.share, retainedInterval: kept.interval };
    const template = printTemplate(words.parts);
    found.push({
      words: { method, template, ...scoresOf(answers), seconds, ...retained },
      answers,
    });
  }
  found.sort((a, b) => byScore(a.words.validation, b.words.validation));
  const written = await bestWritten(open, scores);
  const { validation, test } = open.examples;
  return {
    prompt: prompt.name,
    seed,
    examples: { validation: validation.length, test: test.length },
    found: found.map(({ words }) => words),
    ...(written && {
      written: { name: written.name, ...scoresOf(written) },
      difference: differenceOf(
        { name: prompt.name, predictions: [found[0]!.answers.test] },
        { name: written.name, predictions: [written.test] },
      ),
    }),
    ...(learned && { learned: { seed: learned.seed, ...scoresOf(learned) } }),
    empty: scoresOf(empty),
    fingerprint: await open.fingerprint(prompt),
  };
}

/** What the learned prompt itself answers: the vectors that it names, or its middle run. */
async function learnedAnswers(searched: Searched): Promise<Learned | undefined> {
  const { open, prompt, store, scores } = searched;
  if (prompt.from !== undefined) {
    return { seed: 0, ...(await scores.answers(prompt, 0, await storedPrompt(open, prompt))) };
  }
  const { runs } = await currentRuns(open, prompt, store);
  if (runs.length === 0) return undefined;
  const answers: Learned[] = [];
  for (const { id, seed } of runs) {
    const { vectors } = await store.readPrompt(id);
    answers.push({ seed, ...(await scores.answers(prompt, seed, vectors)) });
  }
  return answers[middleSeed(answers.map(({ test }) => shareRight(test)))];
}

/** The discrete prompt of the file that is best on validation. */
async function bestWritten(
  { file }: OpenPromptFile,
  scores: SplitScores,
): Promise<(SplitAnswers & { readonly name: string }) | undefined> {
  let best: (SplitAnswers & { readonly name: string }) | undefined;
  for (const prompt of file.prompts) {
    if (prompt.kind !== 'discrete') continue;
    const own = { name: prompt.name, ...(await scores.answers(prompt)) };
    const isBetter =
      best === undefined || byScore(scoresOf(own).validation, scoresOf(best).validation) < 0;
    if (isBetter) best = own;
  }
  return best;
}
