/** `ptune train`: trains the continuous prompts of a file and scores all of them. */
import { PtuneError } from '../base/errors.ts';
import { checkPadding, type PaddingCheck } from '../evaluation/paddingCheck.ts';
import type { Prompt } from '../language/ast.ts';
import { listedNear } from '../language/nearest.ts';
import type { TrainSettings } from '../language/settings.ts';
import type { Summary } from '../protocol/summary.ts';
import type { TrainRequest } from '../protocol/trainerProtocol.ts';
import { engine } from '../runtime/session.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import { RunStore } from '../runs/runStore.ts';
import type { TrainingContext } from './context.ts';
import { shuffledPrompt, trainShuffled } from './controls.ts';
import { openPromptFile, type OpenPromptFile } from './promptFile.ts';
import { assertAllTrained } from './assertAllTrained.ts';
import { scorePrompts } from './scorePrompts.ts';
import { assertStoredFit } from './storedPrompt.ts';
import type { Training } from './training.ts';
import { resumeRun, trainRun } from './trainRun.ts';

/**
 * Trains each chosen prompt, and where asked for its control, once for each seed, scores all prompts on the test split, writes runs
 * and report.
 *
 * @throws PtuneError as `openPromptFile` does; `file/no-such-prompt`; `model/unsupported` when padding
 *   changes what the model says; `training/not-finite`; `training/cancelled`
 */
export async function trainFile(request: TrainRequest, context: TrainingContext): Promise<Summary> {
  const open = await openPromptFile(request.path, request.text, context);
  try {
    await assertStoredFit(open);
    const store = RunStore.forFile(open.path, request.output);
    const resumed = request.resume === undefined ? undefined : await store.read(request.resume);
    const start = resumed && { ...startOf(resumed.manifest), ...request };
    const chosen = resumed ? [resumed.manifest.prompt.name] : request.prompts;
    const prompts = open.file.prompts.map((prompt) =>
      chosen?.includes(prompt.name) === false ? prompt : overridden(prompt, start ?? request),
    );
    const trainings = trainingsOf(request, prompts, resumed?.manifest);
    await assertAllTrained(open, trainings, store);
    const { lm, graphFolder, config } = open.model.open;
    const padding = await checkPadding(lm, graphFolder, open.modelHash, config);
    emitStarted(
      open,
      [...trainings, ...(request.controls ? trainings.map(asControl) : [])],
      context,
    );
    if (padding.leaks) warnOfPadding(padding, context);
    warnOfSmallData(open, trainings, context);
    for (const [i, { prompt, seed, run }] of trainings.entries()) {
      if (run === undefined) await trainRun(open, prompt, seed, store, context);
      else await resumeRun(open, prompt, run, store, context);
      // The seeds of a prompt share its graphs, which may hold copies of the weights.
      if (trainings[i + 1]?.prompt !== prompt) await open.model.release('train ');
    }
    if (request.controls) {
      for (const { prompt, seed } of trainings) {
        await trainShuffled(open, prompt, seed, store, context);
      }
    }
    const scored = prompts.map((prompt, i) =>
      asScored(prompt, open.file.prompts[i]!.train.seeds, trainings),
    );
    const summary = await scorePrompts(open, scored, 'test', store, context, request.controls);
    context.emit(summary);
    return summary;
  } finally {
    await open.model.release();
  }
}

const asControl = ({ prompt, seed }: Training): Training => ({
  prompt: shuffledPrompt(prompt),
  seed,
});

function trainingsOf(
  request: TrainRequest,
  prompts: readonly Prompt[],
  resumed: RunManifest | undefined,
): readonly Training[] {
  if (!resumed) {
    return chosenPrompts(prompts, request.prompts).flatMap((prompt) =>
      prompt.train.seeds.map((seed) => ({ prompt, seed })),
    );
  }
  const [prompt] = chosenPrompts(prompts, [resumed.prompt.name]);
  return [{ prompt: prompt!, seed: resumed.seed, run: resumed.id }];
}

/**
 * The prompt with the seeds that it is scored with: all that the file asks for, also where only some
 * of them were trained now; where others were trained, those of the request alone.
 */
function asScored(
  prompt: Prompt,
  asked: readonly number[],
  trainings: readonly Training[],
): Prompt {
  const trained = trainings.filter((one) => one.prompt === prompt);
  if (!trained.every(({ seed }) => asked.includes(seed))) return prompt;
  return { ...prompt, train: { ...prompt.train, seeds: asked } };
}

/** The seeds and steps that the command line gave when the run was started, or the file's. */
function startOf({ settings }: RunManifest): Pick<TrainRequest, 'seeds' | 'steps'> {
  const { seeds, steps } = settings as Partial<TrainSettings>;
  return { ...(seeds && { seeds }), ...(steps !== undefined && { steps }) };
}

/** The prompt with the request's seeds and steps in place of the file's. */
function overridden(
  prompt: Prompt,
  { seeds, steps }: Pick<TrainRequest, 'seeds' | 'steps'>,
): Prompt {
  if (seeds === undefined && steps === undefined) return prompt;
  return {
    ...prompt,
    train: {
      ...prompt.train,
      ...(seeds && { seeds }),
      ...(steps !== undefined && { steps, epochs: undefined }),
    },
  };
}

function chosenPrompts(
  prompts: readonly Prompt[],
  names: readonly string[] | undefined,
): readonly Prompt[] {
  const trainable = prompts.filter((p) => p.kind === 'continuous' && p.from === undefined);
  if (names === undefined) return trainable;
  return names.map((name) => {
    const prompt = trainable.find((p) => p.name === name);
    if (prompt) return prompt;
    const known = listedNear(
      name,
      trainable.map((p) => `"${p.name}"`),
    );
    throw new PtuneError(
      'file/no-such-prompt',
      prompts.some((p) => p.name === name)
        ? `The prompt "${name}" has no virtual token to train, or takes its vectors from a file.`
        : `The file has no prompt "${name}".`,
      known ? `Prompts that can be trained: ${known}.` : 'Put virtual tokens, {*}, into a prompt.',
    );
  });
}

function emitStarted(
  open: OpenPromptFile,
  trainings: readonly Training[],
  context: TrainingContext,
): void {
  const { train, validation, test } = open.examples;
  context.emit({
    type: 'started',
    file: open.name,
    model: { id: open.modelId, sha256: open.modelHash },
    examples: { train: train.length, validation: validation.length, test: test.length },
    runtime: { ...engine, threads: context.threads ?? 0 },
    trainings: trainings.map(({ prompt, seed }) => ({ prompt: prompt.name, seed })),
  });
}

/** Some models look at a token's neighbours, padding included; they do so everywhere. */
function warnOfPadding({ end }: PaddingCheck, context: TrainingContext): void {
  context.emit({
    type: 'warning',
    code: 'model/padding',
    message: `the model says something else of an input in a padded batch than of it alone: log-probabilities differ by ${(100 * end).toFixed(1)} %. Scores depend a little on the lengths of the examples beside each other`,
  });
}

/** A step cannot take more examples than there are: it takes all of them. */
function warnOfSmallData(
  { examples, file }: OpenPromptFile,
  trainings: readonly Training[],
  context: TrainingContext,
): void {
  const count = examples.train.length;
  for (const prompt of new Set(trainings.map((training) => training.prompt))) {
    const { batchSize, accumulate } = prompt.train;
    // The default is a wish, not a claim.
    const isWritten = ['batchSize', 'accumulate'].some(
      (key) => prompt.settingSpans.has(key) || file.settingSpans.has(`train.${key}`),
    );
    if (!isWritten || batchSize * accumulate <= count) continue;
    const asked =
      accumulate === 1
        ? `a batchSize of ${batchSize}`
        : `steps of ${accumulate} batches of ${batchSize} examples`;
    context.emit({
      type: 'warning',
      prompt: prompt.name,
      code: 'training/small-data',
      message: `"${prompt.name}" has ${asked}, but there ${count === 1 ? 'is 1 training example' : `are ${count} training examples`}: every step takes all of them. Set "batchSize: ${Math.max(1, Math.floor(count / accumulate))}" or fewer, or add examples`,
    });
  }
}
