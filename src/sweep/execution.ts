/** Where the trials of a sweep are trained: on this machine, or by Slurm. */
import { PtuneError } from '../base/errors.ts';
import type { TrainingContext } from '../training/context.ts';
import type { SweepEvent } from './events.ts';
import { type Listener, runLocally } from './localExecutor.ts';
import type { SweepTrial } from './manifest.ts';
import type { TaskCommand } from './slurm/script.ts';
import { runInSlurm, trialsInQueue } from './slurm/slurmExecutor.ts';
import type { Sweep } from './sweepStore.ts';

/** Where, and how many at a time. */
export type Placement =
  | { readonly kind: 'local'; readonly jobs: number }
  | {
      readonly kind: 'slurm';
      readonly jobs?: number;
      /** Words for sbatch. */
      readonly sbatch: readonly string[];
      /** Follow the tasks to their end. */
      readonly wait: boolean;
    };

export type Execution = Placement & {
  /** Starts the process of a trial of the sweep in a folder. */
  readonly command: (folder: string) => TaskCommand;
};

/** Has trials trained. */
export async function execute(
  execution: Execution,
  sweep: Sweep,
  due: readonly SweepTrial[],
  context: TrainingContext,
  listener: Listener,
  tell: (event: SweepEvent) => void,
): Promise<void> {
  const command = execution.command(sweep.folder);
  if (execution.kind === 'local') {
    await runLocally(sweep, due, execution.jobs, command, context, listener);
  } else await runInSlurm(sweep, due, { ...execution, command }, context, listener, tell);
}

/**
 * Makes sure that nobody else trains a trial that is due. A trial whose Slurm task has gone is noted as
 * interrupted.
 *
 * @throws PtuneError `sweep/in-use`
 */
export async function assertFree(
  sweep: Sweep,
  due: readonly SweepTrial[],
  executor: Execution['kind'],
): Promise<void> {
  const queue = await trialsInQueue(sweep).catch((error: unknown) => {
    // A machine without Slurm cannot ask.
    if (executor === 'local') return undefined;
    throw error;
  });
  for (const { trial } of due) {
    const task = queue?.get(trial);
    if (task !== undefined) {
      if (executor === 'slurm') continue;
      throw new PtuneError(
        'sweep/in-use',
        `Trial ${trial} is task ${task} in the queue of Slurm.`,
        `Follow it with --executor slurm, or end it with "scancel ${task}".`,
      );
    }
    const state = await sweep.trial(trial);
    if (state?.status !== 'running') continue;
    if (queue && state.task !== undefined) {
      const reason = `its task ${state.task} has gone`;
      await sweep.writeTrial({ trial, status: 'interrupted', reason, task: state.task });
      continue;
    }
    const { pid, host } = state.process;
    throw new PtuneError(
      'sweep/in-use',
      `Process ${pid} on ${host} trains trial ${trial} of this sweep.`,
      state.task === undefined
        ? 'Wait for it, or stop that process, then go on with --resume.'
        : `It is task ${state.task} of Slurm: go on where "squeue" can be asked.`,
    );
  }
}
