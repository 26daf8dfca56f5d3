/**
 * Trials as tasks of a Slurm job array. A task writes its trial's files on the shared disk; the queue is
 * asked only which tasks are still to come. A task that ends without a word is told with Slurm's state.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PtuneError } from '../../base/errors.ts';
import { atomicWrite } from '../../files/atomicWrite.ts';
import type { SweepEvent } from '../events.ts';
import type { Listener } from '../localExecutor.ts';
import type { SweepTrial } from '../manifest.ts';
import type { Sweep } from '../sweepStore.ts';
import { isActive, submit, taskStates } from './queue.ts';
import { arrayText, jobScript, type TaskCommand } from './script.ts';

export interface SlurmOptions {
  /** Words for sbatch (`sbatchWords`). */
  readonly sbatch: readonly string[];
  /** Tasks at a time; as many as Slurm has room for where absent. */
  readonly jobs?: number;
  /** Follow the tasks to their end. */
  readonly wait: boolean;
  readonly command: TaskCommand;
}

interface Clock {
  readonly signal: AbortSignal;
  now(): number;
}

/** The folder, in that of the sweep, of the script and what the tasks print. */
const scripts = 'slurm';
/** The queue is asked soon at first, then less and less often, in milliseconds. */
const polls = { first: 500, growth: 1.2, longest: 15_000 } as const;
/** A task that is gone may have files that a shared disk does not show yet: so long they are waited for. */
const patience = 3000;
/** So long the queue may be silent. */
const longestSilence = 600_000;

/** Submits trials that are not in the queue yet, and follows all. */
export async function runInSlurm(
  sweep: Sweep,
  due: readonly SweepTrial[],
  options: SlurmOptions,
  clock: Clock,
  listener: Listener,
  tell: (event: SweepEvent) => void,
): Promise<void> {
  const before = sweep.manifest.slurm ?? [];
  const states = await statesOf(sweep);
  const tasks = new Map<number, string>();
  for (const { job, trials } of before) {
    for (const trial of trials) {
      if (isActive(states.get(`${job}_${trial}`))) tasks.set(trial, `${job}_${trial}`);
    }
  }
  const rest = due.map(({ trial }) => trial).filter((trial) => !tasks.has(trial));
  if (rest.length > 0) {
    const job = await submitTrials(sweep, rest, options, clock);
    for (const trial of rest) tasks.set(trial, `${job}_${trial}`);
    tell({ type: 'submitted', job, trials: rest });
  }
  if (!options.wait) return;
  const followed = due.map(({ trial }) => [trial, tasks.get(trial)!] as const);
  await follow(sweep, new Map(followed), clock, listener);
}

/**
 * Trials that are in the queue for a sweep.
 *
 * @throws PtuneError `slurm/unavailable` where the queue does not answer
 */
export async function trialsInQueue(sweep: Sweep): Promise<ReadonlyMap<number, string>> {
  const states = await statesOf(sweep);
  const tasks = (sweep.manifest.slurm ?? []).flatMap(({ job, trials }) =>
    trials.map((trial): [number, string] => [trial, `${job}_${trial}`]),
  );
  return new Map(tasks.filter(([, task]) => isActive(states.get(task))));
}

async function statesOf(sweep: Sweep): Promise<ReadonlyMap<string, string>> {
  const states = await taskStates(sweep.manifest.slurm ?? [], sweep.folder);
  if (states) return states;
  throw silent('Ask again when "squeue" answers: the trials and their files stay as they are.');
}

const silent = (nextStep: string) =>
  new PtuneError('slurm/unavailable', 'squeue does not answer.', nextStep);

async function submitTrials(
  sweep: Sweep,
  trials: readonly number[],
  { sbatch, jobs, command }: SlurmOptions,
  clock: Clock,
): Promise<string> {
  const folder = join(sweep.folder, scripts);
  await mkdir(folder, { recursive: true });
  const script = join(folder, 'trial.sh');
  await atomicWrite(script, jobScript(command));
  const args = [
    `--job-name=ptune-sweep`,
    ...sbatch,
    `--array=${arrayText(trials, jobs)}`,
    `--chdir=${sweep.folder}`,
    `--output=${logPattern(folder)}`,
    script,
  ];
  const submitted = await submit(args, sweep.folder);
  const submittedAt = new Date(clock.now()).toISOString();
  const entry = { ...submitted, trials: [...trials], submittedAt };
  await sweep.update({ slurm: [...(sweep.manifest.slurm ?? []), entry] });
  return submitted.job;
}

/**
 * Where a task's output goes, as Slurm reads it: a percent sign of the folder's own is written twice.
 * With a backslash in the path Slurm replaces nothing, so that all tasks would share one file.
 */
function logPattern(folder: string): string {
  return folder.includes('\\') ? '/dev/null' : `${folder.replaceAll('%', '%%')}/%A_%a.log`;
}

/** Watches tasks until each has ended; an abort leaves them in the queue. */
async function follow(
  sweep: Sweep,
  tasks: Map<number, string>,
  clock: Clock,
  listener: Listener,
): Promise<void> {
  const { signal } = clock;
  const goneSince = new Map<number, number>();
  let answered = clock.now();
  let pause: number = polls.first;
  while (tasks.size > 0 && !signal.aborted) {
    const states = await taskStates(sweep.manifest.slurm ?? [], sweep.folder);
    if (states) answered = clock.now();
    else if (clock.now() - answered > longestSilence) {
      throw silent('The tasks go on; follow them again with --resume --executor slurm.');
    }
    let moved = false;
    for (const [trial, task] of states ? tasks : []) {
      const state = states!.get(task);
      if (isActive(state)) {
        goneSince.delete(trial);
        continue;
      }
      const own = await sweep.trial(trial);
      const isDone = own?.status === 'completed' || (own?.status === 'failed' && own.task === task);
      if (!isDone) {
        if (!goneSince.has(trial)) goneSince.set(trial, clock.now());
        if (clock.now() - goneSince.get(trial)! < patience) continue;
        await sweep.writeTrial({ trial, status: 'interrupted', reason: lost(task, state), task });
      }
      tasks.delete(trial);
      moved = true;
      await listener.ended(trial);
    }
    const waiting = states ? [...tasks.values()].map((task) => states.get(task)) : [];
    listener.queue(count(waiting, 'RUNNING'), count(waiting, 'PENDING'));
    // Where something is about to be told, it is told soon.
    pause =
      moved || goneSince.size > 0 ? polls.first : Math.min(polls.longest, pause * polls.growth);
    await setTimeout(pause, undefined, { signal }).catch(() => undefined);
  }
}

function lost(task: string, state: string | undefined): string {
  const log = `${scripts}/${task}.log in the folder of the sweep may say more`;
  return state === undefined
    ? `its task ${task} is no longer in the queue of Slurm; ${log}`
    : `Slurm ended its task ${task} as ${state}; ${log}`;
}

const count = (states: readonly (string | undefined)[], wanted: string): number =>
  states.filter((state) => state === wanted).length;
