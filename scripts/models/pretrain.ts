/**
 * Trains the bundled masked language model: its weights are inputs of the same gradient graph that
 * prompts are trained with.
 */
import { differentiate } from '../../src/autodiff/differentiate.ts';
import type { Random } from '../../src/base/random.ts';
import { attachModel } from '../../src/model/attach.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { crossEntropy } from '../../src/model/objective.ts';
import { selectPositions } from '../../src/model/selectPositions.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { targetOpset, writeModel } from '../../src/onnx/write.ts';
import { float32, int64, Session, type Feeds } from '../../src/runtime/session.ts';
import { Adam, clipGradients, learningRateAt } from '../../src/training/optimizer.ts';
import { startingWeights, type ModelDefinition } from './architecture.ts';
import { maskBatch, type MaskedBatch, type TokenizedDocument } from './masking.ts';

export interface PretrainOptions {
  readonly steps: number;
  /** Tokens in a batch, padding included. */
  readonly batchTokens: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly seed: number;
}

export interface PretrainProgress {
  readonly step: number;
  /** Mean over the last steps, nats per masked token. */
  readonly loss: number;
  readonly seconds: number;
}

/** Lengths that batches are padded to; each has a graph of its own. */
const lengths = [12, 16, 24, 32, 48];

/** The trained weights by name. `documents` gives the texts of each epoch. */
export async function pretrain(
  definition: ModelDefinition,
  documents: (epoch: number) => readonly TokenizedDocument[],
  options: PretrainOptions,
  random: Random,
  report: (
    progress: PretrainProgress,
    weights: ReadonlyMap<string, Float32Array>,
  ) => Promise<void> | void,
): Promise<ReadonlyMap<string, Float32Array>> {
  const weights = new Map(
    definition.weights.map((spec) => [spec.name, startingWeights(spec, random)] as const),
  );
  const optimizer = new Adam(weights, { weightDecay: options.weightDecay, betas: [0.9, 0.98] });
  const sessions = new Map<number, Session>();
  const start = performance.now();
  let recent = 0;
  let count = 0;
  const batches = batchesOf(documents, options.batchTokens, random);
  for (let step = 1; step <= options.steps; step++) {
    const batch = batches.next().value;
    const length = batch.length;
    let session = sessions.get(length);
    if (!session) {
      session = await Session.create(stepGraph(definition, batch), { prepack: false });
      sessions.set(length, session);
    }
    const { loss, ...gradients } = await session.run(feedsOf(definition, weights, batch));
    clipGradients(Object.values(gradients), 1);
    const rate = learningRateAt(step, {
      kind: 'linear',
      peak: options.learningRate,
      warmupSteps: options.warmupSteps,
      steps: options.steps,
    });
    optimizer.update(gradients, rate);
    recent += loss![0]!;
    count++;
    if (step % 100 === 0 || step === options.steps) {
      const seconds = (performance.now() - start) / 1000;
      await report({ step, loss: recent / count, seconds }, weights);
      recent = count = 0;
    }
  }
  for (const session of sessions.values()) await session.release();
  return weights;
}

/** Endless batches of documents of like length, epoch after epoch. */
function* batchesOf(
  documents: (epoch: number) => readonly TokenizedDocument[],
  batchTokens: number,
  random: Random,
): Generator<MaskedBatch, never> {
  for (let epoch = 0; ; epoch++) {
    const waiting = new Map<number, TokenizedDocument[]>(lengths.map((n) => [n, []]));
    for (const document of documents(epoch)) {
      const length = lengths.find((n) => n >= document.ids.length)!;
      const queue = waiting.get(length)!;
      queue.push(document);
      const size = Math.floor(batchTokens / length);
      if (queue.length >= size) yield maskBatch(queue.splice(0, size), length, random);
    }
  }
}

/** The graph of one step for a batch's shape: loss and the gradient of every weight. */
function stepGraph(definition: ModelDefinition, batch: MaskedBatch): Uint8Array {
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
      opsets: new Map([['', targetOpset]]),
      producer: 'ptune',
      readStored: () => new Uint8Array(),
    },
    false,
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
  batch: MaskedBatch,
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
