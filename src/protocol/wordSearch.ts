/** The search for words in place of a prompt's vectors: its request, its progress, its result. */
import type { Fingerprint } from './fingerprint.ts';
import type { Candidates, Difference, Interval } from './summary.ts';

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
  /** Of the work of all methods; `done` never shrinks and `total` never changes. */
  readonly done: number;
  readonly total: number;
  /** If nothing ends early. */
  readonly secondsLeft?: number;
}

export interface WordsScore {
  readonly accuracy: number;
  readonly loss: number;
  /** 95 % */
  readonly interval: Interval;
}

/** The scores of a prompt on the split that words are chosen by, and on the one they are reported on. */
export interface SplitScore {
  readonly validation: WordsScore;
  readonly test: WordsScore;
}

/** What one method found. */
export interface FoundWords extends SplitScore {
  readonly method: SearchMethod;
  /** A discrete template that can be pasted. */
  readonly template: string;
  readonly seconds: number;
  /**
   * What of the learned prompt's gain over its template without vectors they keep on the test split;
   * absent where no gain is shown.
   */
  readonly retained?: number;
  readonly retainedInterval?: Interval;
}

/** What a search came to. */
export interface WordSearch {
  readonly prompt: string;
  /** Draws what is tried. */
  readonly seed: number;
  readonly examples: { readonly validation: number; readonly test: number };
  /** Best on validation first. */
  readonly found: readonly FoundWords[];
  /** The file's discrete prompt that is best on validation. */
  readonly written?: SplitScore & { readonly name: string };
  /** The best words against it, on the test split. */
  readonly difference?: Difference;
  /** The middle run of the learned prompt, where it is trained. */
  readonly learned?: SplitScore & { readonly seed: number };
  /** Its template without the virtual tokens. */
  readonly empty: SplitScore;
  /** What it means, for people. */
  readonly sentences: readonly string[];
  /** What it belongs to. */
  readonly fingerprint: Fingerprint;
}

export interface SearchResult extends WordSearch {
  readonly type: 'searchResult';
  readonly file: string;
  readonly candidates: Candidates;
}
