/** What would stop a later training, or the scoring after all of them, is told before the first one. */
import type { RunStore } from '../runs/runStore.ts';
import { checkExamples } from './checkExamples.ts';
import type { OpenPromptFile } from './promptFile.ts';
import type { Training } from './training.ts';
import { trainerInputs } from './trainRun.ts';

/**
 * Looks whether all prompts of a file can be trained and scored.
 *
 * @throws PtuneError as `trainRun` does before its first step, and as `checkExamples`
 */
export async function assertAllTrained(
  open: OpenPromptFile,
  trainings: readonly Training[],
  store: RunStore,
): Promise<void> {
  if (trainings.length === 0) return;
  for (const [i, { prompt, seed, run }] of trainings.entries()) {
    // The seeds of a prompt differ in the solved examples that they draw.
    const isNew =
      trainings[i - 1]?.prompt !== prompt || prompt.parts.some((p) => p.kind === 'demos');
    // The first one is looked at right away when it starts.
    if (i > 0 && isNew && run === undefined) await trainerInputs(open, prompt, seed, store);
  }
  const { file, examples, model } = open;
  for (const prompt of file.prompts) {
    // A learned prompt that is not trained now may be left out of the scores.
    if (prompt.kind === 'continuous' && prompt.from === undefined) continue;
    checkExamples({
      encoding: open.encodingOf(prompt, prompt.train.seeds[0]!),
      trained: [],
      scored: examples.test,
      labels: file.settings.labels,
      unknownId: model.open.tokenizer.unknownId,
    });
  }
}
