/** Trains one trial of a sweep, once for each seed, and judges it on validation: the work of one process. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PtuneError, toPtuneError } from '../base/errors.ts';
import { scoreOf } from '../evaluation/scores.ts';
import type { Prompt } from '../language/ast.ts';
import { parse } from '../language/parser.ts';
import { staleReason } from '../protocol/fingerprint.ts';
import type { Prediction } from '../protocol/predictions.ts';
import { lastStepIn } from '../runs/runHeader.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import { RunStore } from '../runs/runStore.ts';
import type { TrainingContext } from '../training/context.ts';
import { PromptAnswers } from '../training/promptAnswers.ts';
import { openPromptFile, type OpenPromptFile } from '../training/promptFile.ts';
import { resumeRun, trainRun } from '../training/trainRun.ts';
import type { SweepTrial, TrialRun, TrialState } from './manifest.ts';
import { changedTrial } from './changedTrial.ts';
import { Sweep } from './sweepStore.ts';
import { trialFile } from './trialText.ts';

/** Which trial, and where everything lies. */
export interface TrialRequest {
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  /** The sweep's folder. */
  readonly folder: string;
  readonly trial: number;
  /** Folder of the runs, in place of `.ptune/runs` beside the file. */
  readonly output?: string;
  /** The Slurm task that this process is: nobody else runs the trial, whatever its file says. */
  readonly task?: string;
}

/**
 * Trains a trial to its end and writes down how it went. What fails in the training is written down,
 * not thrown.
 *
 * @throws PtuneError those of opening the sweep; `sweep/in-use` when another process trains the trial
 */
export async function runTrial(
  request: TrialRequest,
  context: TrainingContext,
): Promise<TrialState['status']> {
  const { trial, task } = request;
  const sweep = await Sweep.open(request.folder);
  const planned = sweep.manifest.trials.find((one) => one.trial === trial);
  if (!planned) {
    throw new PtuneError(
      'sweep/not-found',
      `The sweep ${sweep.manifest.id} has no trial ${trial}.`,
      `It has ${sweep.manifest.trials.length}.`,
    );
  }
  const before = await sweep.trial(trial);
  if (before?.status === 'completed') return 'completed';
  if (before?.status === 'running' && task === undefined) throw inUse(trial, before);
  const known = { trial, ...(task !== undefined && { task }) };
  await sweep.writeTrial({ ...known, status: 'running' });
  try {
    const { runs, predictions } = await train(request, sweep, planned, context);
    await sweep.writePredictions(trial, predictions);
    await sweep.writeTrial({ ...known, status: 'completed', runs });
    return 'completed';
  } catch (thrown) {
    const { kind, message } = toPtuneError(thrown);
    const status = kind === 'cancelled' ? 'interrupted' : 'failed';
    const isFinal = kind === 'input' || kind === 'unsupported';
    const reason = kind === 'cancelled' ? 'cancelled' : message;
    await sweep.writeTrial({ ...known, status, reason, ...(isFinal && { final: true }) });
    return status;
  }
}

function inUse(trial: number, { process: owner }: TrialState): PtuneError {
  return new PtuneError(
    'sweep/in-use',
    `Process ${owner.pid} on ${owner.host} trains trial ${trial} of this sweep.`,
    'Wait for it, or stop that process, then go on with --resume.',
  );
}

interface Trained {
  readonly runs: TrialRun[];
  readonly predictions: (readonly Prediction[])[];
}

async function train(
  { path, output }: TrialRequest,
  sweep: Sweep,
  planned: SweepTrial,
  context: TrainingContext,
): Promise<Trained> {
  const file = parse(await readFile(path, 'utf8').catch(() => ''));
  if (!file.prompts.some(({ name }) => name === planned.prompt)) {
    throw changedTrial(sweep.manifest, planned, 'prompt removed');
  }
  const { text } = trialFile(file, planned.prompt, planned.settings);
  const open = await openPromptFile(path, text, context);
  try {
    const prompt = open.file.prompts.find(({ name }) => name === planned.prompt)!;
    const now = await open.fingerprint(prompt);
    const isAsked = prompt.train.seeds.join() === planned.seeds.join();
    const change = staleReason(planned.hashes, now) ?? (isAsked ? undefined : 'seeds changed');
    if (change !== undefined) throw changedTrial(sweep.manifest, planned, change);
    const store = RunStore.forFile(path, output);
    const kept = join(store.folders.reports, 'answers');
    const answers = new PromptAnswers(open, open.examples.validation, kept, context);
    const runs: TrialRun[] = [];
    const predictions: (readonly Prediction[])[] = [];
    for (const seed of prompt.train.seeds) {
      const { id, reused } = await runOf(open, prompt, seed, store, context, {
        id: sweep.manifest.id,
        trial: planned.trial,
      });
      const { vectors } = await store.readPrompt(id);
      const own = await answers.of(prompt, seed, vectors);
      predictions.push(own.predictions);
      const described = await describe(store, id, seed, own.predictions);
      runs.push({ ...described, ...(reused && { reused }) });
    }
    return { runs, predictions };
  } finally {
    await open.model.release();
  }
}

/** A finished run of this very training where there is one, else one that is trained now. */
async function runOf(
  open: OpenPromptFile,
  prompt: Prompt,
  seed: number,
  store: RunStore,
  context: TrainingContext,
  sweep: NonNullable<RunManifest['sweep']>,
): Promise<{ readonly id: string; readonly reused?: true }> {
  const now = await open.fingerprint(prompt);
  const fitting = (await store.list()).runs.filter(
    (run) =>
      run.file === open.name &&
      run.seed === seed &&
      run.steps > 0 &&
      staleReason(run.hashes, now) === undefined,
  );
  const finished = fitting.findLast(({ status }) => status === 'completed');
  if (finished) return { id: finished.id, reused: true };
  // Others' runs that ended early are theirs to go on with.
  const own = fitting.findLast(
    (run) => run.sweep?.id === sweep.id && run.sweep.trial === sweep.trial,
  );
  if (!own) return { id: await trainRun(open, prompt, seed, store, context, sweep) };
  // This trial has one process at a time: what ran it on another machine has gone.
  if (own.status === 'running' && own.process.host !== hostname()) await store.markGone(own.id);
  return { id: await resumeRun(open, prompt, own.id, store, context) };
}

async function describe(
  store: RunStore,
  run: string,
  seed: number,
  predictions: readonly Prediction[],
): Promise<TrialRun> {
  const { manifest, folder } = await store.read(run);
  const { accuracy, loss } = scoreOf([predictions]);
  return {
    seed,
    run,
    accuracy,
    loss,
    bestStep: manifest.bestStep ?? 0,
    steps: await lastStepIn(folder),
    seconds: manifest.timings.seconds ?? 0,
  };
}
