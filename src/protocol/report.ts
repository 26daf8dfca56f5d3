/**
 * The report: one plain value from which the webview, the self-contained page and the hover are
 * drawn. A view has no arithmetic of its own beyond layout.
 */
import type { ExampleTable } from './exampleTable.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Insights } from './insights.ts';
import type {
  Candidates,
  ControlSummary,
  Interval,
  PromptSummary,
  UnscoredPrompt,
} from './summary.ts';

/** Raised when a reader of an older version could misread the value. */
export const reportFormat = 2;

/** How near a token is to a vector: larger is nearer under each. */
export type Metric = 'cosine' | 'dot' | 'l2';

/**
 * What a token is that no person can read or write: special, a part of a character, an unused place
 * of the vocabulary, one whose embedding is zero.
 */
export type TokenKind = 'special' | 'fragment' | 'unused' | 'zero';

/** A vocabulary token near a learned vector. */
export interface NearToken {
  /** With every character to be seen but plain spaces. */
  readonly token: string;
  readonly id: number;
  /** Cosine similarity in −1 … 1, dot product, or (`l2`) minus the Euclidean distance. */
  readonly similarity: number;
  /** Absent for ordinary tokens. */
  readonly kind?: TokenKind;
}

export interface VirtualTokenReport {
  /** Position among the prompt's virtual tokens, from 0. */
  readonly index: number;
  /** The name in the template, `{*name}`, if it has one. */
  readonly name?: string;
  /** Which of the template's places with virtual tokens it stands in first, from 0. */
  readonly group?: number;
  /** Text of the token it started from, where it started from one. */
  readonly startedFrom?: string;
  /** Its nearest token is still the one it started from. */
  readonly unmoved: boolean;
  readonly norm: number;
  /** Share of the vocabulary's embeddings whose norm is smaller, 0 … 1. */
  readonly normPercentile: number;
  /** Under the report's metric, nearest first. */
  readonly nearest: readonly NearToken[];
  /** Under the other metrics, where they were computed. */
  readonly nearestBy?: NearTokens;
  /** Among all tokens, special ones and parts of characters too, where these are other ones. */
  readonly nearestOfAll?: NearTokens;
  /** How near it still is to where it started, as `NearToken.similarity`. */
  readonly toStart?: Readonly<Partial<Record<Metric, number>>>;
  /** Its nearest token is no nearer than that of 19 in 20 random vectors of its norm is. */
  readonly likeRandom?: readonly Metric[];
}

/** Nearest tokens by metric, nearest first. */
export type NearTokens = Readonly<Partial<Record<Metric, readonly NearToken[]>>>;

/** What random vectors are near, as long as a run's vectors: what similarities mean. */
export interface RandomNeighbors {
  /** How many were drawn. */
  readonly draws: number;
  /** The norm of all, the median of the run's vectors. */
  readonly norm: number;
  /** Of the draw in the middle. */
  readonly nearestBy: NearTokens;
  /** Where these are other ones. */
  readonly nearestOfAll?: NearTokens;
  /** The similarity that the nearest tokens of 19 in 20 draws do not exceed. */
  readonly limits: Readonly<Partial<Record<Metric, number>>>;
}

/** One vector at one step of its training. */
export interface PathPoint extends Pick<
  VirtualTokenReport,
  'unmoved' | 'norm' | 'normPercentile' | 'toStart' | 'likeRandom'
> {
  /**
   * Ids and similarities, nearest first: as many as are shown of the ordinary tokens and of all, in
   * one list.
   */
  readonly near: Readonly<
    Partial<Record<Metric, readonly (readonly [id: number, similarity: number])[]>>
  >;
}

/** Where a run's vectors were at its start and at its validations, long runs thinned. */
export interface VectorPathReport {
  /** In the order of their steps; 0 is the start. */
  readonly snapshots: readonly { readonly step: number; readonly vectors: readonly PathPoint[] }[];
  /** Tokens shown of each list. */
  readonly count: number;
  /** The tokens that the lists name, by id. */
  readonly tokens: Readonly<Record<number, Pick<NearToken, 'token' | 'kind'>>>;
}

/** A place on a map, [first axis, second axis]. */
export type Place = readonly [number, number];

/** A token on a map. */
export interface MapToken {
  readonly id: number;
  readonly token: string;
  /** The virtual tokens that it is near, from 0. */
  readonly of: readonly number[];
  readonly place: Place;
}

/** Vectors among the tokens that they are near, on the first two principal components of both. */
export interface VectorMap {
  /** Shares of the variance on the first and the second axis, 0 … 1. */
  readonly explained: readonly [number, number];
  /** By virtual token. */
  readonly vectors: readonly Place[];
  readonly tokens: readonly MapToken[];
  /** By virtual token: its place at each snapshot of the path. */
  readonly paths: readonly (readonly Place[])[];
}

export interface CurvePoint {
  readonly step: number;
  readonly loss: number;
  readonly learningRate?: number;
}

export interface ValidationPoint {
  readonly step: number;
  readonly accuracy: number;
  readonly loss: number;
  readonly best: boolean;
}

/** One run of a continuous prompt. */
export interface RunReport {
  readonly run: string;
  readonly seed: number;
  readonly status: 'running' | 'completed' | 'cancelled' | 'failed';
  readonly accuracy: number;
  readonly bestStep: number;
  readonly steps: number;
  readonly seconds: number;
  /** The steps after which it went on, where it had stopped. */
  readonly resumedAfter?: readonly number[];
  /** Training loss; long runs are thinned, each point then the mean of the steps up to it. */
  readonly curve: readonly CurvePoint[];
  readonly validation: readonly ValidationPoint[];
  /** From this step on validation loss rose while training loss fell; absent where it did not. */
  readonly overfitAfter?: number;
  readonly virtualTokens: readonly VirtualTokenReport[];
  /** Where there are nearest tokens. */
  readonly random?: RandomNeighbors;
  /** Where it was written down. */
  readonly path?: VectorPathReport;
  /** By the metric under which the tokens are near. */
  readonly maps?: Readonly<Partial<Record<Metric, VectorMap>>>;
}

/**
 * The middle run's vectors read as words: the nearest token of each in its place, scored as the
 * prompt in words that it is.
 */
export interface Reading {
  /** A template that can be pasted into a file. */
  readonly template: string;
  /** Shares of right answers. */
  readonly scores: {
    readonly learned: number;
    /** Of the template without virtual tokens. */
    readonly empty: number;
    readonly text: number;
    /** Of text near random vectors, the mean over a few. */
    readonly random: number;
  };
  /** (text − empty) / (learned − empty); absent where learned is not shown to gain. */
  readonly retained?: number;
  readonly retainedInterval?: Interval;
  /** The same of text near random vectors. */
  readonly retainedAtRandom?: number;
  /** What it means, for people. */
  readonly sentence: string;
  /** The last part of the sentence: how far the nearest tokens can be believed. */
  readonly meaning?: string;
}

/** How often each label was answered where each label was right. */
export interface Confusion {
  readonly labels: readonly string[];
  /** [right label][answered label]; several seeds are summed. */
  readonly counts: readonly (readonly number[])[];
}

export interface PromptReport {
  readonly summary: PromptSummary;
  /** The template as written in the file. */
  readonly template: string;
  /** Baseline of the differences. */
  readonly baseline: boolean;
  /** Encoder, steps and the like as label → value, for people. */
  readonly settings: Readonly<Record<string, string>>;
  readonly runs: readonly RunReport[];
  /** The seed of the middle run, whose answers and vectors are shown where one stands for all. */
  readonly middleSeed?: number;
  /** Training loss, the mean over the runs, as far as all of them went; absent for one run. */
  readonly meanCurve?: readonly CurvePoint[];
  /** Classification only. */
  readonly confusion?: Confusion;
  /** Its vectors are keys and values of every layer, which no token is near. */
  readonly deep?: true;
  /** Continuous prompts; absent for keys and values, which no word is near. */
  readonly reading?: Reading;
}

/** A stored run of the file, whether a score of the report is made with it or not. */
export interface StoredRun {
  readonly run: string;
  /** What a person called it when the report was made. */
  readonly name?: string;
  readonly prompt: string;
  readonly seed: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly template: string;
  /** What it was made with, and how it went, as label → value for people. */
  readonly settings: Readonly<Record<string, string>>;
  readonly outcome: Readonly<Record<string, string>>;
  /** Of its own answers, as they were scored last. */
  readonly score?: {
    readonly n: number;
    readonly accuracy: number;
    readonly interval: Interval;
    /** Nats per answer. */
    readonly loss: number;
  };
}

/** What the numbers say about the learned prompt against the baseline. */
export type Outcome = 'better' | 'worse' | 'undecided' | 'nothing-to-compare';

export interface Report {
  readonly format: typeof reportFormat;
  /** Name of the `.ptune` file. */
  readonly file: string;
  readonly model: { readonly id: string; readonly sha256: string };
  readonly split: string;
  readonly examples: number;
  readonly candidates: Candidates;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** What the numbers say, as sentences. */
  readonly verdict: string;
  readonly outcome: Outcome;
  readonly prompts: readonly PromptReport[];
  /** Prompts of the file without a score, and why, where there are some. */
  readonly leftOut?: readonly Omit<UnscoredPrompt, 'expectations'>[];
  /** The newest of the file's stored runs, newest first. */
  readonly storedRuns?: readonly StoredRun[];
  /** Where they were asked for. */
  readonly controls?: readonly ControlSummary[];
  readonly metric: Metric;
  readonly versions: Readonly<Record<string, string>>;
  /** What the scores belong to, by prompt name. */
  readonly fingerprints: Readonly<Record<string, Fingerprint>>;
  /** What was looked at on request and holds for these prompts. */
  readonly insights?: Insights;
}

/** The report as it is stored. The examples can be large, so the page gets them by themselves. */
export interface FullReport extends Report {
  /** Every prompt's answers to every example. */
  readonly predictions: ExampleTable;
}

/** The report and its examples apart. */
export function splitReport({ predictions, ...report }: FullReport): [Report, ExampleTable] {
  return [report, predictions];
}
