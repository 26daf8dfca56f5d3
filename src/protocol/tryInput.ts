/** Asking every prompt of a file about one input. */
import type { Candidates } from './summary.ts';

export interface TryRequest {
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  /** The editor's text where it differs from the file on disk. */
  readonly text?: string;
  /** A value for each column that a slot names. */
  readonly input: Readonly<Record<string, string>>;
}

export interface TriedAnswer {
  readonly answer: string;
  /** Among the candidates. */
  readonly probability: number;
}

export interface TriedPrompt {
  readonly prompt: string;
  /** The seed of a learned prompt's vectors. */
  readonly seed?: number;
  /** The likeliest first; empty where there is a reason. */
  readonly answers: readonly TriedAnswer[];
  /** Why it does not answer, as a clause. */
  readonly reason?: string;
}

export interface TryResult {
  readonly candidates: Candidates['kind'];
  /** In the order of the file. */
  readonly prompts: readonly TriedPrompt[];
  /** How long the model was asked; without its start. */
  readonly milliseconds: number;
}
