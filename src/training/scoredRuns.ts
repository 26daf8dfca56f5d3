/** The stored runs of a prompt, or the vectors that it names, with their answers to a split. */
import { PtuneError } from '../base/errors.ts';
import type { ReportRun, RunVectors } from '../evaluation/report.ts';
import type { Prompt } from '../language/ast.ts';
import type { RangeTestEvent, TrainingEvent } from '../protocol/events.ts';
import { type RunManifest, resumedAfter } from '../runs/runManifest.ts';
import type { RunStore } from '../runs/runStore.ts';
import type { VectorPath } from '../runs/vectorPath.ts';
import type { TrainingContext } from './context.ts';
import { currentRuns } from './currentRuns.ts';
import type { PromptAnswers } from './promptAnswers.ts';
import type { OpenPromptFile, SplitName } from './promptFile.ts';
import { describeVectors } from './runVectors.ts';
import { storedPrompt } from './storedPrompt.ts';

/** What scoring a prompt takes beside the prompt. */
export interface Scoring {
  readonly open: OpenPromptFile;
  readonly split: SplitName;
  readonly store: RunStore;
  readonly answers: PromptAnswers;
  readonly context: TrainingContext;
}

export interface RunWithVectors {
  readonly run: ReportRun;
  /** float32 [P, D] */
  readonly vectors: Float32Array;
}

export interface ScoredRuns {
  /** At least one. */
  readonly runs: readonly RunWithVectors[];
  readonly rangeTests: readonly RangeTestEvent[];
}

/** The runs of a continuous prompt with their answers, or why there are none, as a clause. */
export async function scoredRuns(scoring: Scoring, prompt: Prompt): Promise<ScoredRuns | string> {
  const { open, store, answers, context } = scoring;
  if (prompt.from !== undefined) return { runs: [await stored(scoring, prompt)], rangeTests: [] };
  const current = await currentRuns(open, prompt, store);
  if (current.runs.length === 0) return current.lack!;
  if (current.lack !== undefined) {
    const message = `"${prompt.name}" is scored with ${current.lack}`;
    context.emit({ type: 'warning', code: 'score/missing-seed', message, prompt: prompt.name });
  }
  const runs: RunWithVectors[] = [];
  const rangeTests: RangeTestEvent[] = [];
  for (const manifest of current.runs) {
    const { vectors } = await store.readPrompt(manifest.id);
    const { events } = await store.read(manifest.id);
    rangeTests.push(...events.filter((event) => event.type === 'rangeTest'));
    const path = await pathOf(scoring, manifest.id);
    const run: ReportRun = {
      ...describeRun(manifest, events),
      ...(await answers.of(prompt, manifest.seed, vectors)),
      ...(await describeVectors(open, prompt, vectors, path, manifest.bestStep)),
    };
    runs.push({ run, vectors });
  }
  return { runs, rangeTests };
}

/** The vectors that `from` names, as a run without a training. */
async function stored({ open, answers }: Scoring, prompt: Prompt): Promise<RunWithVectors> {
  const vectors = await storedPrompt(open, prompt);
  const run: ReportRun = {
    run: prompt.from!,
    seed: 0,
    bestStep: 0,
    steps: 0,
    seconds: 0,
    ...(await answers.of(prompt, 0, vectors)),
    status: 'completed',
    curve: [],
    validation: [],
    ...(await describeVectors(open, prompt, vectors)),
  };
  return { run, vectors };
}

function describeRun(
  manifest: RunManifest,
  events: readonly TrainingEvent[],
): Omit<ReportRun, 'predictions' | 'cached' | keyof RunVectors> {
  const steps = events.filter((e) => e.type === 'step');
  const validations = events.filter((e) => e.type === 'validation');
  return {
    run: manifest.id,
    seed: manifest.seed,
    status: manifest.status,
    bestStep: manifest.bestStep ?? 0,
    steps: steps.length,
    seconds: manifest.timings.seconds ?? 0,
    resumedAfter: resumedAfter(manifest),
    curve: steps.map(({ step, loss, learningRate }) => ({ step, loss, learningRate })),
    validation: validations.map(({ step, accuracy, loss, best }) => ({
      step,
      accuracy,
      loss,
      best,
    })),
  };
}

/** Where a run's vectors were; a damaged file of it is no reason to show nothing. */
async function pathOf({ store, context }: Scoring, id: string): Promise<VectorPath | undefined> {
  try {
    return await store.readPath(id);
  } catch (error) {
    if (!(error instanceof PtuneError)) throw error;
    const { code, message, nextStep } = error;
    context.emit({ type: 'warning', code, message: [message, nextStep].join(' ') });
    return undefined;
  }
}
