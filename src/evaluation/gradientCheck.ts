/** Compares the gradient of a model's loss with differences of the loss itself, and times both. */
import { differentiate } from '../autodiff/differentiate.ts';
import { PtuneError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { attachEncoder, attachModel, type ModelFeed } from '../model/attach.ts';
import { readingPart, type LanguageModel } from '../model/languageModel.ts';
import { crossEntropy } from '../model/objective.ts';
import { selectPositions } from '../model/selectPositions.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { widened } from '../onnx/widen.ts';
import { writeModel } from '../onnx/write.ts';
import { float32, Session } from '../runtime/session.ts';
import { derivative } from './derivative.ts';
import { probeToken } from './paddingCheck.ts';

export interface GradientCheck {
  /**
   * |directional derivative − that of the differences| over the norm of the gradient, the larger one
   * of the gradient's own direction and of a random one.
   */
  readonly gradientError: number;
  /** The model rounds on the way: its gradient is that of the model without, on purpose. */
  readonly rounds: boolean;
  /** Time of a step with gradients over the time of a forward pass. */
  readonly stepRatio: number;
}

const rows = 2;

/**
 * Largest difference of a point over its norm: beyond it a loss bends too much. Rounding makes stairs
 * of a loss, which show their slope from afar only.
 */
const firstSteps = { smooth: 0.001, rounded: 0.03 } as const;

/**
 * The largest error that a gradient in float32 explains. Most models stay below 1e-4; those whose
 * numbers grow far beyond their differences, such as MobileBERT, come to 2e-3.
 */
const limit = 0.01;

/** Runs of each graph, of which the fastest counts. */
const timedRuns = 8;

/**
 * Differentiates the loss of two inputs of `length` tokens with respect to their embeddings.
 *
 * @param folder  the model's folder of weights
 * @throws PtuneError `model/unsupported` when the gradient is no number or none;
 *   `model/wrong-gradient` when it is not that of the loss
 */
export async function checkGradient(
  lm: LanguageModel,
  folder: string,
  length: number,
): Promise<GradientCheck> {
  const { width } = readingPart(lm).embedding;
  const shape = [rows, length, width];
  const { step, forward, line, rounds } = graphs(lm, length);
  const sessions: Session[] = [];
  const open = async (model: Uint8Array, optimize = true) => {
    const session = await Session.create(model, { folder, optimize });
    sessions.push(session);
    return session;
  };
  try {
    const withGradient = await open(step);
    const random = new Random(1);
    const normal = () => Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
    const start = normal().map((x) => 0.1 * x);
    const feeds = { inputs_embeds: float32(shape, start) };
    const { gradient } = await withGradient.run(feeds);
    const norm = length2(gradient!);
    if (!(norm > 0 && norm < Infinity)) throw noGradient(norm);
    // Folding its casts would copy every weight.
    const onLine = await open(line, false);
    const reach = firstSteps[rounds ? 'rounded' : 'smooth'];
    let gradientError = 0;
    // Along the gradient itself the loss changes most; what the gradient lacks shows in other
    // directions only.
    for (const direction of [gradient!, normal()]) {
      const unit = 1 / length2(direction);
      const lossAt = async (t: number) => {
        const scale = float32([], Float32Array.of(t * unit));
        const along = { ...feeds, direction: float32(shape, direction), t: scale };
        const { loss, 'loss rest': rest } = await onLine.run(along);
        return loss![0]! + (rest?.[0] ?? 0);
      };
      const measured = await derivative(lossAt, reach * length2(start));
      const error = Math.abs(unit * dot(gradient!, direction) - measured) / norm;
      // Also where it is no number.
      if (!(error <= gradientError)) gradientError = error;
    }
    if (!rounds && !(gradientError <= limit)) throw wrongGradient(gradientError);
    const withoutGradient = await open(forward);
    const [stepTime, forwardTime] = await fastest([
      () => withGradient.run(feeds),
      () => withoutGradient.run(feeds),
    ]);
    return { gradientError, rounds, stepRatio: stepTime! / forwardTime! };
  } finally {
    for (const session of sessions) await session.release();
  }
}

/** The graphs that are run. */
interface Graphs {
  /** inputs_embeds float32 [2, T, D] → loss and its gradient. */
  readonly step: Uint8Array;
  /** inputs_embeds → loss. */
  readonly forward: Uint8Array;
  /** inputs_embeds, direction and t → the loss at inputs_embeds + t·direction, in float64. */
  readonly line: Uint8Array;
  /** The model rounds on the way. */
  readonly rounds: boolean;
}

function graphs(lm: LanguageModel, length: number): Graphs {
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const shape = [rows, length, readingPart(lm).embedding.width];
  const embeds = builder.input('inputs_embeds', 'float32', shape);
  const loss = lossOf(builder, lm, embeds, length);
  const rounds = builder.nodes.some(({ op }) => op === 'StraightThrough');
  const forward = writeModel(builder.build({ loss }));
  const gradient = differentiate(builder, { of: loss, wrt: [embeds] }).get(embeds)!;
  const step = writeModel(builder.build({ loss, gradient }));
  return { step, forward, line: lossOnLine(lm, length, rounds), rounds };
}

/**
 * Builds the graph of a loss and its gradient and runs nothing: enough to see whether operators stand
 * in the way of training.
 *
 * @throws PtuneError naming those
 */
export function assertDifferentiable(lm: LanguageModel, length: number): void {
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const shape = [rows, length, readingPart(lm).embedding.width];
  const embeds = builder.input('inputs_embeds', 'float32', shape);
  differentiate(builder, { of: lossOf(builder, lm, embeds, length), wrt: [embeds] });
}

/** Rounding to whole numbers is defined for float32: a model that rounds is not widened. */
function lossOnLine(lm: LanguageModel, length: number, rounds: boolean): Uint8Array {
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const shape = [rows, length, readingPart(lm).embedding.width];
  const start = builder.input('inputs_embeds', 'float32', shape);
  const direction = builder.input('direction', 'float32', shape);
  const move = builder.op('Mul', [builder.input('t', 'float32', []), direction]);
  const loss = lossOf(builder, lm, builder.op('Add', [start, move]), length);
  const graph = builder.build({ loss });
  return writeModel(rounds ? graph : widened(builder, graph));
}

/** The mean loss of two inputs. */
function lossOf(
  builder: GraphBuilder,
  lm: LanguageModel,
  inputsEmbeds: string,
  length: number,
): string {
  const { vocabularySize } = readingPart(lm).embedding;
  const token = (i: number) => probeToken(i, vocabularySize);
  const ids = Array.from({ length: rows * length }, (_, i) => token(i));
  const feed = {
    inputIds: builder.constant('int64', [rows, length], ids),
    attentionMask: builder.filled(1, [rows, length], 'int64'),
    inputsEmbeds,
  };
  const logits = lm.encoder ? decoderLogits(builder, lm, feed) : attachModel(builder, lm, feed);
  const places = builder.ints([length - 1, 2 * length - 1]);
  const chosen = selectPositions(builder, logits, places);
  const weights = builder.constant('float32', [rows], [0.5, 0.5]);
  return crossEntropy(builder, chosen, builder.ints([token(3), token(5)]), weights);
}

/** The logits of a decoder that has read as many tokens as its encoder, which reads `feed`. */
function decoderLogits(builder: GraphBuilder, lm: LanguageModel, feed: ModelFeed): string {
  const states = attachEncoder(builder, lm.encoder!, feed);
  const { inputIds, attentionMask } = feed;
  return attachModel(builder, lm, { inputIds, attentionMask }, { states, mask: attentionMask });
}

/** The shortest time of each, in milliseconds; they take turns. */
async function fastest(variants: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const times = variants.map(() => Infinity);
  for (let i = 0; i < timedRuns; i++) {
    for (const [at, run] of variants.entries()) {
      const from = performance.now();
      await run();
      times[at] = Math.min(times[at]!, performance.now() - from);
    }
  }
  return times;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const length2 = (a: Float32Array): number => Math.sqrt(dot(a, a));

function noGradient(norm: number): PtuneError {
  return new PtuneError(
    'model/unsupported',
    norm === 0
      ? "The model's loss does not change with its input embeddings, so nothing can be trained."
      : `The gradient of the model's loss is ${norm}.`,
    'Check that the weights are those of the model, and whole.',
  );
}

function wrongGradient(error: number): PtuneError {
  return new PtuneError(
    'model/wrong-gradient',
    `The gradient of the model's loss differs from differences of the loss by ${(100 * error).toPrecision(2)} % of its length; numbers of 32 bits explain ${100 * limit} %.`,
    'Do not train on this file: its loss may jump or have corners. Try another export of the model, without optimisation.',
  );
}
