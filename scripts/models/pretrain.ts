/**
 * Trains a bundled language model: its weights are inputs of the same gradient graph that prompts
 * are trained with.
 */
import { differentiate } from '../../src/autodiff/differentiate.ts';
import type { Random } from '../../src/base/random.ts';
import { attachModel } from '../../src/model/attach.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { crossEntropy } from '../../src/model/objective.ts';
import { selectPositions } from '../../src/model/selectPositions.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, int64, Session, type Feeds } from '../../src/runtime/session.ts';
import { Adam, clipScale, gradientNorm, learningRateAt } from '../../src/training/optimizer.ts';
import { startingWeights, type ModelDefinition } from './weights.ts';

/** Rows of equal length with the tokens to predict; everything row-major. */
export interface TrainingBatch {
  readonly rows: number;
  readonly length: number;
  readonly ids: Int32Array;
  readonly mask: Int32Array;
  /** Flat positions at which something is predicted; as many in every batch of a shape. */
  readonly positions: Int32Array;
  readonly targets: Int32Array;
  /** What each position counts; 0 where nothing is predicted. They sum to 1. */
  readonly weights: Float32Array;
}

/** How a model is trained. */
export interface PretrainOptions {
  readonly steps: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
}

/** How far a training is. */
export interface PretrainProgress {
  readonly step: number;
  /** Mean over the last steps, nats per predicted token. */
  readonly loss: number;
  readonly seconds: number;
}

/**
 * The trained weights by name. Each shape of `batches` gets a graph of its own.
 *
 * @param every  steps between two reports
 */
export async function pretrain(
  definition: ModelDefinition,
  batches: Iterator<TrainingBatch, never>,
  options: PretrainOptions,
  random: Random,
  report: (
    progress: PretrainProgress,
    weights: ReadonlyMap<string, Float32Array>,
  ) => Promise<void> | void,
  every = 100,
): Promise<ReadonlyMap<string, Float32Array>> {
  const weights = new Map(
    definition.weights.map((spec) => [spec.name, startingWeights(spec, random)] as const),
  );
  const optimizer = new Adam(weights, { weightDecay: options.weightDecay, betas: [0.9, 0.98] });
  const sessions = new Map<string, Session>();
  const start = performance.now();
  let recent = 0;
  let count = 0;
  for (let step = 1; step <= options.steps; step++) {
    const batch = batches.next().value;
    const shape = `${batch.rows} ${batch.length}`;
    let session = sessions.get(shape);
    if (!session) {
      session = await Session.create(stepGraph(definition, batch), { prepack: false });
      sessions.set(shape, session);
    }
    const { loss, ...gradients } = await session.run(feedsOf(definition, weights, batch));
    const scale = clipScale(gradientNorm(Object.values(gradients)), 1);
    const rate = learningRateAt(step, {
      kind: 'linear',
      peak: options.learningRate,
      warmupSteps: options.warmupSteps,
      steps: options.steps,
    });
    optimizer.update(gradients, rate, scale);
    recent += loss![0]!;
    count++;
    if (step % every === 0 || step === options.steps) {
      const seconds = (performance.now() - start) / 1000;
      await report({ step, loss: recent / count, seconds }, weights);
      recent = count = 0;
    }
  }
  for (const session of sessions.values()) await session.release();
  return weights;
}

/** The graph of one step for a batch's shape: loss and the gradient of every weight. */
function stepGraph(definition: ModelDefinition, batch: TrainingBatch): Uint8Array {
  const builder = new GraphBuilder();
  const weights = new Map(
    definition.weights.map(({ name, shape }) => [
      name,
      builder.input(`weight ${name}`, 'float32', shape),
    ]),
  );
  const shape = [batch.rows, batch.length];
  const count = batch.positions.length;
  const initializers = new Map(definition.graph.initializers);
  for (const { name, shape: own } of definition.weights) {
    initializers.set(name, { dtype: 'float32', shape: own, location: '', offset: 0, length: 0 });
  }
  const lm = findLanguageModel(
    {
      graph: { ...definition.graph, initializers },
      opsets: new Map([['', definition.opset]]),
      producer: 'ptune',
      readStored: () => new Uint8Array(),
    },
    definition.causal,
  );
  const logits = attachModel(builder, lm, {
    inputIds: builder.input('input_ids', 'int64', shape),
    attentionMask: builder.input('attention_mask', 'int64', shape),
    weights,
  });
  const chosen = selectPositions(builder, logits, builder.input('positions', 'int64', [count]));
  const targets = builder.input('targets', 'int64', [count]);
  const loss = crossEntropy(builder, chosen, targets, builder.input('weights', 'float32', [count]));
  const gradients = differentiate(builder, { of: loss, wrt: [...weights.values()] });
  return writeModel(
    builder.build({
      loss,
      ...Object.fromEntries(
        [...weights].map(([name, input]) => [name, gradients.get(input)!] as const),
      ),
    }),
  );
}

function feedsOf(
  definition: ModelDefinition,
  weights: ReadonlyMap<string, Float32Array>,
  batch: TrainingBatch,
): Feeds {
  const shape = [batch.rows, batch.length];
  const count = [batch.positions.length];
  return {
    ...Object.fromEntries(
      definition.weights.map(({ name, shape: own }) => [
        `weight ${name}`,
        float32(own, weights.get(name)!),
      ]),
    ),
    input_ids: int64(shape, batch.ids),
    attention_mask: int64(shape, batch.mask),
    positions: int64(count, batch.positions),
    targets: int64(count, batch.targets),
    weights: float32(count, batch.weights),
  };
}
