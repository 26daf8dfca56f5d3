/** Scores every prompt of a file on one split and builds the report. */
import type { Example } from '../data/examples.ts';
import { neighborhoods } from '../evaluation/neighborhoods.ts';
import { predict } from '../evaluation/predict.ts';
import {
  buildReport,
  type ReportInputs,
  type ReportPrompt,
  type ReportRun,
} from '../evaluation/report.ts';
import { buildSummary, type LeftOut } from '../evaluation/summary.ts';
import { baselinePrompt, type Prompt } from '../language/ast.ts';
import type { RangeTestEvent, TrainingEvent } from '../protocol/events.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { VirtualTokenReport } from '../protocol/report.ts';
import type { Candidates, Summary } from '../protocol/summary.ts';
import { reportPath, writeReport } from '../runs/reportFile.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import type { RunStore } from '../runs/runStore.ts';
import { engine } from '../runtime/session.ts';
import type { TrainingContext } from './context.ts';
import { currentRuns } from './currentRuns.ts';
import type { OpenPromptFile, SplitName } from './promptFile.ts';
import { settingsForPeople } from './settingsText.ts';
import { storedPrompt } from './storedPrompt.ts';

/** Nearest tokens that a report shows for each vector. */
const nearestCount = 5;

/**
 * Scores `prompts` on a split; a continuous one with its newest completed run of each seed that
 * belongs to the present template, data, model and settings. One without such a run is left out.
 */
export async function scorePrompts(
  open: OpenPromptFile,
  prompts: readonly Prompt[],
  split: SplitName,
  store: RunStore,
  context: TrainingContext,
): Promise<Summary> {
  const scored: ReportPrompt[] = [];
  const leftOut: LeftOut[] = [];
  for (const prompt of prompts) {
    context.emit({ type: 'scoring', prompt: prompt.name, split });
    const one = await scorePrompt(open, prompt, split, store, context);
    if (typeof one !== 'string') {
      scored.push({ ...one, expect: prompt.expect });
      continue;
    }
    const { name, expect } = prompt;
    leftOut.push({ name, reason: one, expect });
    const message = `"${name}" is left out of the scores: ${one}. Train it, then score again`;
    context.emit({ type: 'warning', code: 'score/no-run', message });
  }
  const inputs = reportInputs(open, scored, split, context);
  if (split !== 'test') return buildSummary(inputs, undefined, leftOut);
  await store.prepare();
  const path = await writeReport(reportPath(store.folders.reports, open.path), buildReport(inputs));
  return buildSummary(inputs, path, leftOut);
}

function reportInputs(
  open: OpenPromptFile,
  prompts: readonly ReportPrompt[],
  split: SplitName,
  context: TrainingContext,
): ReportInputs {
  const { settings } = open.file;
  return {
    file: open.name,
    model: { id: open.modelId, sha256: open.modelHash },
    split,
    candidates: candidatesOf(open),
    baseline: baselinePrompt(open.file)?.name,
    labels: settings.labels?.map((label) => label.name),
    prompts,
    examples: open.examples[split].map((example) => ({
      inputs: inputsOf(example, settings.answer!),
      answer: example.answer,
    })),
    metric: 'cosine',
    createdAt: new Date(context.now()),
    versions: { ptune: context.version, node: process.version, [engine.name]: engine.version },
  };
}

function candidatesOf({ candidates, model }: OpenPromptFile): Candidates {
  const { tokenizer } = model.open;
  const count =
    candidates.kind === 'vocabulary'
      ? tokenizer.vocabularySize - tokenizer.specialIds.length
      : candidates.candidates.length;
  return { kind: candidates.kind, count };
}

function inputsOf(example: Example, answer: string): Record<string, string> {
  return Object.fromEntries(Object.entries(example.row).filter(([column]) => column !== answer));
}

/** The prompt with its predictions, or why there are none. */
async function scorePrompt(
  open: OpenPromptFile,
  prompt: Prompt,
  split: SplitName,
  store: RunStore,
  context: TrainingContext,
): Promise<ReportPrompt | string> {
  const described = {
    name: prompt.name,
    template: prompt.templateText,
    settings: prompt.kind === 'continuous' ? settingsForPeople(prompt) : {},
    fingerprint: await open.fingerprint(prompt),
  };
  const answers = (seed: number, data?: Float32Array): Promise<Prediction[]> => {
    const encoding = open.encodingOf(prompt, seed);
    return predict(
      {
        model: open.model,
        encoding,
        vectors: data && encoding.vectorsOf(data),
        candidates: open.candidates,
        signal: context.signal,
      },
      open.examples[split],
    );
  };
  if (prompt.kind === 'discrete') {
    const seed = prompt.train.seeds[0] ?? 1;
    return { ...described, kind: 'discrete', predictions: await answers(seed) };
  }
  if (prompt.from !== undefined) {
    const data = await storedPrompt(open, prompt);
    const run = { run: prompt.from, seed: 0, bestStep: 0, steps: 0, seconds: 0 };
    const virtualTokens = await nearestOf(open, prompt, data);
    const predictions = await answers(0, data);
    return {
      ...described,
      kind: 'continuous',
      runs: [
        { ...run, status: 'completed', predictions, curve: [], validation: [], virtualTokens },
      ],
    };
  }
  const runs: ReportRun[] = [];
  const tests: RangeTestEvent[] = [];
  const current = await currentRuns(open, prompt, store);
  if (current.runs.length === 0) return current.lack!;
  if (current.lack !== undefined) {
    const message = `"${prompt.name}" is scored with ${current.lack}`;
    context.emit({ type: 'warning', code: 'score/missing-seed', message, prompt: prompt.name });
  }
  for (const manifest of current.runs) {
    const { vectors } = await store.readPrompt(manifest.id);
    const predictions = await answers(manifest.seed, vectors);
    const { events } = await store.read(manifest.id);
    tests.push(...events.filter((event) => event.type === 'rangeTest'));
    runs.push({
      ...describeRun(manifest, events),
      predictions,
      virtualTokens: await nearestOf(open, prompt, vectors),
    });
  }
  return { ...described, settings: settingsForPeople(prompt, tests), kind: 'continuous', runs };
}

function describeRun(
  manifest: RunManifest,
  events: readonly TrainingEvent[],
): Omit<ReportRun, 'predictions' | 'virtualTokens'> {
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
