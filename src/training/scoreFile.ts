/** `ptune score`: scores the prompts of a file without training. */
import type { Summary } from '../protocol/summary.ts';
import type { ScoreRequest } from '../protocol/trainerProtocol.ts';
import { RunStore } from '../runs/runStore.ts';
import type { TrainingContext } from './context.ts';
import { openPromptFile } from './promptFile.ts';
import { scorePrompts } from './scorePrompts.ts';
import { assertStoredFit } from './storedPrompt.ts';

/** Scores all prompts on a split; continuous ones with their present runs. */
export async function scoreFile(request: ScoreRequest, context: TrainingContext): Promise<Summary> {
  const open = await openPromptFile(request.path, request.text, context);
  try {
    await assertStoredFit(open);
    const store = RunStore.forFile(open.path);
    const { split, controls } = request;
    const { prompts } = open.file;
    const summary = await scorePrompts(open, prompts, split, store, context, controls);
    context.emit(summary);
    return summary;
  } finally {
    await open.model.release();
  }
}
