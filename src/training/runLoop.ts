/** One training from its first step to its end: validations, the best vectors, checkpoints. */
import { PtuneError, throwIfCancelled } from '../base/errors.ts';
import type { PromptEncoding } from '../encoding/encodePrompt.ts';
import { predict } from '../evaluation/predict.ts';
import { scoreOf } from '../evaluation/scores.ts';
import { unchangedBy } from '../evaluation/unchanged.ts';
import type { Prompt } from '../language/ast.ts';
import type { StepEvent, TrainingEvent } from '../protocol/events.ts';
import type { Prediction } from '../protocol/predictions.ts';
import { secondsBefore } from '../runs/runManifest.ts';
import type { RunWriter } from '../runs/runWriter.ts';
import type { VectorPath } from '../runs/vectorPath.ts';
import { writeCheckpoint, type RunProgress } from './checkpoint.ts';
import type { TrainingContext } from './context.ts';
import { PathRecorder } from './pathRecorder.ts';
import { rangeTest } from './rangeTest.ts';
import type { OpenPromptFile } from './promptFile.ts';
import {
  learningRateOf,
  notFinite,
  PromptTrainer,
  type TrainerInputs,
  type TrainerState,
} from './promptTrainer.ts';

/** A score on the validation split; accuracy first, of equal ones the smaller loss. */
interface ValidationScore {
  readonly accuracy: number;
  readonly loss: number;
}

/** What a run that goes on had reached. */
export interface ResumedRun {
  readonly progress: RunProgress;
  /** The vectors of its best step, where it has one. */
  readonly vectors: Float32Array | undefined;
  /** Where its vectors were. */
  readonly path: VectorPath | undefined;
}

/** So often a training goes back when its numbers blow up, before it fails. */
const mostRollbacks = 3;

/** One training while it goes on. */
export class Run {
  readonly #open: OpenPromptFile;
  readonly #prompt: Prompt;
  readonly #inputs: TrainerInputs;
  readonly #steps: number;
  readonly #trainer: PromptTrainer;
  readonly #writer: RunWriter;
  readonly #context: TrainingContext;
  readonly #started: number;
  readonly #who: { readonly run: string; readonly prompt: string; readonly seed: number };
  readonly #firstStep: number;
  readonly #isResumed: boolean;
  readonly #encoding: PromptEncoding;
  /** Steps from one validation to the next. */
  readonly #every: number;
  /** Absent for keys and values, which are too many and near no token. */
  readonly #path: PathRecorder | undefined;
  #best: RunProgress['best'];
  #bestVectors: Float32Array | undefined;
  #withoutGain: number;
  #rollbacks: number;
  /** The state at the last validation, or at the start: finite, and what a resumed run starts from. */
  #finite: TrainerState;

  constructor(
    open: OpenPromptFile,
    prompt: Prompt,
    inputs: TrainerInputs,
    trainer: PromptTrainer,
    writer: RunWriter,
    context: TrainingContext,
    resumed?: ResumedRun,
  ) {
    this.#open = open;
    this.#prompt = prompt;
    const { steps, seed } = inputs;
    this.#inputs = inputs;
    this.#steps = steps;
    this.#trainer = trainer;
    this.#writer = writer;
    this.#context = context;
    this.#started = context.now();
    this.#firstStep = trainer.step;
    this.#who = { run: writer.id, prompt: prompt.name, seed };
    this.#encoding = open.encodingOf(prompt, seed);
    this.#isResumed = resumed !== undefined;
    this.#every = prompt.train.evaluateEvery ?? Math.max(1, Math.round(0.05 * steps));
    this.#path = this.#encoding.isDeep
      ? undefined
      : new PathRecorder(
          {
            every: this.#every,
            width: inputs.model.width,
            startIds: inputs.starts.map((start) => (start.kind === 'token' ? start.id : undefined)),
          },
          resumed?.path,
          trainer.step,
        );
    this.#best = resumed?.progress.best;
    this.#bestVectors = resumed?.vectors;
    this.#withoutGain = resumed?.progress.withoutGain ?? 0;
    this.#rollbacks = resumed?.progress.rollbacks ?? 0;
    this.#finite = trainer.snapshot();
  }

  /** Steps with a validation at equal distances, until the last or until patience runs out. */
  async loop(): Promise<void> {
    const { patience } = this.#prompt.train;
    this.#emit({
      type: 'runStarted',
      ...this.#who,
      path: this.#writer.folder,
      steps: this.#steps,
    });
    // A kill between the two files may have left a path without the step of the checkpoint.
    if (this.#path?.has(this.#trainer.step) === false) await this.#record();
    // From here on the run can be killed at any step and go on.
    if (!this.#isResumed) await this.#checkpoint();
    if (this.#prompt.train.learningRate === 'find') await this.#findRate();
    // One that was killed behind its last validation has no patience left either.
    while (this.#trainer.step < this.#steps && this.#withoutGain < patience) {
      throwIfCancelled(this.#context.signal);
      try {
        await this.#advance();
      } catch (error) {
        if (!(error instanceof PtuneError) || error.code !== 'training/not-finite') throw error;
        await this.#rollBack(error);
      }
    }
    await this.#warnWhenUnchanged();
  }

  /** Says so when the vectors that are kept answer as those did that the training started from. */
  async #warnWhenUnchanged(): Promise<void> {
    if (!this.#bestVectors) return;
    const start = await PromptTrainer.start(this.#inputs);
    const before = await this.#predictions(await start.vectors());
    const move = unchangedBy(before, await this.#predictions(this.#bestVectors));
    if (move === undefined) return;
    this.#emit({
      type: 'warning',
      ...this.#who,
      step: this.#trainer.step,
      code: 'training/no-change',
      message: `"${this.#prompt.name}" (seed ${this.#who.seed}) answers all ${before.length} validation examples as its start vectors do, and its loss moved by ${move.toFixed(4)} nats. Try a larger learning rate (or "learningRate: find"), more steps, or virtual tokens in other places of the template`,
    });
  }

  /** One step, and a validation where one is due. */
  async #advance(): Promise<void> {
    const result = await this.#trainer.update(this.#rate);
    this.#emit(this.#stepEvent(result));
    const last = this.#trainer.step === this.#steps;
    if (last || this.#trainer.step % this.#every === 0) await this.#validate();
  }

  /** A range test, unless the run had it before it was stopped. */
  async #findRate(): Promise<void> {
    if (this.#writer.manifest.learningRate !== undefined) return;
    const found = await rangeTest(this.#inputs, this.#context.signal);
    this.#emit({ type: 'rangeTest', ...this.#who, ...found });
    await this.#writer.update({ learningRate: found.learningRate });
  }

  /** The learning rate at the top of the schedule. */
  get #rate(): number {
    const found = this.#writer.manifest.learningRate;
    return (found ?? learningRateOf(this.#prompt.train)) / 2 ** this.#rollbacks;
  }

  /** Back to the last finite state with half the rate; fails when that did not help often enough. */
  async #rollBack(error: PtuneError): Promise<void> {
    const { step } = this.#trainer;
    if (this.#rollbacks === mostRollbacks) throw this.#hopeless(error, step);
    this.#rollbacks++;
    this.#trainer.restore(this.#finite);
    await this.#writer.forgetAfter(this.#trainer.step);
    const where = this.#trainer.step === 0 ? 'its start' : `step ${this.#trainer.step}`;
    const count = `${this.#rollbacks} of ${mostRollbacks}`;
    this.#emit({
      type: 'warning',
      ...this.#who,
      step,
      code: 'training/rolled-back',
      message: `${error.message} "${this.#prompt.name}" (seed ${this.#who.seed}) goes on from ${where} with half the learning rate, ${Number(this.#rate.toPrecision(3))} (${count})`,
    });
  }

  #hopeless({ message }: PtuneError, step: number): PtuneError {
    return new PtuneError(
      'training/not-finite',
      `${message} Going back and halving the learning rate ${mostRollbacks} times, to ${Number(this.#rate.toPrecision(3))}, did not help.`,
      step === 1
        ? 'The model gives no number even for the start vectors: check it with "ptune models verify".'
        : 'Set a smaller "learningRate" in "train"; the vectors of the best validation are kept.',
    );
  }

  /**
   * Notes the model's hash after the training.
   *
   * @throws PtuneError `model/changed` when it is not the one before
   */
  async assertFrozen(): Promise<void> {
    const { modelId, modelHash } = this.#open;
    const sha256After = await this.#open.rehashModel();
    await this.#writer.update({ model: { id: modelId, sha256: modelHash, sha256After } });
    if (sha256After === modelHash) return;
    throw new PtuneError(
      'model/changed',
      `The files of the model "${modelId}" changed while "${this.#prompt.name}" was trained on it: their hash was ${modelHash.slice(0, 12)}… and is ${sha256After.slice(0, 12)}….`,
      'Leave the files of the model as they are, and train the prompt again.',
    );
  }

  async end(status: 'completed' | 'cancelled' | 'failed', reason?: string): Promise<void> {
    // A run that was stopped before its first validation keeps the vectors that it had.
    if (!this.#best) await this.#keep();
    const inThisProcess = (this.#context.now() - this.#started) / 1000;
    const seconds = secondsBefore(this.#writer.manifest) + inThisProcess;
    const bestStep = this.#best?.step ?? this.#trainer.step;
    this.#emit({
      type: 'runEnded',
      ...this.#who,
      status,
      bestStep,
      steps: this.#trainer.step,
      seconds,
    });
    await this.#writer.update({
      status,
      bestStep,
      seconds,
      endedAt: new Date(this.#context.now()).toISOString(),
      ...(reason !== undefined && { reason }),
    });
  }

  async #validate(): Promise<void> {
    const { step } = this.#trainer;
    const data = await this.#trainer.vectors();
    const { accuracy, loss } = scoreOf([await this.#predictions(data)]);
    const score: ValidationScore = { accuracy, loss };
    if (!Number.isFinite(score.loss)) throw notFinite(score.loss, step, 'validation loss');
    if (!this.#trainer.isFinite) throw notFinite(Infinity, step, "optimizer's state");
    const best = this.#best === undefined || isBetter(score, this.#best);
    if (best) {
      this.#best = { ...score, step };
      this.#bestVectors = data;
      this.#withoutGain = 0;
      await this.#writer.writePrompt({ vectors: data, width: this.#widthOf(data) });
    } else {
      this.#withoutGain++;
    }
    await this.#record(data);
    this.#emit({ type: 'validation', ...this.#who, step, ...score, best });
    this.#finite = this.#trainer.snapshot();
    await this.#checkpoint();
  }

  /** Writes down where the vectors are now. */
  async #record(vectors?: Float32Array): Promise<void> {
    if (!this.#path) return;
    const { step } = this.#trainer;
    const now = vectors ?? (await this.#trainer.vectors());
    await this.#writer.writePath(this.#path.record(step, now, this.#best?.step ?? step));
  }

  /** Writes down where a run that is killed from now on goes on. */
  async #checkpoint(): Promise<void> {
    const progress = {
      best: this.#best,
      withoutGain: this.#withoutGain,
      rollbacks: this.#rollbacks,
    };
    await this.#writer.writeCheckpoint(writeCheckpoint(this.#finite, progress));
  }

  /** The answers to the validation examples. */
  #predictions(data: Float32Array): Promise<Prediction[]> {
    const { model, candidates, examples } = this.#open;
    return predict(
      {
        model,
        encoding: this.#encoding,
        vectors: this.#encoding.vectorsOf(data),
        candidates,
        signal: this.#context.signal,
      },
      examples.validation,
    );
  }

  /** Numbers of one virtual token. */
  #widthOf(vectors: Float32Array): number {
    return vectors.length / this.#encoding.virtual.tokens.length;
  }

  async #keep(): Promise<void> {
    const vectors = await this.#trainer.vectors();
    if (!vectors.every(Number.isFinite)) return;
    await this.#writer.writePrompt({ vectors, width: this.#widthOf(vectors) });
  }

  #stepEvent(
    result: Omit<StepEvent, 'type' | 'step' | 'steps' | 'secondsLeft' | 'run' | 'prompt' | 'seed'>,
  ): StepEvent {
    const { step } = this.#trainer;
    const elapsed = (this.#context.now() - this.#started) / 1000;
    return {
      type: 'step',
      ...this.#who,
      step,
      steps: this.#steps,
      ...result,
      secondsLeft: (elapsed / (step - this.#firstStep)) * (this.#steps - step),
    };
  }

  #emit(event: TrainingEvent): void {
    this.#writer.append(event);
    this.#context.emit(event);
  }
}

function isBetter(a: ValidationScore, b: ValidationScore): boolean {
  return a.accuracy > b.accuracy || (a.accuracy === b.accuracy && a.loss < b.loss);
}
