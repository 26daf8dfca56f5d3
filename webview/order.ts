/** In which order prompts stand wherever their scores do. */
import type { PromptReport } from '../src/protocol/report.ts';

/** Best first; of equal ones in the order of the file. */
export function byAccuracy(prompts: readonly PromptReport[]): PromptReport[] {
  return [...prompts].sort((a, b) => b.summary.accuracy - a.summary.accuracy);
}
