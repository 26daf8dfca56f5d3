/** `ptune sweep`: plans trials or goes on with them, has them trained, and says what was found. */
import { basename } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { trainLines } from '../language/features/trainEdits.ts';
import { meanOf } from '../evaluation/statistics.ts';
import type { TrainingEvent } from '../protocol/events.ts';
import type { Candidates } from '../protocol/summary.ts';
import type { TrainingContext } from '../training/context.ts';
import { openPromptFile, type OpenPromptFile } from '../training/promptFile.ts';
import { candidatesOf } from '../training/scorePrompts.ts';
import type { SweepEvent } from './events.ts';
import { assertFree, execute, type Execution } from './execution.ts';
import type { Listener } from './localExecutor.ts';
import type { SweepManifest, SweepTrial } from './manifest.ts';
import { SweepMeter } from './meter.ts';
import { assertSlurm } from './slurm/queue.ts';
import { assertUnchanged, startSweep, sweepPlaces, type SweepPlaces } from './prepare.ts';
import { type BestTrial, type JudgedTrial, sweepResult, type UnjudgedTrial } from './result.ts';
import { sweepSentences, testSentences } from './sentences.ts';
import { Sweep } from './sweepStore.ts';
import { testScore, type TestScore } from './testScore.ts';

export interface SweepRequest {
  /** Absolute path of the `.ptune` file. */
  readonly path: string;
  readonly prompts?: readonly string[];
  /** Trials of each prompt. */
  readonly trials?: number;
  readonly seed?: number;
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

/** Between two steps news of the work come no more often than this, in milliseconds. */
const tellEvery = 200;

/** Hears what happens. */
type Tell = (event: SweepEvent) => void;

/**
 * Sweeps a file.
 *
 * @throws PtuneError as `openPromptFile`, `startSweep` and `assertUnchanged`; `sweep/not-found`;
 *   `sweep/in-use`; `slurm/unavailable`; `slurm/refused`; `training/cancelled`
 */
export async function sweepFile(
  request: SweepRequest,
  execution: Execution,
  context: TrainingContext,
  tell: Tell,
): Promise<SweepSummary> {
  if (execution.kind === 'slurm' && !request.collect) await assertSlurm();
  const places = sweepPlaces(request.path, request.output);
  const open = await openPromptFile(request.path, undefined, context);
  const { sweep, candidates } = await opened(open, request, places, context).finally(() =>
    open.model.release(),
  );
  if (!request.collect) await runDue(sweep, execution, context, tell);
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
    sentences: [...sweepSentences(result), ...testSentences(best)],
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
  execution: Execution,
  context: TrainingContext,
  tell: Tell,
): Promise<void> {
  const { id, file, trials } = sweep.manifest;
  const due: SweepTrial[] = [];
  for (const trial of trials) if (!(await isDone(sweep, trial.trial))) due.push(trial);
  const { kind: executor } = execution;
  const done = trials.length - due.length;
  tell({ type: 'sweepStarted', sweep: id, file, executor, trials: trials.length, done });
  if (due.length === 0) return;
  await assertFree(sweep, due, executor);
  const listener = new SweepListener(sweep, due, context, tell);
  await execute(execution, sweep, due, context, listener, tell);
  if (!context.signal.aborted) return;
  let finished = 0;
  for (const { trial } of trials) finished += Number(await isDone(sweep, trial));
  throw stopped(sweep, executor, finished);
}

/** Tells how far a sweep is from what its trials tell. */
class SweepListener implements Listener {
  readonly #sweep: Sweep;
  readonly #context: TrainingContext;
  readonly #tell: Tell;
  readonly #meter: SweepMeter;
  readonly #warned = new Set<string>();
  #told = 0;

  constructor(sweep: Sweep, due: readonly SweepTrial[], context: TrainingContext, tell: Tell) {
    this.#sweep = sweep;
    this.#context = context;
    this.#tell = tell;
    this.#meter = new SweepMeter(due, sweep.manifest.trials.length, context.now());
  }

  event(trial: number, event: TrainingEvent): void {
    const now = this.#context.now();
    if (this.#meter.hear(trial, event) && now - this.#told >= tellEvery) {
      this.#told = now;
      this.#tell(this.#meter.event(now));
    }
    // What is wrong with the file was told when it was opened; of a training each trial may tell it.
    if (event.type !== 'warning' || event.run === undefined) return;
    if (this.#warned.has(event.message)) return;
    this.#warned.add(event.message);
    this.#tell({ ...event, message: `trial ${trial}: ${event.message}` });
  }

  queue(running: number, waiting: number): void {
    const detail = `${running} running, ${waiting} waiting in the queue`;
    this.#tell({ ...this.#meter.event(this.#context.now()), detail });
  }

  async ended(trial: number): Promise<void> {
    this.#meter.end(trial);
    const { done, total, secondsLeft } = this.#meter.event(this.#context.now());
    const planned = this.#sweep.manifest.trials.find((one) => one.trial === trial)!;
    this.#tell({
      ...(await endOf(this.#sweep, planned)),
      done,
      total,
      ...(secondsLeft !== undefined && { secondsLeft }),
    });
  }
}

function stopped({ manifest }: Sweep, executor: 'local' | 'slurm', done: number): PtuneError {
  const { file, trials, slurm = [] } = manifest;
  const state = `${done} of ${trials.length} trials are done`;
  if (executor === 'local') {
    const command = `ptune sweep ${file} --resume`;
    const message = `Cancelled. ${state}; "${command}" goes on.`;
    return new PtuneError('training/cancelled', message);
  }
  const command = `ptune sweep ${file} --resume --executor slurm`;
  const ends = `scancel ${slurm.map(({ job }) => job).join(' ')}`;
  const message = `No longer followed. ${state}, and the others stay in the queue: "${command}" follows them again, "${ends}" ends them.`;
  return new PtuneError('training/cancelled', message);
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
