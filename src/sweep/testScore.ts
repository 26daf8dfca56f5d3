/** The score of a trial on the test split, which chose nothing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scoreOf } from '../evaluation/scores.ts';
import { parse } from '../language/parser.ts';
import type { Interval } from '../protocol/summary.ts';
import type { RunStore } from '../runs/runStore.ts';
import type { TrainingContext } from '../training/context.ts';
import { PromptAnswers } from '../training/promptAnswers.ts';
import { openPromptFile } from '../training/promptFile.ts';
import type { JudgedTrial } from './result.ts';
import { trialFile } from './trialText.ts';

export interface TestScore {
  readonly n: number;
  readonly accuracy: number;
  readonly interval: Interval;
  readonly loss: number;
}

/** Asks the test examples with the runs of a trial, and keeps the answers like any others. */
export async function testScore(
  path: string,
  { prompt, settings, seeds }: JudgedTrial,
  store: RunStore,
  context: TrainingContext,
): Promise<TestScore> {
  const { text } = trialFile(parse(await readFile(path, 'utf8')), prompt, settings);
  const open = await openPromptFile(path, text, { ...context, emit: () => undefined });
  try {
    context.emit({ type: 'scoring', prompt, split: 'test' });
    const own = open.file.prompts.find(({ name }) => name === prompt)!;
    const kept = join(store.folders.reports, 'answers');
    const answers = new PromptAnswers(open, open.examples.test, kept, context);
    const predictions = [];
    for (const { seed, run } of seeds) {
      const { vectors } = await store.readPrompt(run);
      predictions.push((await answers.of(own, seed, vectors)).predictions);
    }
    const { n, accuracy, interval, loss } = scoreOf(predictions);
    return { n, accuracy, interval, loss };
  } finally {
    await open.model.release();
  }
}
