/**
 * Repeats a training that another framework recorded, step by step: the same parameters, batch and
 * optimizer must give the same losses and the same vectors.
 */
import { PtuneError } from '../base/errors.ts';
import type { EncodedPrompt } from '../encoding/encodePrompt.ts';
import { batchFeeds } from '../evaluation/promptModel.ts';
import type { LanguageModel } from '../model/languageModel.ts';
import { buildEncoderGraph, buildTrainingGraph, type PromptShape } from '../model/promptGraph.ts';
import { encoderParameters, type EncoderSpec } from '../model/promptEncoder.ts';
import { float32, int64, Session, type Feeds } from '../runtime/session.ts';
import { Adam } from './optimizer.ts';

interface TraceArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface TraceExample {
  readonly input_ids: readonly number[];
  readonly attention_mask: readonly number[];
  readonly loss_position: number;
  readonly target: number;
}

/** A recorded training: all examples in one batch at every step. */
export interface Trace {
  readonly mode: 'direct' | 'lstm';
  readonly optimizer: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
    /** "ExponentialLR gamma=0.98 …" or null. */
    readonly lr_schedule: string | null;
  };
  readonly steps: number;
  readonly prompt_positions: readonly (readonly number[])[];
  readonly examples: readonly TraceExample[];
  readonly initial_parameters: Readonly<Record<string, TraceArray>>;
  readonly loss_before_step: readonly number[];
  readonly prompt_vectors_at_end: TraceArray;
}

/** The largest differences to a trace. */
export interface ReplayErrors {
  readonly steps: number;
  /** Over the losses before each step. */
  readonly loss: number;
  /** Over the elements of the final vectors. */
  readonly vectors: number;
}

/** The trace in a text. Throws `reference/unreadable`. */
export function parseTrace(text: string, name: string): Trace {
  let value: Partial<Trace> | null = null;
  try {
    value = JSON.parse(text) as Partial<Trace> | null;
  } catch {
    // The same error as for JSON that is no trace.
  }
  const {
    mode,
    examples,
    initial_parameters: parameters,
    prompt_vectors_at_end: end,
  } = value ?? {};
  if ((mode !== 'direct' && mode !== 'lstm') || !examples?.length || !parameters || !end) {
    throw new PtuneError(
      'reference/unreadable',
      `"${name}" is no recorded training.`,
      'It needs "mode", "optimizer", "examples", "initial_parameters", "loss_before_step" and "prompt_vectors_at_end".',
    );
  }
  return value as Trace;
}

/** Replays `trace` on a model in `folder`. */
export async function replay(
  lm: LanguageModel,
  folder: string,
  trace: Trace,
): Promise<ReplayErrors> {
  const encoder = encoderOf(trace, lm.embedding.width);
  const shape: PromptShape = {
    rows: trace.examples.length,
    length: trace.examples[0]!.input_ids.length,
    positions: trace.examples.length,
    virtual: encoder.virtual,
  };
  // A recording was made with the model as it is, padding and all.
  const asRecorded = { ...lm, zeroPadding: false };
  const graph = buildTrainingGraph(asRecorded, shape, encoder, { kind: 'answers' });
  const step = await Session.create(graph, { folder });
  const encode = await Session.create(buildEncoderGraph(encoder));
  const parameters = startOf(trace);
  const { betas, eps, weight_decay: weightDecay } = trace.optimizer;
  const adam = new Adam(parameters, { betas, epsilon: eps, weightDecay, decay: 'l2' });
  const fixed = exampleFeeds(trace, shape);
  try {
    let worst = 0;
    for (let i = 0; i < trace.loss_before_step.length; i++) {
      const { loss, ...gradients } = await step.run({
        ...fixed,
        ...parameterFeeds(encoder, parameters),
      });
      worst = Math.max(worst, Math.abs(loss![0]! - trace.loss_before_step[i]!));
      if (i === trace.steps) break;
      const named = Object.entries(gradients).map(([name, g]) => [name.slice(9), g]);
      adam.update(
        Object.fromEntries(named) as Record<string, Float32Array>,
        trace.optimizer.lr * decayOf(trace) ** i,
      );
    }
    const { vectors } = await encode.run(parameterFeeds(encoder, parameters));
    const end = trace.prompt_vectors_at_end.data;
    return {
      steps: trace.steps,
      loss: worst,
      vectors: Math.max(...end.map((value, i) => Math.abs(value - vectors![i]!))),
    };
  } finally {
    await step.release();
    await encode.release();
  }
}

function encoderOf(trace: Trace, width: number): EncoderSpec {
  return {
    kind: trace.mode === 'lstm' ? 'lstm' : 'none',
    variant: 'lama',
    virtual: trace.prompt_vectors_at_end.shape[0]!,
    width,
    hiddenSize: width,
    layers: 2,
  };
}

/** A trace without an encoder has one parameter, whatever its name. */
function startOf(trace: Trace): Map<string, Float32Array> {
  const entries = Object.entries(trace.initial_parameters);
  return new Map(
    entries.map(([name, { data }]) => [
      trace.mode === 'direct' ? 'embedding' : name,
      Float32Array.from(data),
    ]),
  );
}

/** The factor by which the learning rate shrinks after each step. */
function decayOf({ optimizer }: Trace): number {
  const gamma = /gamma=([\d.]+)/.exec(optimizer.lr_schedule ?? '')?.[1];
  return gamma === undefined ? 1 : Number(gamma);
}

function exampleFeeds(trace: Trace, shape: PromptShape): Feeds {
  const { rows, length } = shape;
  const encoded = trace.examples.map((example, i): EncodedPrompt => {
    const places = trace.prompt_positions[i]!;
    return {
      ids: example.input_ids,
      rows: example.input_ids.map((_, t) => places.indexOf(t)),
      answerPositions: [example.loss_position],
    };
  });
  return {
    ...batchFeeds(encoded, shape),
    attention_mask: int64(
      [rows, length],
      trace.examples.flatMap((example) => example.attention_mask),
    ),
    targets: int64(
      [rows],
      trace.examples.map((example) => example.target),
    ),
    weights: float32([rows], new Float32Array(rows).fill(1 / rows)),
  };
}

function parameterFeeds(
  encoder: EncoderSpec,
  parameters: ReadonlyMap<string, Float32Array>,
): Feeds {
  const { virtual, width } = encoder;
  return {
    ...Object.fromEntries(
      encoderParameters(encoder).map(({ name, shape }) => [
        name,
        float32(shape, parameters.get(name)!),
      ]),
    ),
    start_offset: float32([virtual, width], new Float32Array(virtual * width)),
  };
}
