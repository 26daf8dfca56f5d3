/** Trials on this machine, each in a process of its own: one that crashes takes no other with it. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { TrainingEvent } from '../protocol/events.ts';
import type { TrainingContext } from '../training/context.ts';
import type { SweepTrial } from './manifest.ts';
import type { TaskCommand } from './slurm/script.ts';
import type { Sweep } from './sweepStore.ts';

/** What a trial's process tells its parent. */
export interface TrialMessage {
  readonly event: TrainingEvent;
}

export interface Listener {
  /** A trial's training has told something. */
  event(trial: number, event: TrainingEvent): void;
  /** A trial has ended, whatever its end. */
  ended(trial: number): Promise<void>;
  /** How many trials are at work, and how many wait for a place. */
  queue(running: number, waiting: number): void;
}

/** So much of what a process wrote before it died is kept as the reason. */
const reasonLength = 500;

/**
 * Runs trials, at most `jobs` at a time, in their order. An abort of the context's signal stops those
 * that are running and starts no more.
 */
export async function runLocally(
  sweep: Sweep,
  trials: readonly SweepTrial[],
  jobs: number,
  command: TaskCommand,
  { signal }: Pick<TrainingContext, 'signal'>,
  listener: Listener,
): Promise<void> {
  const waiting = [...trials];
  const atOnce = Math.min(jobs, trials.length);
  const threads = Math.max(1, Math.floor(availableParallelism() / atOnce));
  const worker = async () => {
    for (;;) {
      const next = signal.aborted ? undefined : waiting.shift();
      if (!next) return;
      const child = start(command, next.trial, atOnce > 1 ? threads : undefined);
      await followed(child, sweep, next.trial, signal, listener);
      await listener.ended(next.trial);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function start(
  { script, before, after }: TaskCommand,
  trial: number,
  threads: number | undefined,
): ChildProcess {
  const more = threads === undefined ? [] : ['--threads', String(threads)];
  return fork(script, [...before, String(trial), ...after, ...more], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Ctrl+C reaches this process alone, which asks each trial once; a second one would kill it.
    detached: true,
  });
}

/** Waits for a process; one that died without a word is written down as failed. */
async function followed(
  child: ChildProcess,
  sweep: Sweep,
  trial: number,
  signal: AbortSignal,
  listener: Listener,
): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-reasonLength);
  });
  child.on('message', (message) => listener.event(trial, (message as TrialMessage).event));
  const stop = () => child.kill('SIGINT');
  signal.addEventListener('abort', stop);
  const end = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, killed) =>
      resolve(killed === null ? `status ${code ?? '?'}` : `signal ${killed}`),
    );
  });
  signal.removeEventListener('abort', stop);
  const state = await sweep.trial(trial);
  if (state?.status === 'completed' || state?.status === 'failed') return;
  if (state?.status === 'interrupted' && state.reason === 'cancelled') return;
  if (signal.aborted) {
    await sweep.writeTrial({ trial, status: 'interrupted', reason: 'cancelled' });
    return;
  }
  const why = said.trim() === '' ? '' : `: ${said.trim()}`;
  const memory = end === 'signal SIGKILL' ? ' (the system may have run out of memory)' : '';
  const reason = `its process ended with ${end}${memory}${why}`;
  await sweep.writeTrial({ trial, status: 'failed', reason });
}

/** Stops the training of this process when the one that started it has gone. */
export function stopWithParent(abort: () => void): void {
  process.on('disconnect', abort);
}

/** Tells the process that started this one; nobody where it was started by hand. */
export function tellParent(event: TrainingEvent): void {
  const message: TrialMessage = { event };
  if (process.connected) process.send?.(message);
}
