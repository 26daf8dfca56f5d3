/** The search for words in place of a prompt's vectors: its request, its progress, its result. */
import type { Interval } from './summary.ts';

/** Token substitution guided by gradients, projected training, or a beam over the nearest words. */
export type SearchMethod = 'flips' | 'projection' | 'beam';

export interface SearchRequest {
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  /** The editor's text where it differs from the file on disk. */
  readonly text?: string;
  /** A continuous prompt; the file's first where absent. */
  readonly prompt?: string;
  /** All of them where absent. */
  readonly methods?: readonly SearchMethod[];
  /** Steps of each method. */
  readonly steps?: number;
  readonly seed?: number;
}

/** How far a search is. */
export interface SearchEvent {
  readonly type: 'search';
  readonly prompt: string;
  readonly method: SearchMethod;
  readonly step: number;
  readonly steps: number;
  /** The best template so far, and its mean loss over the validation examples, nats. */
  readonly template: string;
  readonly loss: number;
}

export interface WordsScore {
  readonly accuracy: number;
  readonly loss: number;
  /** 95 % */
  readonly interval: Interval;
}

/** What one method found. */
export interface FoundWords {
  readonly method: SearchMethod;
  /** A discrete template that can be pasted. */
  readonly template: string;
  readonly validation: WordsScore;
  readonly test: WordsScore;
  readonly seconds: number;
}

export interface SearchResult {
  readonly type: 'searchResult';
  readonly file: string;
  readonly prompt: string;
  /** Best on validation first. */
  readonly found: readonly FoundWords[];
  /** The file's discrete prompt that is best on validation. */
  readonly written?: {
    readonly name: string;
    readonly validation: WordsScore;
    readonly test: WordsScore;
  };
}
