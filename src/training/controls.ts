/**
 * The controls of a learned prompt (protocol/summary.ts): answers that it would give without what it
 * has learned. A score that a control reaches, too, is not knowledge that the prompt brought out.
 */
import { dirname, join } from 'node:path';
import { Random } from '../base/random.ts';
import type { Example } from '../data/examples.ts';
import type { ScoredControl } from '../evaluation/controls.ts';
import type { Prompt, TemplatePart } from '../language/ast.ts';
import { printTemplate } from '../language/printTemplate.ts';
import type { Prediction } from '../protocol/predictions.ts';
import { RunStore } from '../runs/runStore.ts';
import type { TrainingContext } from './context.ts';
import { currentRuns } from './currentRuns.ts';
import type { OpenPromptFile } from './promptFile.ts';
import type { RunWithVectors, Scoring } from './scoredRuns.ts';
import { trainRun } from './trainRun.ts';

/** Where the runs of controls lie: beside those of the prompts, so that no view mistakes them. */
export function controlStore({ folders: { runs, reports } }: RunStore): RunStore {
  const parent = runs === reports ? runs : dirname(runs);
  return new RunStore({ runs: join(parent, 'controls'), reports });
}

/** The prompt whose training on permuted answers is a control of `prompt`. */
export function shuffledPrompt(prompt: Prompt): Prompt {
  const { init } = prompt.train;
  return {
    ...prompt,
    name: `${prompt.name}-shuffled`,
    // Vectors of an earlier run may know the right answers.
    train: { ...prompt.train, init: init.startsWith('run:') ? 'vocabulary' : init },
  };
}

/**
 * Trains the control of one seed: the answers of the training examples are permuted, and so are those
 * of the validation examples, by which the step is chosen. The seed draws the permutation.
 */
export async function trainShuffled(
  open: OpenPromptFile,
  prompt: Prompt,
  seed: number,
  store: RunStore,
  context: TrainingContext,
): Promise<void> {
  const random = new Random(seed);
  const { train, validation } = open.examples;
  const answer = open.file.settings.answer!;
  const examples = {
    ...open.examples,
    train: permuted(train, answer, random),
    validation: permuted(validation, answer, random),
  };
  await trainRun({ ...open, examples }, shuffledPrompt(prompt), seed, controlStore(store), context);
}

/** The examples with their answers in another order. */
export function permuted(examples: readonly Example[], column: string, random: Random): Example[] {
  const answers = random.shuffled(examples.map(({ answer }) => answer));
  return examples.map((example, i) => {
    const answer = answers[i]!;
    return { ...example, answer, row: { ...example.row, [column]: answer } };
  });
}

/** The prompt without words and virtual tokens: its slots in their order, spaces between them. */
export function emptyPrompt(prompt: Prompt): Prompt {
  const slots = prompt.parts.filter(({ kind }) => kind === 'slot' || kind === 'answer');
  const span = { start: 0, end: 0 };
  const parts = slots.flatMap((slot, i): TemplatePart[] =>
    i === 0 ? [slot] : [{ kind: 'text', text: ' ', span }, slot],
  );
  const templateText = printTemplate(parts);
  return { ...prompt, name: `${prompt.name}-empty`, kind: 'discrete', parts, templateText };
}

/** As many random vectors, each as long as the learned one that it stands for. */
export function randomVectors(learned: Float32Array, count: number, random: Random): Float32Array {
  const width = learned.length / count;
  const vectors = Float32Array.from(learned, () => random.normal());
  const norm = (values: Float32Array) => Math.hypot(...values);
  for (let row = 0; row < count; row++) {
    const [start, end] = [row * width, (row + 1) * width];
    const own = vectors.subarray(start, end);
    const factor = norm(learned.subarray(start, end)) / norm(own);
    for (let i = 0; i < width; i++) own[i]! *= factor;
  }
  return vectors;
}

/**
 * The answers of a prompt's controls on a split. The one trained on permuted answers is left out,
 * with a warning, where it was not trained.
 *
 * @param runs  those that the prompt is scored with
 */
export async function scoreControls(
  scoring: Scoring,
  prompt: Prompt,
  runs: readonly RunWithVectors[],
): Promise<ScoredControl[]> {
  return [
    await randomControl(scoring, prompt, runs),
    ...(prompt.from === undefined ? await shuffledControl(scoring, prompt) : []),
    await emptyControl(scoring, prompt, runs[0]!.run.seed),
  ];
}

async function randomControl(
  { open, answers }: Scoring,
  prompt: Prompt,
  runs: readonly RunWithVectors[],
): Promise<ScoredControl> {
  const seeds = runs.map(({ run }) => run.seed);
  const predictions: (readonly Prediction[])[] = [];
  for (const { run, vectors } of runs) {
    const count = open.encodingOf(prompt, run.seed).virtual.tokens.length;
    const random = randomVectors(vectors, count, new Random(run.seed));
    predictions.push((await answers.of(prompt, run.seed, random)).predictions);
  }
  return { control: 'random', of: prompt.name, seeds, predictions };
}

async function shuffledControl(
  { open, store, answers, context }: Scoring,
  prompt: Prompt,
): Promise<ScoredControl[]> {
  const own = controlStore(store);
  const shuffled = shuffledPrompt(prompt);
  const { runs } = await currentRuns(open, shuffled, own);
  if (runs.length === 0) {
    const message = `The control of "${prompt.name}" with shuffled answers is left out of the scores: it was not trained with the present file. "ptune train --controls" trains it`;
    context.emit({ type: 'warning', code: 'score/no-control', message, prompt: prompt.name });
    return [];
  }
  const predictions: (readonly Prediction[])[] = [];
  for (const { id, seed } of runs) {
    const { vectors } = await own.readPrompt(id);
    predictions.push((await answers.of(prompt, seed, vectors)).predictions);
  }
  const seeds = runs.map(({ seed }) => seed);
  return [{ control: 'shuffled', of: prompt.name, seeds, predictions }];
}

async function emptyControl(
  { answers }: Scoring,
  prompt: Prompt,
  seed: number,
): Promise<ScoredControl> {
  const { predictions } = await answers.of(emptyPrompt(prompt), seed);
  return { control: 'empty', of: prompt.name, seeds: [], predictions: [predictions] };
}
