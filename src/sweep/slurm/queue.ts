/** Slurm's commands: submitting an array, and asking the queue. Nothing goes through a shell. */
import { execFile } from 'node:child_process';
import { PtuneError } from '../../base/errors.ts';
import type { SweepManifest } from '../manifest.ts';

type SlurmJob = NonNullable<SweepManifest['slurm']>[number];

/** Slurm's own commands answer within this, in milliseconds, or something is wrong. */
const longestAnswer = 60_000;

/** States of a task that is or will be at work; all others are ends. */
const activeStates: ReadonlySet<string> = new Set([
  ...['PENDING', 'RUNNING', 'SUSPENDED', 'COMPLETING', 'CONFIGURING', 'REQUEUED', 'RESIZING'],
  ...['REQUEUE_FED', 'REQUEUE_HOLD', 'SIGNALING', 'STAGE_OUT', 'STOPPED', 'SPECIAL_EXIT'],
]);

/** Whether a task in this state may still do something. */
export function isActive(state: string | undefined): boolean {
  return state !== undefined && activeStates.has(state);
}

/** @throws PtuneError `slurm/unavailable` where this machine has no Slurm */
export async function assertSlurm(): Promise<void> {
  const missing = (await Promise.all(['sbatch', 'squeue'].map(isMissing))).flat();
  if (missing.length === 0) return;
  throw new PtuneError(
    'slurm/unavailable',
    `There is no ${missing.join(' and no ')} on this machine, so nothing can be given to Slurm.`,
    'Sweep from a machine of the cluster that submits jobs, or use --executor local.',
  );
}

async function isMissing(command: string): Promise<string[]> {
  const { code } = await call(command, ['--version'], process.cwd());
  return code === 'ENOENT' || code === 'EACCES' ? [command] : [];
}

/**
 * Submits a script; gives the job's id, and the cluster where Slurm names one.
 *
 * @throws PtuneError `slurm/refused`
 */
export async function submit(
  args: readonly string[],
  folder: string,
): Promise<{ readonly job: string; readonly cluster?: string }> {
  const { code, stdout, stderr } = await call('sbatch', ['--parsable', ...args], folder);
  const [, job, cluster] = /^(\d+)(?:;(\S+))?\s*$/m.exec(stdout) ?? [];
  if (code === 0 && job !== undefined) return { job, ...(cluster !== undefined && { cluster }) };
  throw new PtuneError(
    'slurm/refused',
    `sbatch did not take the sweep: ${said(stderr, stdout)}.`,
    'Correct what it names, with --sbatch where it is an option, then use --resume --executor slurm.',
  );
}

/**
 * The states of the tasks of some jobs, "12_3" → "RUNNING"; tasks that Slurm has forgotten are absent.
 * Undefined where the queue does not answer, which passes.
 */
export async function taskStates(
  jobs: readonly SlurmJob[],
  folder: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const states = new Map<string, string>();
  for (const { job, cluster } of jobs) {
    const where = cluster === undefined ? [] : [`--clusters=${cluster}`];
    const args = [...where, '--noheader', '--array', '--states=all', '--format=%F_%K %T'];
    const { code, stdout, stderr } = await call('squeue', [...args, `--jobs=${job}`], folder);
    if (code !== 0 && !/invalid job id/i.test(stderr)) return undefined;
    for (const [task, state] of parseQueue(stdout)) states.set(task, state);
  }
  return states;
}

/** The lines `12_3 RUNNING` of squeue; others are left out. */
export function parseQueue(text: string): [task: string, state: string][] {
  return [...text.matchAll(/^\s*(\d+_\d+)\s+([A-Z_]+)\s*$/gm)].map(([, task, state]) => [
    task!,
    state!,
  ]);
}

interface Answer {
  /** The exit status, or why there is none. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function call(command: string, args: readonly string[], cwd: string): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, timeout: longestAnswer }, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? error.signal ?? 'unknown');
      resolve({ code, stdout, stderr });
    });
  });
}

/** What a command said, on one line. */
function said(...texts: readonly string[]): string {
  const text = texts.join(' ').replaceAll(/\s+/g, ' ').trim();
  return text.replace(/\.$/, '') || 'it gave no reason';
}
