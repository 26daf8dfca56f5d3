/** Trainings, scorings and looks that wait for the one in progress. */
import { basename } from 'node:path';
import { listed } from '../../base/format.ts';
import { markdownText } from '../../base/markdown.ts';
import type { CommandId } from '../commands.ts';
import type { Job } from './trainingController.ts';

/** What is to be done later. */
export interface LaterJob {
  /** Absolute path of its `.ptune` file. */
  readonly path: string;
  /** What it is, such as "train learned": the same words for the same file are the same job. */
  readonly title: string;
  /** Does it, and tells what came of it. */
  readonly start: () => Promise<void>;
}

/** A job that waits; the number is its own. */
export interface WaitingJob extends LaterJob {
  readonly id: number;
}

/** What the queue has to know of the world. */
export interface QueueEnvironment {
  readonly isBusy: () => boolean;
  /** The jobs that wait are others. */
  readonly changed: () => void;
  /** A job could not even be started. */
  readonly failed: (error: unknown) => void;
}

/** The jobs that wait, first come, first served. */
export class JobQueue {
  readonly #environment: QueueEnvironment;
  #waiting: readonly WaitingJob[] = [];
  #last = 0;

  constructor(environment: QueueEnvironment) {
    this.#environment = environment;
  }

  get waiting(): readonly WaitingJob[] {
    return this.#waiting;
  }

  /** Puts a job at the end; one that waits already stays where it is. */
  add(job: LaterJob): void {
    const waits = this.#waiting.some(({ path, title }) => path === job.path && title === job.title);
    if (!waits) this.#set([...this.#waiting, { ...job, id: ++this.#last }]);
    this.next();
  }

  /** Takes out one job, or all of them. */
  remove(id?: number): void {
    const kept = id === undefined ? [] : this.#waiting.filter((job) => job.id !== id);
    if (kept.length < this.#waiting.length) this.#set(kept);
  }

  /** Starts the first job, where nothing is in progress. To be called when something has ended. */
  next(): void {
    const [first, ...others] = this.#waiting;
    if (first === undefined || this.#environment.isBusy()) return;
    this.#set(others);
    first.start().catch((error: unknown) => {
      this.#environment.failed(error);
      // Where nothing was started, nothing ends that would start the next.
      this.next();
    });
  }

  #set(waiting: readonly WaitingJob[]): void {
    this.#waiting = waiting;
    this.#environment.changed();
  }
}

/** What a job is, in a few words: "train learned", "score". */
export function jobTitle(job: Job): string {
  if (job.kind === 'score') return 'score';
  const { prompts, seeds, resume } = job;
  const what = prompts === undefined ? 'train' : `train ${listed(prompts)}`;
  const which = seeds === undefined ? '' : `, seed ${listed(seeds.map(String))}`;
  return `${what}${which}${resume === undefined ? '' : `, resumed ${resume}`}`;
}

/** The command that takes a job out of the queue. */
export const removeCommand = 'ptune.removeWaiting' satisfies CommandId;

/** What is in progress and what waits, each with a link that takes it out, as Markdown. */
export function queueCard(running: string, waiting: readonly WaitingJob[]): string {
  const now = `PTune: ${markdownText(running)}\n\nA click cancels it.`;
  if (waiting.length === 0) return now;
  const lines = waiting.map(({ id, path, title }, i) => {
    const link = `command:${removeCommand}?${encodeURIComponent(JSON.stringify([id]))}`;
    return `${i + 1}. ${markdownText(basename(path))}: ${markdownText(title)} — [Remove](${link})`;
  });
  return `${now}\n\nAfterwards:\n\n${lines.join('\n')}`;
}
