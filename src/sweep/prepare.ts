/** Opens a file and plans its sweep: what is wrong is told before the first trial. */
import { PtuneError } from '../base/errors.ts';
import { checkPadding } from '../evaluation/paddingCheck.ts';
import type { Prompt } from '../language/ast.ts';
import { type Fingerprint, staleReason } from '../protocol/fingerprint.ts';
import { RunStore } from '../runs/runStore.ts';
import { engine } from '../runtime/session.ts';
import type { TrainingContext } from '../training/context.ts';
import { modelChoiceOf } from '../training/hubModels.ts';
import { openPromptFile, type OpenPromptFile } from '../training/promptFile.ts';
import { stepsOf, trainerInputs } from '../training/trainRun.ts';
import { changedTrial } from './changedTrial.ts';
import type { SweepTrial } from './manifest.ts';
import { type LeftOut, type PlanRequest, planSweep } from './plan.ts';
import { Sweep, sweepsFolder } from './sweepStore.ts';
import { type TrialFile, trialFile } from './trialText.ts';

/** The file, its runs and its sweeps. */
export interface SweepPlaces {
  readonly store: RunStore;
  readonly sweeps: string;
}

/** Where the runs and sweeps of a file lie (`output` as in `storeFolders`). */
export function sweepPlaces(path: string, output: string | undefined): SweepPlaces {
  const store = RunStore.forFile(path, output);
  return { store, sweeps: sweepsFolder(store.folders) };
}

/**
 * Plans a new sweep of an open file and writes it down.
 *
 * @throws PtuneError as `planSweep`, and as `trainRun` does before its first step
 */
export async function startSweep(
  open: OpenPromptFile,
  request: PlanRequest,
  { store, sweeps }: SweepPlaces,
  context: TrainingContext,
): Promise<Sweep> {
  const plan = planSweep(open.file, request);
  const opens = new Opens(open, context);
  try {
    const trials: SweepTrial[] = [];
    const leftOut: LeftOut[] = [...plan.leftOut];
    const inFile = new Map<string, Fingerprint>();
    for (const { prompt, settings, file } of plan.trials) {
      const opened = await opens.of(file).catch(asReason);
      if (typeof opened === 'string') {
        leftOut.push({ prompt, settings, reason: opened });
        continue;
      }
      const hashes = await opened.fingerprint(file.prompt);
      if (!inFile.has(prompt)) {
        // The first trial of a prompt shows what is wrong with its examples.
        await trainerInputs(opened, file.prompt, file.prompt.train.seeds[0]!, store);
        const own = open.file.prompts.find(({ name }) => name === prompt)!;
        inFile.set(prompt, await open.fingerprint(own));
      }
      trials.push({
        trial: trials.length + 1,
        prompt,
        settings,
        hashes,
        seeds: [...file.prompt.train.seeds],
        work: workOf(file.prompt, open.examples.train.length),
        asInFile: staleReason(inFile.get(prompt)!, hashes) === undefined,
      });
    }
    if (trials.length === 0) {
      throw new PtuneError(
        'sweep/nothing-to-sweep',
        `No combination in "sweep" can be trained: ${leftOut[0]?.reason ?? ''}`,
        'Change the values in "sweep".',
      );
    }
    await assertPadding(open);
    await store.prepare();
    const start = {
      file: open.name,
      seed: request.seed,
      keys: [...plan.keys],
      model: { id: open.modelId, sha256: open.modelHash },
      versions: { ptune: context.version, node: process.version, [engine.name]: engine.version },
      trials,
      leftOut: leftOut.map((one) => ({ ...one, settings: { ...one.settings } })),
    };
    return await Sweep.create(sweeps, start, context.now());
  } finally {
    await opens.release();
  }
}

/**
 * Makes sure that the trials of a sweep are still what they were when it was planned.
 *
 * @throws PtuneError `sweep/changed`
 */
export async function assertUnchanged(
  open: OpenPromptFile,
  { manifest }: Sweep,
  context: TrainingContext,
): Promise<void> {
  const opens = new Opens(open, context);
  try {
    for (const trial of manifest.trials) {
      if (!open.file.prompts.some(({ name }) => name === trial.prompt)) {
        throw changedTrial(manifest, trial, 'prompt removed');
      }
      const file = trialFile(open.file, trial.prompt, trial.settings);
      const now = await (await opens.of(file)).fingerprint(file.prompt);
      const isAsked = file.prompt.train.seeds.join() === trial.seeds.join();
      const change = staleReason(trial.hashes, now) ?? (isAsked ? undefined : 'seeds changed');
      if (change !== undefined) throw changedTrial(manifest, trial, change);
    }
  } finally {
    await opens.release();
  }
}

/** The open files of trials: deep ones may need another file of the model than the others. */
class Opens {
  readonly #base: OpenPromptFile;
  readonly #context: TrainingContext;
  #other: Promise<OpenPromptFile> | undefined;

  constructor(base: OpenPromptFile, context: TrainingContext) {
    this.#base = base;
    this.#context = context;
  }

  async of({ text, file }: TrialFile): Promise<OpenPromptFile> {
    const needs = (one: typeof file) => modelChoiceOf(one)?.continues ?? false;
    if (needs(file) === needs(this.#base.file)) return this.#base;
    const quiet = { ...this.#context, emit: () => undefined };
    return (this.#other ??= openPromptFile(this.#base.path, text, quiet));
  }

  async release(): Promise<void> {
    const other = await this.#other?.catch(() => undefined);
    await other?.model.release();
  }
}

function asReason(error: unknown): string {
  if (error instanceof PtuneError && error.kind !== 'cancelled') return error.message;
  throw error;
}

/** Batches that a trial trains on at most, all seeds together. */
function workOf({ train }: Prompt, examples: number): number {
  return stepsOf(train, examples) * train.accumulate * train.seeds.length;
}

/** @throws PtuneError `model/unsupported` when padding changes what the model says */
async function assertPadding({ model, modelHash }: OpenPromptFile): Promise<void> {
  const { lm, graphFolder, config } = model.open;
  await checkPadding(lm, graphFolder, modelHash, config);
}
