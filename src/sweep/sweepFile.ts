/** `ptune sweep`: plans trials or goes on with them, has them trained, and says what was found. */
import { basename } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { trainLines } from '../language/features/trainEdits.ts';
import { meanOf } from '../evaluation/statistics.ts';
import type { Candidates } from '../protocol/summary.ts';
import type { TrainingContext } from '../training/context.ts';
import { openPromptFile, type OpenPromptFile } from '../training/promptFile.ts';
import { candidatesOf } from '../training/scorePrompts.ts';
import type { SweepEvent } from './events.ts';
import { runLocally, throwIfStopped, type Listener, type TrialCommand } from './localExecutor.ts';
import type { SweepManifest, SweepTrial } from './manifest.ts';
import { SweepMeter } from './meter.ts';
import { assertUnchanged, startSweep, sweepPlaces, type SweepPlaces } from './prepare.ts';
import { type BestTrial, type JudgedTrial, sweepResult, type UnjudgedTrial } from './result.ts';
import { sweepSentences, testSentence } from './sentences.ts';
import { Sweep } from './sweepStore.ts';
import { testScore, type TestScore } from './testScore.ts';

export interface SweepRequest {
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  readonly prompts?: readonly string[];
  /** Trials of each prompt. */
  readonly trials?: number;
  readonly seed?: number;
  /** Trials at a time. */
  readonly jobs?: number;
  /** Go on with the newest sweep of the file. */
  readonly resume?: boolean;
  /** Only read what the newest sweep of the file has so far. */
  readonly collect?: boolean;
  /** Score the best trial on the test split, too. */
  readonly test?: boolean;
  readonly output?: string;
}

/** What stands at the end of a sweep (docs/command-line.md). */
export interface SweepSummary {
  readonly type: 'sweep';
  readonly sweep: string;
  readonly folder: string;
  readonly file: string;
  readonly model: SweepManifest['model'];
  readonly split: 'validation';
  readonly candidates: Candidates;
  readonly keys: readonly string[];
  /** Best first; those without a score last. */
  readonly trials: readonly (JudgedTrial | UnjudgedTrial)[];
  readonly leftOut: SweepManifest['leftOut'];
  readonly best: readonly (BestTrial & {
    /** To paste into the file. */
    readonly lines: readonly string[];
    readonly test?: TestScore;
  })[];
  readonly sentences: readonly string[];
}

/** How the trials of a sweep are run that are not done. */
export type Executor = (
  sweep: Sweep,
  due: readonly SweepTrial[],
  listener: Listener,
) => Promise<void>;

/** Hears what happens. */
type Tell = (event: SweepEvent) => void;

/**
 * Sweeps a file.
 *
 * @param command  starts the process of one trial of the sweep in a folder
 * @throws PtuneError as `openPromptFile`, `startSweep` and `assertUnchanged`; `sweep/not-found`;
 *   `sweep/in-use`; `training/cancelled`
 */
export async function sweepFile(
  request: SweepRequest,
  command: (folder: string) => TrialCommand,
  context: TrainingContext,
  tell: Tell,
): Promise<SweepSummary> {
  const { jobs = 1 } = request;
  return leadSweep(request, context, tell, 'local', (sweep, due, listener) =>
    runLocally(sweep, due, jobs, command(sweep.folder), context, listener),
  );
}

/** Plans or goes on, has what is due executed, and reads the result. */
export async function leadSweep(
  request: SweepRequest,
  context: TrainingContext,
  tell: Tell,
  executor: 'local' | 'slurm',
  execute: Executor,
): Promise<SweepSummary> {
  const places = sweepPlaces(request.path, request.output);
  const open = await openPromptFile(request.path, undefined, context);
  const { sweep, candidates } = await opened(open, request, places, context).finally(() =>
    open.model.release(),
  );
  if (!request.collect) await runDue(sweep, context, tell, executor, execute);
  const result = await sweepResult(sweep);
  const { manifest, folder } = sweep;
  const best = [];
  for (const one of result.best) {
    const own = result.judged.find(({ trial }) => trial === one.trial)!;
    const lines = trainLines(open.file, one.prompt, one.settings);
    const test = request.test
      ? await testScore(request.path, own, places.store, context)
      : undefined;
    best.push({ ...one, lines, ...(test && { test }) });
  }
  return {
    type: 'sweep',
    sweep: manifest.id,
    folder,
    file: manifest.file,
    model: manifest.model,
    split: 'validation',
    candidates,
    keys: manifest.keys,
    trials: [...result.judged, ...result.unjudged],
    leftOut: manifest.leftOut,
    best,
    sentences: [...sweepSentences(result), ...best.map(testSentence)],
  };
}

async function opened(
  open: OpenPromptFile,
  request: SweepRequest,
  places: SweepPlaces,
  context: TrainingContext,
): Promise<{ readonly sweep: Sweep; readonly candidates: Candidates }> {
  const candidates = candidatesOf(open);
  if (!request.resume && !request.collect) {
    const { prompts, trials, seed = 1 } = request;
    const plan = { ...(prompts && { prompts }), ...(trials !== undefined && { trials }), seed };
    return { sweep: await startSweep(open, plan, places, context), candidates };
  }
  const sweep = await Sweep.newest(places.sweeps, basename(request.path));
  try {
    await assertUnchanged(open, sweep, context);
  } catch (error) {
    const isStale = error instanceof PtuneError && error.code === 'sweep/changed';
    if (!request.collect || !isStale) throw error;
    const message = `these scores are stale. ${error.message}`;
    context.emit({ type: 'warning', code: error.code, message });
  }
  return { sweep, candidates };
}

async function runDue(
  sweep: Sweep,
  context: TrainingContext,
  tell: Tell,
  executor: 'local' | 'slurm',
  execute: Executor,
): Promise<void> {
  const { id, file, trials } = sweep.manifest;
  const due: SweepTrial[] = [];
  for (const trial of trials) if (!(await isDone(sweep, trial.trial))) due.push(trial);
  const done = trials.length - due.length;
  tell({ type: 'sweepStarted', sweep: id, file, executor, trials: trials.length, done });
  if (due.length === 0) return;
  const meter = new SweepMeter(due, trials.length, context.now());
  const warned = new Set<string>();
  await execute(sweep, due, {
    event: (trial, event) => {
      if (meter.hear(trial, event)) tell(meter.event(context.now()));
      if (event.type !== 'warning' || warned.has(event.message)) return;
      // What is wrong with the file was told when it was opened; of a training every trial may tell it.
      if (event.run === undefined) return;
      warned.add(event.message);
      tell({ ...event, message: `trial ${trial}: ${event.message}` });
    },
    ended: async (trial) => {
      meter.end(trial);
      const { done, total, secondsLeft } = meter.event(context.now());
      const progress = { done, total, ...(secondsLeft !== undefined && { secondsLeft }) };
      tell({
        ...(await endOf(
          sweep,
          trials.find((one) => one.trial === trial)!,
        )),
        ...progress,
      });
    },
  });
  let finished = 0;
  for (const { trial } of trials) finished += Number(await isDone(sweep, trial));
  throwIfStopped(context.signal, file, finished, trials.length);
}

/** Whether a trial has its score, or would fail again. */
async function isDone(sweep: Sweep, trial: number): Promise<boolean> {
  const state = await sweep.trial(trial);
  return state?.status === 'completed' || (state?.status === 'failed' && state.final === true);
}

/** How a trial ended. */
async function endOf(sweep: Sweep, { trial, prompt, settings }: SweepTrial) {
  const state = await sweep.trial(trial);
  const { status = 'interrupted', reason, runs = [] } = state ?? {};
  const known = { type: 'trialEnded', trial, prompt, settings, status } as const;
  if (runs.length === 0) return { ...known, ...(reason !== undefined && { reason }) };
  return {
    ...known,
    accuracy: meanOf(runs.map((run) => run.accuracy)),
    loss: meanOf(runs.map((run) => run.loss)),
    seconds: runs.reduce((sum, run) => sum + run.seconds, 0),
    ...(runs.every(({ reused }) => reused) && { reused: true as const }),
  };
}
