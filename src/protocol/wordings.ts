/** The probing of wordings: its request, its result, and what a report keeps of it. */
import type { Fingerprint } from './fingerprint.ts';
import type { Candidates } from './summary.ts';
import type { WordsScore } from './wordSearch.ts';

/** What a variant changes: the order of words, punctuation, a word for a near one, or case. */
export type WordingKind = 'order' | 'punctuation' | 'synonym' | 'case';

export interface ProbeRequest {
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  /** The editor's text where it differs from the file on disk. */
  readonly text?: string;
  /** Discrete prompts; the baseline, or the first one, where absent. */
  readonly prompts?: readonly string[];
  /** How many variants of each, at most. */
  readonly variants?: number;
  readonly seed?: number;
}

/** One wording with its shares of right answers. */
export interface WordingScore {
  /** Absent for the prompt as it is written. */
  readonly kind?: WordingKind;
  /** As a clause: "exchanges “capital” and “of”"; "as written". */
  readonly change: string;
  readonly template: string;
  /** A wording may be chosen by it. */
  readonly validation: WordsScore;
  readonly test: WordsScore;
}

/** How far some scores lie apart. */
export interface Spread {
  readonly count: number;
  readonly lowest: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly highest: number;
  /** Of the sample, with n − 1; 0 for a single score. */
  readonly standardDeviation: number;
}

/** The seeds of a learned prompt on the test split. */
export interface SeedSpread {
  readonly prompt: string;
  readonly seeds: readonly { readonly seed: number; readonly accuracy: number }[];
  readonly spread: Spread;
}

/** What the wordings of one prompt came to. */
export interface WordingProbe {
  readonly prompt: string;
  /** Draws the variants. */
  readonly seed: number;
  readonly examples: { readonly validation: number; readonly test: number };
  /** The prompt as written, then its variants, best on test first. */
  readonly wordings: readonly WordingScore[];
  /** Of the test scores of all wordings. */
  readonly spread: Spread;
  /** Places among `wordings`: best and worst on test, and best on validation. */
  readonly best: number;
  readonly worst: number;
  readonly chosen: number;
  /** Variants that were left out since an example with them is longer than the model reads. */
  readonly tooLong: number;
  readonly learned: readonly SeedSpread[];
  /** What it means, for people. */
  readonly sentences: readonly string[];
  /** What it belongs to. */
  readonly fingerprint: Fingerprint;
}

export interface ProbeResult {
  readonly type: 'probe';
  readonly file: string;
  readonly candidates: Candidates;
  readonly probes: readonly WordingProbe[];
}
