/** Scores every prompt of a file on one split and builds the report. */
import { join } from 'node:path';
import type { Example } from '../data/examples.ts';
import type { ScoredControl } from '../evaluation/controls.ts';
import { readAsWords } from '../evaluation/reading/readAsWords.ts';
import { buildReport, type ReportInputs, type ReportPrompt } from '../evaluation/report.ts';
import { middleSeed, scoreOf, shareRight } from '../evaluation/scores.ts';
import { buildSummary, type LeftOut } from '../evaluation/summary.ts';
import { baselinePrompt, type Prompt } from '../language/ast.ts';
import { type Fingerprint, missingSeeds } from '../protocol/fingerprint.ts';
import { insightsThatHold } from '../protocol/insights.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { Reading } from '../protocol/report.ts';
import type { Candidates, Summary } from '../protocol/summary.ts';
import { readReport, reportPath, writeReport } from '../runs/reportFile.ts';
import { writeRunScore } from '../runs/runScore.ts';
import { storedRuns } from '../runs/storedRuns.ts';
import type { RunStore } from '../runs/runStore.ts';
import { engine } from '../runtime/session.ts';
import type { TrainingContext } from './context.ts';
import { PromptAnswers } from './promptAnswers.ts';
import type { OpenPromptFile, SplitName } from './promptFile.ts';
import { scoreControls } from './controls.ts';
import { settingsForPeople } from './settingsText.ts';
import { scoredRuns, type RunWithVectors, type Scoring } from './scoredRuns.ts';

/**
 * Scores `prompts` on a split; a continuous one with its newest completed run of each seed that
 * belongs to the present template, data, model and settings. One without such a run is left out.
 *
 * @param withControls  score the controls of the learned prompts, too
 */
export async function scorePrompts(
  open: OpenPromptFile,
  prompts: readonly Prompt[],
  split: SplitName,
  store: RunStore,
  context: TrainingContext,
  withControls = false,
): Promise<Summary> {
  const kept = join(store.folders.reports, 'answers');
  const answers = new PromptAnswers(open, open.examples[split], kept, context);
  const scored: ReportPrompt[] = [];
  const controls: ScoredControl[] = [];
  const leftOut: LeftOut[] = [];
  for (const prompt of prompts) {
    context.emit({ type: 'scoring', prompt: prompt.name, split });
    const scoring = { open, split, store, answers, context };
    const one = await scorePrompt(scoring, prompt, withControls);
    if (typeof one !== 'string') {
      scored.push({ ...one.prompt, expect: prompt.expect });
      controls.push(...one.controls);
      continue;
    }
    const { name, expect } = prompt;
    leftOut.push({ name, reason: one, expect });
    const message = `"${name}" is left out of the scores: ${one}. Train it, then score again`;
    context.emit({ type: 'warning', code: 'score/no-run', message });
  }
  await answers.prune();
  const inputs = {
    ...reportInputs(open, scored, split, context),
    ...(withControls && { controls }),
  };
  if (split !== 'test') return buildSummary(inputs, undefined, leftOut);
  await store.prepare();
  await writePredictions(store, scored, candidatesOf(open));
  const path = reportPath(store.folders.reports, open.path);
  const report = buildReport({
    ...inputs,
    leftOut,
    storedRuns: await storedRuns(store, open.name),
  });
  // A report that cannot be read is replaced by this one.
  const before = await readReport(path).catch(() => undefined);
  const insights = insightsThatHold(before, report, await fingerprintsOf(open));
  await writeReport(path, { ...report, ...(insights && { insights }) });
  return buildSummary(inputs, path, leftOut);
}

async function fingerprintsOf(open: OpenPromptFile): Promise<Map<string, Fingerprint>> {
  const { prompts } = open.file;
  const made = prompts.map(
    async (prompt) => [prompt.name, await open.fingerprint(prompt)] as const,
  );
  return new Map(await Promise.all(made));
}

/**
 * Into each run's folder its own answers and those of the discrete prompts, for other programs, and
 * its score by itself, for lists of runs.
 */
async function writePredictions(
  store: RunStore,
  prompts: readonly ReportPrompt[],
  candidates: Candidates,
): Promise<void> {
  const lines = (prompt: string, predictions: readonly Prediction[]) =>
    predictions.map((prediction) => ({ prompt, ...prediction }));
  const discrete = prompts.flatMap((prompt) =>
    prompt.kind === 'discrete' ? lines(prompt.name, prompt.predictions) : [],
  );
  const known = new Set(await store.ids());
  for (const prompt of prompts) {
    for (const { run, predictions } of prompt.kind === 'continuous' ? prompt.runs : []) {
      // Vectors that a file brings along have no run here.
      if (!known.has(run)) continue;
      await store.writePredictions(run, [...lines(prompt.name, predictions), ...discrete]);
      const { n, accuracy, interval, loss } = scoreOf([predictions]);
      const score = { split: 'test', n, accuracy, interval, loss, candidates };
      await writeRunScore(store.folder(run), score);
    }
  }
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

/** What the answers of a file are chosen among. */
export function candidatesOf({ candidates, model }: OpenPromptFile): Candidates {
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

/** A prompt with its predictions, and where asked for those of its controls. */
interface Scored {
  readonly prompt: ReportPrompt;
  readonly controls: readonly ScoredControl[];
}

/** The prompt with its predictions, or why there are none. */
async function scorePrompt(
  scoring: Scoring,
  prompt: Prompt,
  withControls: boolean,
): Promise<Scored | string> {
  const { open, answers } = scoring;
  const described = {
    name: prompt.name,
    template: prompt.templateText,
    settings: prompt.kind === 'continuous' ? settingsForPeople(prompt) : {},
    fingerprint: await open.fingerprint(prompt),
  };
  if (prompt.kind === 'discrete') {
    const own = await answers.of(prompt, demosSeed(prompt));
    return { prompt: { ...described, kind: 'discrete', ...own }, controls: [] };
  }
  const scored = await scoredRuns(scoring, prompt);
  if (typeof scored === 'string') return scored;
  const { runs, rangeTests } = scored;
  const reading = await readingOf(scoring, prompt, runs);
  return {
    prompt: {
      ...described,
      settings: settingsForPeople(prompt, rangeTests),
      kind: 'continuous',
      deep: prompt.train.depth === 'deep',
      runs: runs.map(({ run }) => run),
      missingSeeds: missingOf(scoring, prompt, runs),
      ...(reading && { reading }),
    },
    controls: withControls ? await scoreControls(scoring, prompt, runs) : [],
  };
}

/** Seeds that the file asks for, whatever the request did, and that these runs do not have. */
function missingOf(
  { open }: Scoring,
  { name, from }: Prompt,
  runs: readonly RunWithVectors[],
): readonly number[] | undefined {
  if (from !== undefined) return undefined;
  const asked = open.file.prompts.find((prompt) => prompt.name === name)!.train.seeds;
  return missingSeeds(
    runs.map(({ run }) => run.seed),
    asked,
  );
}

/** What draws the solved examples of a prompt that is not trained. */
const demosSeed = ({ train }: Prompt): number => train.seeds[0] ?? 1;

/** The middle run's vectors read as words; nothing for keys and values, which no word is near. */
async function readingOf(
  { open, split, answers }: Scoring,
  prompt: Prompt,
  runs: readonly RunWithVectors[],
): Promise<Reading | undefined> {
  const { run, vectors } = runs[middleSeed(runs.map((one) => shareRight(one.run.predictions)))]!;
  const encoding = open.encodingOf(prompt, run.seed);
  if (encoding.isDeep || split !== 'test') return undefined;
  return readAsWords({
    model: open.model,
    encoding,
    vectors,
    learned: run.predictions,
    answers: async (words) => (await answers.of(words, run.seed)).predictions,
  });
}
