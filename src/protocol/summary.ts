/** The summary that ends `ptune train` and `ptune score` (docs/command-line.md). */

import type { ExpectationResult } from './expectations.ts';

/** A number with its 95 % interval, [low, high]. */
export type Interval = readonly [low: number, high: number];

/** A number of a prompt beside its share of right answers. */
export type Measure = 'accuracyAt5' | 'loss' | 'reciprocalRank' | 'probability' | 'macroF1' | 'f1';

/** A measure minus the baseline's on the same examples. */
export interface MeasureDifference {
  readonly difference: number;
  /** Of the paired bootstrap. */
  readonly interval: Interval;
  /** Two-sided, of the paired bootstrap, Holm-corrected over the prompts compared. */
  readonly pValue: number;
  /** `pValue` is below 0.05. */
  readonly significant: boolean;
}

export interface SeedSummary {
  readonly seed: number;
  readonly run: string;
  readonly accuracy: number;
  readonly loss: number;
  /** The step whose vectors were kept. */
  readonly steps: number;
  readonly seconds: number;
}

/** The score of the answers that most of a prompt's seeds give (evaluation/ensemble.ts). */
export interface EnsembleSummary {
  /** How many seeds vote. */
  readonly seeds: number;
  readonly accuracy: number;
  readonly interval: Interval;
}

/** The difference to the baseline prompt on the same examples. */
export interface Difference {
  readonly baseline: string;
  /** Accuracy minus the baseline's, in −1 … 1, with its paired bootstrap interval. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** Two-sided exact McNemar test, Holm-corrected over the prompts compared. */
  readonly pValue: number;
  /** `pValue` is below 0.05. */
  readonly significant: boolean;
  /** Examples that only this prompt answers right; of several seeds, the middle one. */
  readonly won: number;
  /** Examples that only the baseline answers right. */
  readonly lost: number;
  /** The other measures. */
  readonly measures?: Readonly<Partial<Record<Measure, MeasureDifference>>>;
}

export interface PromptSummary {
  readonly name: string;
  readonly kind: 'discrete' | 'continuous';
  /** Examples scored. */
  readonly n: number;
  /** Share of examples whose first answer is right; the mean over seeds. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** Share of examples with the right answer among the first five. */
  readonly accuracyAt5: number;
  /** Nats per answer. */
  readonly loss: number;
  readonly reciprocalRank: number;
  /** Mean probability of the right answer among the candidates. */
  readonly probability: number;
  /** Classification only: the mean F1 over the labels. */
  readonly macroF1?: number;
  /** Written answers only: the share that matches exactly after normalization, which is `accuracy`. */
  readonly exactMatch?: number;
  /** Written answers only: the mean F1 of their words against the right answer's. */
  readonly f1?: number;
  /** 95 % intervals of the measures: of Wilson for shares, else of the bootstrap over examples. */
  readonly intervals?: Readonly<Partial<Record<Measure, Interval>>>;
  readonly difference?: Difference;
  readonly seeds?: readonly SeedSummary[];
  /** Seeds that the file asks for and that have no finished run, where there are some. */
  readonly missingSeeds?: readonly number[];
  /** Where there are several seeds. */
  readonly ensemble?: EnsembleSummary;
  /** What the prompt's `expect` came to, where it has one. */
  readonly expectations?: readonly ExpectationResult[];
  /** The model had answered before: nothing that the score depends on has changed since. */
  readonly cached?: true;
}

/** A prompt that could not be scored. */
export interface UnscoredPrompt {
  readonly name: string;
  /** Why, as a clause: "it was never trained". */
  readonly reason: string;
  /** Its `expect`, all missed, where it has one. */
  readonly expectations?: readonly ExpectationResult[];
}

export interface Candidates {
  readonly kind: 'answers' | 'vocabulary' | 'file' | 'labels' | 'generate';
  /** 0 where the model writes freely. */
  readonly count: number;
}

/**
 * What a control leaves out of a learned prompt: what its vectors learned (random ones stand in their
 * places), the link between examples and answers (they are permuted before the training), or the
 * whole prompt (only the slots remain).
 */
export type Control = 'random' | 'shuffled' | 'empty';

/** The score of a control: what is right without what a prompt has learned. */
export interface ControlSummary {
  readonly control: Control;
  /** The learned prompt that it belongs to. */
  readonly of: string;
  /** Examples scored. */
  readonly n: number;
  /** Share of examples whose first answer is right; the mean over seeds. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** Nats per answer. */
  readonly loss: number;
  readonly reciprocalRank: number;
  readonly probability: number;
  /** To the learned prompt; its p-values are corrected over the controls of one prompt. */
  readonly difference: Difference;
  /** One for each seed of the learned prompt; absent where nothing is drawn. */
  readonly seeds?: readonly { readonly seed: number; readonly accuracy: number }[];
}

export interface Summary {
  readonly type: 'summary';
  readonly file: string;
  readonly model: { readonly id: string; readonly sha256: string };
  readonly split: string;
  readonly candidates: Candidates;
  readonly prompts: readonly PromptSummary[];
  /** Prompts that are left out of `prompts`, where there are any. */
  readonly unscored?: readonly UnscoredPrompt[];
  /** The controls of the learned prompts, where they were asked for. */
  readonly controls?: readonly ControlSummary[];
  /** The folder of runs and the report, where one was written. */
  readonly report?: string;
}
