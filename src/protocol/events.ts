/**
 * What happens while prompts train, as one stream: the editor, the terminal and `metrics.jsonl` get
 * the same events.
 */
import type { Summary } from './summary.ts';

export interface StartedEvent {
  readonly type: 'started';
  readonly file: string;
  readonly model: { readonly id: string; readonly sha256: string };
  readonly examples: { readonly train: number; readonly validation: number; readonly test: number };
  readonly runtime: { readonly name: string; readonly version: string; readonly threads: number };
  /** The trainings to come, in order. */
  readonly trainings: readonly { readonly prompt: string; readonly seed: number }[];
}

/** A model is being downloaded; before `started`. */
export interface DownloadEvent {
  readonly type: 'download';
  readonly model: string;
  /** The file that is being received; absent while another process downloads the model. */
  readonly file?: string;
  /** Bytes that are there, and that there will be. */
  readonly received: number;
  readonly total: number;
  readonly bytesPerSecond: number;
  /** Absent until a speed is known. */
  readonly secondsLeft?: number;
}

export interface RunStartedEvent {
  readonly type: 'runStarted';
  readonly run: string;
  /** The run's folder. */
  readonly path: string;
  readonly prompt: string;
  readonly seed: number;
  readonly steps: number;
}

/** A learning rate with the smoothed training loss that it gave, nats. */
export interface RangeTestPoint {
  readonly learningRate: number;
  readonly loss: number;
}

/** A learning-rate range test before a run's first step, and the rate that it chose. */
export interface RangeTestEvent {
  readonly type: 'rangeTest';
  readonly run: string;
  readonly prompt: string;
  readonly seed: number;
  /** What the run is trained with. */
  readonly learningRate: number;
  /** Rates in order, evenly spaced in their logarithm. */
  readonly curve: readonly RangeTestPoint[];
}

/** One optimizer update. */
export interface StepEvent {
  readonly type: 'step';
  readonly run: string;
  readonly prompt: string;
  readonly seed: number;
  /** Counts from 1. */
  readonly step: number;
  readonly steps: number;
  /** Nats per answer token, mean over the batch, before the update. */
  readonly loss: number;
  readonly learningRate: number;
  /** L2 norm of the whole gradient before clipping. */
  readonly gradientNorm: number;
  readonly secondsLeft: number;
}

/** Scores on the validation split; `best` when no earlier step was better. */
export interface ValidationEvent {
  readonly type: 'validation';
  readonly run: string;
  readonly prompt: string;
  readonly seed: number;
  readonly step: number;
  /** 0 … 1 */
  readonly accuracy: number;
  readonly loss: number;
  readonly best: boolean;
}

export interface RunEndedEvent {
  readonly type: 'runEnded';
  readonly run: string;
  readonly prompt: string;
  readonly seed: number;
  readonly status: 'completed' | 'cancelled' | 'failed';
  /** The step whose vectors are kept. */
  readonly bestStep: number;
  readonly steps: number;
  readonly seconds: number;
}

/** A prompt is being scored on a split. */
export interface ScoringEvent {
  readonly type: 'scoring';
  readonly prompt: string;
  readonly split: string;
}

/** How far something long is that trains nothing, such as a search or a probe. */
export interface ProgressEvent {
  readonly type: 'progress';
  /** What is done, in a few words: "Probing manual". */
  readonly text: string;
  /** What is going on within it: "among the nearest words, loss 1.29". */
  readonly detail?: string;
  readonly done: number;
  readonly total: number;
  /** `done` and `total` are amounts of work that nobody counts: only their share says something. */
  readonly isShare?: true;
  /** Absent until a speed is known. */
  readonly secondsLeft?: number;
  /** It may end earlier, when it finds nothing more. */
  readonly atMost?: true;
}

/** An export copies the weights of a model; `bytes` of the present file are written. */
export interface ExportingEvent {
  readonly type: 'exporting';
  readonly bytes: number;
}

/** What a person should know; with the run and its step where it happened in one. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly code: string;
  readonly message: string;
  readonly run?: string;
  readonly prompt?: string;
  readonly seed?: number;
  readonly step?: number;
}

export type TrainingEvent =
  | DownloadEvent
  | StartedEvent
  | RunStartedEvent
  | RangeTestEvent
  | StepEvent
  | ValidationEvent
  | RunEndedEvent
  | ScoringEvent
  | ExportingEvent
  | ProgressEvent
  | WarningEvent
  | Summary;
