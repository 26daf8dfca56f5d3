/** Loss and gradients of one batch: the training graph with its inputs. */
import { commonStart } from '../encoding/commonStart.ts';
import { tokenLimit, type EncodedPrompt } from '../encoding/encodePrompt.ts';
import {
  batchFeeds,
  decoderLength,
  paddedLength,
  type PromptModel,
} from '../evaluation/promptModel.ts';
import { encoderParameters, type EncoderSpec } from '../model/promptEncoder.ts';
import { buildLossGraph, buildTrainingGraph, type PromptShape } from '../model/promptGraph.ts';
import { float32, int64, type Feeds } from '../runtime/session.ts';
import type { PromptObjective, TrainingInput } from './objective.ts';
import { prepackedLengths, weightBytes } from './prepacking.ts';

export interface GradientInputs {
  readonly model: PromptModel;
  readonly objective: PromptObjective;
  /** Every example that a batch may hold: they decide how much room a batch has. */
  readonly inputs: readonly TrainingInput[];
  readonly encoder: EncoderSpec;
  /** The prompt is deep: its vectors are keys and values of every layer. */
  readonly deep: boolean;
  /** Steps that are to be made. */
  readonly steps: number;
}

/** What the encoder turns into vectors. */
export interface EncoderValues {
  /** By name, as `encoderParameters` lists them. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Added to the encoder's output, float32 [P, width]. */
  readonly offset: Float32Array;
}

export interface LossAndGradients {
  /** Nats, the batch's share of the mean. */
  readonly loss: number;
  /** By parameter. */
  readonly gradients: Map<string, Float32Array>;
}

export class BatchGradient {
  readonly #g: GradientInputs;
  /** Every batch has room for it: one graph for each length. */
  readonly #longestAnswer: number;
  /** Positions at the start that are the same in every input. */
  readonly #shared: number;
  /** Each example's length as it is padded. */
  readonly lengths: readonly number[];
  /** Lengths of which the engine prepacks the graph. */
  readonly #prepacked: ReadonlySet<number>;

  constructor(inputs: GradientInputs) {
    this.#g = inputs;
    this.#longestAnswer = Math.max(...inputs.inputs.map((input) => input.targets.length));
    this.lengths = inputs.inputs.map(({ encoded }) =>
      paddedLength(longestOf(encoded), this.#lengthLimit),
    );
    const { model, steps, deep } = inputs;
    this.#shared =
      model.open.lm.causal && !deep ? commonStart(inputs.inputs.flatMap((i) => i.encoded)) : 0;
    this.#prepacked = prepackedLengths(this.lengths, steps, weightBytes(model.open.lm));
  }

  /**
   * A batch's share of the mean loss over `count` examples, with its gradients.
   *
   * @param masks  the step's dropout, where the encoder has one
   */
  async run(
    batch: readonly TrainingInput[],
    count: number,
    values: EncoderValues,
    masks: Feeds = {},
  ): Promise<LossAndGradients> {
    const result = await this.#run('train', buildTrainingGraph, batch, count, values, masks);
    return {
      loss: result.loss![0]!,
      gradients: new Map(
        encoderParameters(this.#g.encoder).map(({ name }) => [name, result[`gradient ${name}`]!]),
      ),
    };
  }

  /** The loss of `run` without the gradients, from the same graph up to it: about a third of the work. */
  async loss(
    batch: readonly TrainingInput[],
    count: number,
    values: EncoderValues,
  ): Promise<number> {
    return (await this.#run('loss', buildLossGraph, batch, count, values)).loss![0]!;
  }

  async #run(
    kind: string,
    build: typeof buildTrainingGraph,
    batch: readonly TrainingInput[],
    count: number,
    values: EncoderValues,
    masks: Feeds = {},
  ) {
    const { model, objective, encoder } = this.#g;
    const shape = this.#shapeOf(batch);
    // Label words are part of the graph, and another prompt may have others where these stand.
    const prepack = this.#prepacked.has(shape.length);
    const key = `${kind} ${JSON.stringify([shape, encoder, objective.graph, prepack])}`;
    const session = await model.session(
      key,
      () => build(model.open.lm, shape, encoder, objective.graph),
      prepack,
    );
    const targets = objective.graph.kind === 'answers' ? shape.positions : batch.length;
    return session.run({
      ...batchFeeds(
        batch.flatMap((input) => input.encoded),
        shape,
      ),
      ...encoderFeeds(encoder, values),
      ...targetFeeds(batch, targets, count),
      ...masks,
    });
  }

  get #lengthLimit(): number | undefined {
    const { deep, model, encoder } = this.#g;
    return tokenLimit(model.encoding, deep ? encoder.virtual : 0);
  }

  #shapeOf(batch: readonly TrainingInput[]): PromptShape {
    const { deep, objective, encoder, inputs } = this.#g;
    const encoded = batch.flatMap((input) => input.encoded);
    return {
      rows: encoded.length,
      length: paddedLength(longestOf(encoded), this.#lengthLimit),
      positions:
        batch.length *
        (objective.graph.kind === 'labels' ? objective.graph.places : this.#longestAnswer),
      virtual: encoder.virtual,
      deep,
      shared: this.#shared,
      ...decoderLength(inputs.flatMap((input) => input.encoded)),
    };
  }
}

/** An encoder's inputs. */
export function encoderFeeds(encoder: EncoderSpec, { parameters, offset }: EncoderValues): Feeds {
  return {
    ...Object.fromEntries(
      encoderParameters(encoder).map(({ name, shape }) => [
        name,
        float32(shape, parameters.get(name)!),
      ]),
    ),
    start_offset: float32([encoder.virtual, encoder.width], offset),
  };
}

/** Each of the step's `count` examples weighs the same, and within it each token of its answer. */
function targetFeeds(batch: readonly TrainingInput[], places: number, count: number): Feeds {
  const targets = new Int32Array(places);
  const weights = new Float32Array(places);
  let at = 0;
  for (const input of batch) {
    for (const target of input.targets) {
      targets[at] = target;
      weights[at++] = 1 / (count * input.targets.length);
    }
  }
  return { targets: int64([places], targets), weights: float32([places], weights) };
}

const longestOf = (encoded: readonly EncodedPrompt[]): number =>
  Math.max(...encoded.map(({ ids }) => ids.length));
