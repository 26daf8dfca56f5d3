/** What a training is. */
import type { Prompt } from '../language/ast.ts';

/** One prompt with one seed, from the start or from where a run ended. */
export interface Training {
  readonly prompt: Prompt;
  readonly seed: number;
  readonly run?: string;
}
