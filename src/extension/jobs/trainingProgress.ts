/** How far a training or scoring is, as one plain value made from the stream of events. */
import { basename } from 'node:path';
import { byteSize, duration, percent } from '../../base/format.ts';
import type { DownloadEvent, ProgressEvent, TrainingEvent } from '../../protocol/events.ts';
import { sparkline } from './sparkline.ts';

/** What a trainer does: train, score, or look closer at a file's prompts. */
export type JobKind = 'train' | 'score' | 'look';

/** What is going on for one `.ptune` file. */
export interface TrainingProgress {
  /** Absolute path of the file. */
  readonly path: string;
  readonly kind: JobKind;
  /** Trainings planned and ended. */
  readonly planned: number;
  readonly ended: number;
  /** The training in progress. */
  readonly current: CurrentRun | undefined;
  /** The prompt that is being scored. */
  readonly scoring: string | undefined;
  /** How far the model's download is. */
  readonly download: DownloadEvent | undefined;
  /** How far a longer look is. */
  readonly work: ProgressEvent | undefined;
}

/** One training in progress. */
export interface CurrentRun {
  readonly run: string;
  readonly prompt: string;
  readonly seed: number;
  readonly step: number;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly secondsLeft: number | undefined;
}

/** Nothing has happened yet. */
export function newProgress(path: string, kind: TrainingProgress['kind']): TrainingProgress {
  const nothing = { current: undefined, scoring: undefined, download: undefined, work: undefined };
  return { path, kind, planned: 0, ended: 0, ...nothing };
}

/** The progress after an event. */
export function afterEvent(progress: TrainingProgress, event: TrainingEvent): TrainingProgress {
  switch (event.type) {
    case 'download':
      return { ...progress, download: event };
    case 'started':
      return { ...progress, planned: event.trainings.length, download: undefined };
    case 'runStarted': {
      const { run, prompt, seed, steps } = event;
      const current = { run, prompt, seed, steps, step: 0, losses: [], secondsLeft: undefined };
      return { ...progress, current, scoring: undefined };
    }
    case 'step': {
      if (progress.current === undefined) return progress;
      const { step, steps, secondsLeft } = event;
      const losses = [...progress.current.losses, event.loss];
      return { ...progress, current: { ...progress.current, step, steps, secondsLeft, losses } };
    }
    case 'progress':
      return { ...progress, work: event, scoring: undefined, download: undefined };
    case 'runEnded':
      return { ...progress, ended: progress.ended + 1, current: undefined };
    case 'scoring':
      return { ...progress, scoring: event.prompt, download: undefined };
    default:
      return progress;
  }
}

/** Share of all trainings that is done, 0 … 1. */
export function fractionDone({ planned, ended, current, work }: TrainingProgress): number {
  if (work !== undefined) return work.done / work.total;
  if (planned === 0) return 0;
  const part = current === undefined ? 0 : current.step / current.steps;
  return Math.min(1, (ended + part) / planned);
}

/**
 * One line for a notification: which file and prompt, which step, the loss, the time left; of several
 * trainings that of this one and of all.
 */
export function progressMessage(progress: TrainingProgress): string {
  return `${basename(progress.path)} · ${workText(progress)}`;
}

/** What is in progress, without how far it is: "capitals.ptune: training learned". */
export function titleText({ path, kind, current }: TrainingProgress): string {
  const what = { train: 'training', score: 'scoring', look: 'a closer look' }[kind];
  return `${basename(path)}: ${what}${current === undefined ? '' : ` ${current.prompt}`}`;
}

function workText(progress: TrainingProgress): string {
  const { current, scoring, planned, ended } = progress;
  if (current !== undefined) {
    const count = planned > 1 ? ` (${ended + 1} of ${planned})` : '';
    const all = planned > 1 ? secondsLeft(progress) : undefined;
    const left = all === undefined ? '' : ` for this seed, ${duration(all)} for all ${planned}`;
    return `${current.prompt}, seed ${current.seed}${count}: ${stepText(current)}${left}`;
  }
  if (progress.work !== undefined) return workMessage(progress.work);
  if (scoring !== undefined) return `Scoring ${scoring}`;
  if (progress.download !== undefined) return downloadMessage(progress.download);
  return progress.kind !== 'train' || planned > 0 ? 'Scoring' : 'Loading the model';
}

/** Time until the last of the trainings ends, if those to come take as long a step as this one. */
function secondsLeft({ current, planned, ended }: TrainingProgress): number | undefined {
  if (current?.secondsLeft === undefined) return undefined;
  const { step, steps, secondsLeft: ofThis } = current;
  const others = Math.max(0, planned - ended - 1);
  if (others === 0) return ofThis;
  return step === steps ? undefined : ofThis + (others * steps * ofThis) / (steps - step);
}

/**
 * A few words for the status bar: the prompt, its step, and the time until all trainings are done; the
 * file where another one is in front.
 *
 * @param shownPath the file that is in front, where one is
 */
export function statusText(progress: TrainingProgress, shownPath: string | undefined): string {
  const where = progress.path === shownPath ? '' : `${basename(progress.path)}: `;
  return `${where}${shortText(progress)}`;
}

function shortText(progress: TrainingProgress): string {
  const { current, scoring, kind, work, planned } = progress;
  if (work !== undefined) return `${work.text} ${doneText(work, '/')}`;
  if (current === undefined) {
    return scoring !== undefined || kind !== 'train' ? 'Scoring' : 'Training';
  }
  const left = secondsLeft(progress);
  const all = planned > 1 ? ` for all ${planned}` : '';
  const time = left === undefined ? '' : ` · ${duration(left)} left${all}`;
  return `${current.prompt} ${current.step}/${current.steps}${time}`;
}

/** What stands at the end of a prompt's line while it trains, or undefined while it does not. */
export function trainingText(progress: TrainingProgress, prompt: string): string | undefined {
  const words = trainingWords(progress, prompt);
  const { current } = progress;
  if (words === undefined || current === undefined) return words;
  return `${sparkline(current.losses, 16)} ${words}`.trim();
}

/** The same without the curve, to be read aloud. */
export function trainingWords(progress: TrainingProgress, prompt: string): string | undefined {
  const { current, scoring, planned } = progress;
  if (current?.prompt === prompt) {
    const seed =
      planned > 1 && current.secondsLeft !== undefined ? ` for seed ${current.seed}` : '';
    return `${stepText(current)}${seed}`;
  }
  return scoring === prompt && current === undefined ? 'scoring' : undefined;
}

/** "step 120 of 400 · loss 0.31 · 9 s left". */
export function stepText({ step, steps, losses, secondsLeft }: CurrentRun): string {
  const loss = losses.at(-1);
  const parts = [`step ${step} of ${steps}`];
  if (loss !== undefined) parts.push(`loss ${loss.toFixed(2)}`);
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(' · ');
}

/** "8/32", or a share of what nobody counts, "10 %". */
function doneText({ done, total, isShare }: ProgressEvent, between: string): string {
  return isShare ? percent(done / total) : `${done}${between}${total}`;
}

/** One line for a longer look: what it is, how far, how long still. */
function workMessage(event: ProgressEvent): string {
  const { text, detail, secondsLeft, atMost } = event;
  const parts = [`${text}: ${doneText(event, ' of ')}`];
  // What changes most stands where a narrow notification still shows it.
  if (secondsLeft !== undefined) {
    parts.push(`${atMost ? 'at most ' : ''}${duration(secondsLeft)} left`);
  }
  if (detail !== undefined) parts.push(detail);
  return parts.join(' · ');
}

/** One line for a download: how far, how fast, how long still. */
function downloadMessage({ model, file, received, total, ...rest }: DownloadEvent): string {
  if (file === undefined) return `Waiting for another download of ${model}`;
  const { bytesPerSecond, secondsLeft } = rest;
  const parts = [`Downloading ${model}: ${byteSize(received)} of ${byteSize(total)}`];
  if (bytesPerSecond > 0) parts.push(`${byteSize(bytesPerSecond)}/s`);
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(' · ');
}
