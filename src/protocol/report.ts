/**
 * The report: one plain value from which the webview, the self-contained page and the hover are
 * drawn. A view has no arithmetic of its own beyond layout.
 */
import type { Candidates, PromptSummary } from './summary.ts';

/** Raised when a reader of an older version could misread the value. */
export const reportFormat = 1;

/** A vocabulary token near a learned vector. */
export interface NearToken {
  readonly token: string;
  readonly id: number;
  /** Under the metric named in the report; cosine similarity is in −1 … 1. */
  readonly similarity: number;
}

export interface VirtualTokenReport {
  /** Position among the prompt's virtual tokens, from 0. */
  readonly index: number;
  /** The name in the template, `{*name}`, if it has one. */
  readonly name?: string;
  /** Text of the token it started from, where it started from one. */
  readonly startedFrom?: string;
  /** Its nearest token is still the one it started from. */
  readonly unmoved: boolean;
  readonly norm: number;
  /** Share of the vocabulary's embeddings whose norm is smaller, 0 … 1. */
  readonly normPercentile: number;
  readonly nearest: readonly NearToken[];
}

export interface CurvePoint {
  readonly step: number;
  readonly loss: number;
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
  readonly curve: readonly CurvePoint[];
  readonly validation: readonly ValidationPoint[];
  readonly virtualTokens: readonly VirtualTokenReport[];
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
}

/** One test example with every prompt's answer to it. */
export interface ExampleReport {
  /** The example's columns but the answer, as text. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly answer: string;
  /** By prompt name, the first seed's prediction. */
  readonly predictions: Readonly<Record<string, ExamplePrediction>>;
}

export interface ExamplePrediction {
  readonly answer: string;
  readonly correct: boolean;
  /** Rank of the right answer among the candidates, from 1. */
  readonly rank: number;
  /** Probability of the predicted answer among the candidates. */
  readonly probability: number;
}

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
  readonly prompts: readonly PromptReport[];
  readonly predictions: readonly ExampleReport[];
  readonly metric: 'cosine' | 'dot' | 'l2';
  readonly versions: Readonly<Record<string, string>>;
  /** Hashes of template, data, model and settings, by prompt name: what the scores belong to. */
  readonly fingerprints: Readonly<Record<string, string>>;
}
