/** Trains one prompt with one seed and keeps the run on disk. */
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { PtuneError, toPtuneError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Prompt } from '../language/ast.ts';
import { vectorWidth } from '../model/promptGraph.ts';
import type { TrainSettings } from '../language/settings.ts';
import { staleReason } from '../protocol/fingerprint.ts';
import { engine } from '../runtime/session.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import type { RunStore } from '../runs/runStore.ts';
import type { RunWriter } from '../runs/runWriter.ts';
import { checkExamples } from './checkExamples.ts';
import type { TrainingContext } from './context.ts';
import { objectiveOf } from './objective.ts';
import type { OpenPromptFile } from './promptFile.ts';
import { readCheckpoint } from './checkpoint.ts';
import { examplesOfStep, PromptTrainer, type TrainerInputs } from './promptTrainer.ts';
import { Run } from './runLoop.ts';
import { startsOf } from './startVectors.ts';

/**
 * Trains; gives the run's id. The vectors of the best validation are what the run keeps.
 *
 * @param sweep  the trial that the run belongs to
 */
export async function trainRun(
  open: OpenPromptFile,
  prompt: Prompt,
  seed: number,
  store: RunStore,
  context: TrainingContext,
  sweep?: RunManifest['sweep'],
): Promise<string> {
  const inputs = await trainerInputs(open, prompt, seed, store);
  const trainer = await PromptTrainer.start(inputs);
  const writer = await createRun(open, prompt, inputs, store, context, sweep);
  return finish(new Run(open, prompt, inputs, trainer, writer, context), writer);
}

/**
 * Goes on with a run that was cancelled, failed or killed, from its last checkpoint; from its start
 * where it was killed before the first one. Both end in the bytes of a run that never stopped.
 *
 * @throws PtuneError `run/unreadable` when it is completed, when template, settings, data or model
 *   are no longer those of the run, or when its checkpoint is damaged
 */
export async function resumeRun(
  open: OpenPromptFile,
  prompt: Prompt,
  id: string,
  store: RunStore,
  context: TrainingContext,
): Promise<string> {
  const { manifest, folder } = await store.read(id);
  await assertCanGoOn(manifest, open, prompt);
  const checkpoint = await readCheckpoint(folder);
  const inputs = await trainerInputs(open, prompt, manifest.seed, store);
  if (!checkpoint) {
    const trainer = await PromptTrainer.start(inputs);
    const writer = await store.reopenRun(id, 0, context.now());
    return finish(new Run(open, prompt, inputs, trainer, writer, context), writer);
  }
  const { state, progress } = checkpoint;
  const vectors = progress.best && (await store.readPrompt(id)).vectors;
  const path = await store.readPath(id);
  const trainer = PromptTrainer.resume(inputs, state);
  const writer = await store.reopenRun(id, trainer.step, context.now());
  const resumed = { progress, vectors, path };
  return finish(new Run(open, prompt, inputs, trainer, writer, context, resumed), writer);
}

async function assertCanGoOn(
  { id, hashes, status, process: owner }: RunManifest,
  open: OpenPromptFile,
  prompt: Prompt,
): Promise<void> {
  const changed = staleReason(hashes, await open.fingerprint(prompt));
  const why =
    status === 'completed'
      ? 'it is completed'
      : status === 'running'
        ? `process ${owner.pid} on ${owner.host} still trains it`
        : changed && `the ${changed} since`;
  if (why === undefined) return;
  throw new PtuneError(
    'run/unreadable',
    `The run ${id} cannot go on: ${why}.`,
    status === 'running'
      ? 'Wait for it, or stop that process.'
      : 'Train the prompt from the start.',
  );
}

/** Runs to the end, whatever end it is, and writes it down. */
async function finish(run: Run, writer: RunWriter): Promise<string> {
  try {
    await run.loop();
    await run.assertFrozen();
    await run.end('completed');
  } catch (error) {
    const { kind, message } = toPtuneError(error);
    if (kind === 'cancelled') await run.end('cancelled');
    else await run.end('failed', message);
    throw error;
  } finally {
    writer.close();
  }
  return writer.id;
}

/** How many steps a training makes at most on so many examples. */
export function stepsOf(settings: TrainSettings, examples: number): number {
  const { steps, epochs } = settings;
  if (steps !== undefined) return steps;
  return Math.max(1, Math.ceil((epochs! * examples) / examplesOfStep(settings, examples)));
}

/** All that the trainer is given. What cannot be trained with is found here, before the first step. */
export async function trainerInputs(
  open: OpenPromptFile,
  prompt: Prompt,
  seed: number,
  store: RunStore,
): Promise<TrainerInputs> {
  const { file, model, examples } = open;
  const encoding = open.encodingOf(prompt, seed);
  const { labels } = file.settings;
  checkExamples({
    encoding,
    trained: examples.train,
    scored: [...examples.validation, ...examples.test],
    labels,
    unknownId: model.open.tokenizer.unknownId,
  });
  const objective = objectiveOf(encoding, labels, model.encoding.causal);
  const { init } = prompt.train;
  const earlier = init.startsWith('run:')
    ? (await store.readPrompt(init.slice('run:'.length))).vectors
    : undefined;
  return {
    model,
    settings: prompt.train,
    objective,
    inputs: examples.train.map((example) => objective.input(example)),
    starts: startsOf({
      virtual: encoding.virtual,
      settings: prompt.train,
      deep: encoding.isDeep,
      labels,
      tokenizer: model.open.tokenizer,
      width: vectorWidth(model.open.lm, encoding.isDeep),
      random: new Random(seed),
      ...(earlier && { earlier }),
    }),
    deep: encoding.isDeep,
    steps: stepsOf(prompt.train, examples.train.length),
    seed,
  };
}

async function createRun(
  open: OpenPromptFile,
  prompt: Prompt,
  { seed, steps }: TrainerInputs,
  store: RunStore,
  context: TrainingContext,
  sweep: RunManifest['sweep'],
): Promise<RunWriter> {
  const fingerprint = await open.fingerprint(prompt);
  return store.createRun(
    {
      file: open.name,
      prompt: { name: prompt.name, template: prompt.templateText },
      seed,
      settings: { ...prompt.train },
      model: { id: open.modelId, sha256: open.modelHash },
      hashes: { ...fingerprint, tokenizer: open.tokenizerHash },
      versions: { ptune: context.version, node: process.version, [engine.name]: engine.version },
      machine: {
        platform: `${platform()} ${release()}`,
        arch: arch(),
        processor: cpus()[0]?.model.trim() ?? 'unknown',
        cores: cpus().length,
        memoryGiB: Math.round(totalmem() / 2 ** 30),
      },
      steps,
      placement: open
        .encodingOf(prompt, seed)
        .virtual.placement.map((place) => ({ ...place, rows: [...place.rows] })),
      ...(sweep && { sweep }),
    },
    context.now(),
  );
}
