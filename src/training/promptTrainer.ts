/**
 * One training of one prompt with one seed: the encoder's parameters, the optimizer, the order of
 * the data. Knows no files and no clock.
 */
import { PtuneError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { PromptModel } from '../evaluation/promptModel.ts';
import { buildEncoderGraph, vectorWidth } from '../model/promptGraph.ts';
import {
  drawnMasks,
  dropoutMasks,
  startingParameters,
  type EncoderSpec,
} from '../model/promptEncoder.ts';
import { float32, type Feeds } from '../runtime/session.ts';
import type { TrainSettings } from '../language/settings.ts';
import { BatchGradient, encoderFeeds, type LossAndGradients } from './batchGradient.ts';
import { passOrder } from './batchOrder.ts';
import type { PromptObjective, TrainingInput } from './objective.ts';
import { Adam, type AdamState, clipScale, gradientNorm, learningRateAt } from './optimizer.ts';
import type { Start } from './startVectors.ts';

/** What an encoder's learning rate is where the settings name none; measured on the examples. */
const defaultLearningRates = { lstm: 1e-3, mlp: 1e-3, none: 1e-2 } as const;

/** The learning rate that settings name, or their encoder's own. */
export function learningRateOf({ learningRate, encoder }: TrainSettings): number {
  return typeof learningRate === 'number' ? learningRate : defaultLearningRates[encoder];
}

export interface TrainerInputs {
  readonly model: PromptModel;
  readonly settings: TrainSettings;
  readonly objective: PromptObjective;
  readonly inputs: readonly TrainingInput[];
  readonly starts: readonly Start[];
  /** The prompt is deep: its vectors are keys and values of every layer. */
  readonly deep: boolean;
  readonly steps: number;
  readonly seed: number;
}

/** What a training remembers between two steps. */
export interface TrainerState {
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly offset: Float32Array;
  readonly optimizer: AdamState;
  /** Indices of the examples that the current pass has left. */
  readonly queue: readonly number[];
  /** State of the generator that shuffles. */
  readonly random: readonly number[];
}

export interface StepResult {
  readonly loss: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
}

export class PromptTrainer {
  readonly #t: TrainerInputs;
  readonly #encoder: EncoderSpec;
  readonly #parameters: Map<string, Float32Array>;
  readonly #offset: Float32Array;
  readonly #optimizer: Adam;
  readonly #gradient: BatchGradient;
  #random: Random;
  #queue: number[] = [];
  #step = 0;

  private constructor(
    t: TrainerInputs,
    encoder: EncoderSpec,
    parameters: Map<string, Float32Array>,
    offset: Float32Array,
    random: Random,
  ) {
    this.#t = t;
    this.#encoder = encoder;
    this.#parameters = parameters;
    this.#offset = offset;
    this.#random = random;
    this.#optimizer = new Adam(parameters, { weightDecay: t.settings.weightDecay });
    this.#gradient = new BatchGradient({ ...t, encoder });
  }

  /** A trainer before its first step; the same inputs and seed give the same one. */
  static async start(t: TrainerInputs): Promise<PromptTrainer> {
    const encoder = encoderOf(t);
    const random = new Random(t.seed);
    const parameters = startingParameters(encoder, random);
    const table = await t.model.embeddingTable();
    const offset = await startOffset(t, encoder, parameters, table);
    return new PromptTrainer(t, encoder, parameters, offset, random);
  }

  get step(): number {
    return this.#step;
  }

  /** Everything that the next steps depend on, beside the inputs. */
  get state(): TrainerState {
    return {
      parameters: this.#parameters,
      offset: this.#offset,
      optimizer: this.#optimizer.state,
      queue: this.#queue,
      random: this.#random.state,
    };
  }

  /** A copy of the state, to come back to. */
  snapshot(): TrainerState {
    const { parameters, offset, optimizer, queue, random } = this.state;
    return {
      parameters: copied(parameters),
      offset,
      optimizer: {
        ...optimizer,
        first: copied(optimizer.first),
        second: copied(optimizer.second),
      },
      queue: [...queue],
      random: [...random],
    };
  }

  /** Goes on from a state of this training as if nothing had come after it. */
  restore(state: TrainerState): void {
    for (const [name, values] of state.parameters) this.#parameters.get(name)!.set(values);
    this.#optimizer.restore(state.optimizer);
    this.#queue = [...state.queue];
    this.#random = Random.fromState(state.random);
    this.#step = state.optimizer.step;
  }

  /** A trainer that goes on where `state` was taken, as if it had never stopped. */
  static resume(t: TrainerInputs, state: TrainerState): PromptTrainer {
    const random = Random.fromState(state.random);
    const trainer = new PromptTrainer(
      t,
      encoderOf(t),
      copied(state.parameters),
      state.offset,
      random,
    );
    trainer.restore(state);
    return trainer;
  }

  /** Whether parameters and moments are numbers that can be computed with. */
  get isFinite(): boolean {
    const { first, second } = this.#optimizer.state;
    return [this.#parameters, first, second].every((tensors) =>
      [...tensors.values()].every((values) => values.every(Number.isFinite)),
    );
  }

  /** The prompt's vectors as they are now, float32 [P, D]. */
  async vectors(): Promise<Float32Array> {
    return encode(this.#t.model, this.#encoder, this.#parameters, this.#offset);
  }

  /**
   * One update on the next batch.
   *
   * @param peak  the learning rate at the top of the schedule
   * @throws PtuneError `training/not-finite` when the loss or a gradient is NaN or infinite
   */
  async update(peak: number): Promise<StepResult> {
    const { settings, steps } = this.#t;
    this.#step++;
    const { loss, gradients } = await this.#sum(this.#nextExamples());
    const norm = gradientNorm([...gradients.values()]);
    if (!Number.isFinite(loss)) throw notFinite(loss, this.#step, 'loss');
    if (!Number.isFinite(norm)) throw notFinite(norm, this.#step, 'gradient');
    const learningRate = learningRateAt(this.#step, {
      kind: settings.schedule,
      peak,
      warmupSteps: settings.warmupSteps ?? Math.round(0.05 * steps),
      steps,
    });
    const scale = settings.gradientClip > 0 ? clipScale(norm, settings.gradientClip) : 1;
    this.#optimizer.update(Object.fromEntries(gradients), learningRate, scale);
    return { loss, learningRate, gradientNorm: norm };
  }

  /** The examples of the next step, from an endless shuffled stream. */
  #nextExamples(): TrainingInput[] {
    const size = examplesOfStep(this.#t.settings, this.#t.inputs.length);
    while (this.#queue.length < size) {
      const begun = this.#queue.length % size;
      this.#queue.push(...passOrder(this.#gradient.lengths, size, begun, this.#random));
    }
    return this.#queue.splice(0, size).map((i) => this.#t.inputs[i]!);
  }

  /** Loss and gradients over `examples`, a batch at a time, as one batch of all would give them. */
  async #sum(examples: readonly TrainingInput[]): Promise<LossAndGradients> {
    const { batchSize } = this.#t.settings;
    const masks = maskFeeds(this.#encoder, this.#random);
    const values = { parameters: this.#parameters, offset: this.#offset };
    const { length } = examples;
    const whole = await this.#gradient.run(examples.slice(0, batchSize), length, values, masks);
    let { loss } = whole;
    for (let start = batchSize; start < length; start += batchSize) {
      const batch = examples.slice(start, start + batchSize);
      const part = await this.#gradient.run(batch, length, values, masks);
      loss += part.loss;
      for (const [name, sum] of whole.gradients) {
        const own = part.gradients.get(name)!;
        for (let i = 0; i < sum.length; i++) sum[i]! += own[i]!;
      }
    }
    return { loss, gradients: whole.gradients };
  }
}

/** As many examples as settings ask for in a step, or all where there are fewer. */
export function examplesOfStep(
  { batchSize, accumulate }: Pick<TrainSettings, 'batchSize' | 'accumulate'>,
  examples: number,
): number {
  return Math.min(batchSize * accumulate, examples);
}

function encoderOf({ settings, model, starts, deep }: TrainerInputs): EncoderSpec {
  return {
    kind: settings.encoder,
    variant: settings.variant,
    virtual: starts.length,
    width: vectorWidth(model.open.lm, deep),
    hiddenSize: settings.hiddenSize ?? model.width,
    layers: settings.layers,
    dropout: settings.dropout,
    ...(deep && { deep: { inputWidth: model.width } }),
  };
}

/** The error of a training whose numbers left what can be computed with. */
export function notFinite(value: number, step: number, what: string): PtuneError {
  return new PtuneError(
    'training/not-finite',
    `The ${what} became ${value} at step ${step}.`,
    'Set a smaller "learningRate" in "train"; the vectors of the best validation are kept.',
  );
}

function copied(tensors: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  return new Map([...tensors].map(([name, values]) => [name, values.slice()]));
}

/** A step's own dropout. */
function maskFeeds(encoder: EncoderSpec, random: Random): Feeds {
  const drawn = drawnMasks(encoder, random);
  return Object.fromEntries(
    dropoutMasks(encoder).map(({ name, shape }) => [name, float32(shape, drawn.get(name)!)]),
  );
}

async function encode(
  model: PromptModel,
  encoder: EncoderSpec,
  parameters: ReadonlyMap<string, Float32Array>,
  offset: Float32Array,
): Promise<Float32Array> {
  const session = await model.session(`encoder ${JSON.stringify(encoder)}`, () =>
    buildEncoderGraph(encoder),
  );
  const { vectors } = await session.run(encoderFeeds(encoder, { parameters, offset }));
  return vectors!.slice();
}

/**
 * What is added to the encoder's output so that each vector starts where it should; zero where it
 * may start anywhere. Without an encoder the vectors themselves are set instead.
 */
async function startOffset(
  t: TrainerInputs,
  encoder: EncoderSpec,
  parameters: Map<string, Float32Array>,
  table: Float32Array,
): Promise<Float32Array> {
  const { width, virtual } = encoder;
  const offset = new Float32Array(virtual * width);
  const plain = encoder.kind === 'none';
  const spread = plain ? standardDeviation(table) : 1;
  const own = plain
    ? parameters.get('embedding')!
    : await encode(t.model, encoder, parameters, offset);
  t.starts.forEach((start, row) => {
    const target = targetOf(start, table, width);
    for (let d = 0; d < width; d++) {
      const at = row * width + d;
      if (plain) own[at] = target ? target[d]! : own[at]! * spread;
      else if (target) offset[at] = target[d]! - own[at]!;
    }
  });
  return offset;
}

function targetOf(start: Start, table: Float32Array, width: number): Float32Array | undefined {
  switch (start.kind) {
    case 'token':
      return table.subarray(start.id * width, (start.id + 1) * width);
    case 'vector':
      return start.values;
    case 'random':
      return undefined;
  }
}

/** Random vectors without an encoder are as large as the model's own. */
function standardDeviation(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}
