/** The stored runs of a prompt, or the vectors that it names, with their answers to a split. */
import { neighborhoods } from '../evaluation/neighborhoods.ts';
import type { ReportRun } from '../evaluation/report.ts';
import type { Prompt } from '../language/ast.ts';
import type { RangeTestEvent, TrainingEvent } from '../protocol/events.ts';
import type { VirtualTokenReport } from '../protocol/report.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import type { RunStore } from '../runs/runStore.ts';
import type { TrainingContext } from './context.ts';
import { currentRuns } from './currentRuns.ts';
import type { PromptAnswers } from './promptAnswers.ts';
import type { OpenPromptFile, SplitName } from './promptFile.ts';
import { storedPrompt } from './storedPrompt.ts';

/** Nearest tokens that a report shows for each vector. */
const nearestCount = 5;

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
    const run: ReportRun = {
      ...describeRun(manifest, events),
      ...(await answers.of(prompt, manifest.seed, vectors)),
      virtualTokens: await nearestOf(open, prompt, vectors),
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
    virtualTokens: await nearestOf(open, prompt, vectors),
  };
  return { run, vectors };
}

function describeRun(
  manifest: RunManifest,
  events: readonly TrainingEvent[],
): Omit<ReportRun, 'predictions' | 'cached' | 'virtualTokens'> {
  const steps = events.filter((e) => e.type === 'step');
  const validations = events.filter((e) => e.type === 'validation');
  return {
    run: manifest.id,
    seed: manifest.seed,
    status: manifest.status,
    bestStep: manifest.bestStep ?? 0,
    steps: steps.length,
    seconds: manifest.timings.seconds ?? 0,
    curve: steps.map(({ step, loss }) => ({ step, loss })),
    validation: validations.map(({ step, accuracy, loss, best }) => ({
      step,
      accuracy,
      loss,
      best,
    })),
  };
}

/** The neighborhood of each vector, for people. */
async function nearestOf(
  open: OpenPromptFile,
  prompt: Prompt,
  vectors: Float32Array,
): Promise<VirtualTokenReport[]> {
  const { virtual, isDeep } = open.encodingOf(prompt, 0);
  // Keys and values are not in the space of embeddings: nothing is near them.
  if (isDeep) return [];
  const { tokens, placement } = virtual;
  return neighborhoods(open.model, { vectors, placement, count: nearestCount, tokens });
}
