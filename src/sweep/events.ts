/** What a sweep tells while it goes on. */
import type { ProgressEvent, WarningEvent } from '../protocol/events.ts';
import type { TrialState } from './manifest.ts';
import type { Choice } from './space.ts';

/** A sweep begins, or goes on. */
export interface SweepStartedEvent {
  readonly type: 'sweepStarted';
  readonly sweep: string;
  readonly file: string;
  readonly executor: 'local' | 'slurm';
  readonly trials: number;
  /** How many of them were done before. */
  readonly done: number;
}

/** Slurm has taken trials. */
export interface SubmittedEvent {
  readonly type: 'submitted';
  readonly job: string;
  readonly trials: readonly number[];
}

/** A trial has ended, well or not. */
export interface TrialEndedEvent {
  readonly type: 'trialEnded';
  readonly trial: number;
  readonly prompt: string;
  readonly settings: Choice;
  readonly status: TrialState['status'];
  /** Why it did not complete. */
  readonly reason?: string;
  /** Share of validation examples answered right, the mean over the seeds. */
  readonly accuracy?: number;
  readonly loss?: number;
  /** Training time of all its seeds. */
  readonly seconds?: number;
  /** Its runs were there before. */
  readonly reused?: true;
  /** How many trials are done, of how many, and how long the others take, once that is known. */
  readonly done: number;
  readonly total: number;
  readonly secondsLeft?: number;
}

export type SweepEvent =
  SweepStartedEvent | SubmittedEvent | TrialEndedEvent | ProgressEvent | WarningEvent;
