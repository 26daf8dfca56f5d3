/** How much single virtual tokens matter: the request, and what a report keeps of the answer. */
import type { Fingerprint } from './fingerprint.ts';
import type { Interval } from './summary.ts';

export interface ImportanceRequest {
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  /** The editor's text where it differs from the file on disk. */
  readonly text?: string;
  /** A learned prompt; the file's first where absent. */
  readonly prompt?: string;
  /** The seed whose vectors are looked at; the middle one where absent. */
  readonly seed?: number;
  /** At most so many test examples. */
  readonly examples?: number;
}

/** A difference with its 95 % interval, paired over the examples. */
export interface Change {
  readonly change: number;
  readonly interval: Interval;
  /** Two-sided, that nothing has changed; not corrected for others. */
  readonly pValue: number;
}

/** What a change of the vectors does. */
export interface ScoreChange {
  /** Of the share of right answers, in −1 … 1. */
  readonly accuracy: Change;
  /** Of the mean loss, nats per answer. */
  readonly loss: Change;
}

/** A virtual token left out. */
export interface TokenImportance {
  /** Position among the prompt's virtual tokens, from 0. */
  readonly index: number;
  readonly name?: string;
  /** The token that its vector is nearest to, where one is. */
  readonly nearest?: string;
  readonly without: ScoreChange;
}

/** Two virtual tokens in each other's places. */
export interface Exchange {
  readonly first: number;
  readonly second: number;
  readonly exchanged: ScoreChange;
}

/**
 * What stands in the place of a virtual token that is left out: the mean of the vocabulary's
 * embeddings, or the mean of the prompt's other keys and values, layer by layer.
 */
export type Replacement = 'vocabulary' | 'others';

export interface PromptImportance {
  readonly prompt: string;
  readonly run: string;
  readonly seed: number;
  /** Test examples that were asked, and that there are. */
  readonly examples: number;
  readonly available: number;
  readonly replacement: Replacement;
  /** With all vectors in their places, over the same examples. */
  readonly accuracy: number;
  readonly loss: number;
  /** Empty where a single deep virtual token has nothing to stand for it. */
  readonly tokens: readonly TokenImportance[];
  readonly exchanges: readonly Exchange[];
  /** There are too many pairs, so only neighbors were exchanged. */
  readonly neighborsOnly: boolean;
  readonly seconds: number;
  /** What it means, for people. */
  readonly sentences: readonly string[];
  /** What it belongs to. */
  readonly fingerprint: Fingerprint;
}

export interface ImportanceResult {
  readonly type: 'importance';
  readonly file: string;
  readonly importance: PromptImportance;
}
