/**
 * Checks that a model can be trained on: its gradient against differences of its own loss, and what
 * it says of padded inputs against what it says of them alone.
 */
import { differentiate } from '../autodiff/differentiate.ts';
import { PtuneError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { attachEncoder, attachModel, type ModelFeed } from '../model/attach.ts';
import { cachingPart, readingPart, type LanguageModel } from '../model/languageModel.ts';
import { crossEntropy } from '../model/objective.ts';
import { selectPositions } from '../model/selectPositions.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { writeModel } from '../onnx/write.ts';
import { float32, Session } from '../runtime/session.ts';
import {
  paddingDifferences,
  probeToken,
  type PaddingDifferences,
  type ProbeOptions,
} from './paddingCheck.ts';

export interface Verification {
  readonly kind: 'masked' | 'causal' | 'encoder-decoder';
  readonly causal: boolean;
  /** The graph's inputs but for its cache, those of the encoder first. */
  readonly inputs: readonly string[];
  /** How many keys and values of a cache it takes beside them. */
  readonly cacheInputs: number;
  /** Where virtual tokens can stand: among the tokens, and before every layer. */
  readonly depths: readonly ('input' | 'deep')[];
  readonly vocabularySize: number;
  readonly width: number;
  /** |directional derivative − central difference| / |directional derivative|, in float32. */
  readonly gradientError: number;
  /** Time of a step with gradients over the time of a forward pass. */
  readonly stepRatio: number;
  readonly padding: PaddingDifferences;
}

const [rows, longest] = [2, 12];

/**
 * Steps of the central difference along a unit direction, for losses in float32. Over large ones a
 * loss bends, over small ones its rounding shows; the best of them counts.
 */
const steps = [1e-2, 3e-3, 1e-3, 3e-4];

/** Runs of each graph, of which the fastest counts. */
const timedRuns = 8;

/**
 * Differentiates the model's loss with respect to its input embeddings at one place and compares.
 *
 * @throws PtuneError naming the operators that stand in the way; `model/unsupported` when the engine
 *   refuses the model, when its loss has no gradient that is a number, or when padding changes it
 */
export async function verifyModel(
  lm: LanguageModel,
  folder: string,
  options: ProbeOptions = {},
): Promise<Verification> {
  return underEngine(async () => ({
    ...factsOf(lm),
    ...(await gradientCheck(lm, folder, Math.min(longest, options.maxPositions ?? longest))),
    padding: await paddingDifferences(lm, folder, options),
  }));
}

/** What `act` gives; where the engine refuses a graph, the model's file is to blame. */
export async function underEngine<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof PtuneError) || error.code !== 'runtime/failed') throw error;
    throw new PtuneError(
      'model/unsupported',
      `The model was read, but cannot be run. ${error.message}`,
      'Check that the file is whole and runs elsewhere; export it again with float32 weights.',
      error,
    );
  }
}

function factsOf(lm: LanguageModel): Omit<Verification, 'gradientError' | 'stepRatio' | 'padding'> {
  const { vocabularySize, width } = readingPart(lm).embedding;
  const { past } = cachingPart(lm).inputs;
  const cache = new Set(past.map(({ name }) => name));
  const own = lm.model.graph.inputs.map(({ name }) => name).filter((name) => !cache.has(name));
  return {
    kind: lm.encoder ? 'encoder-decoder' : lm.causal ? 'causal' : 'masked',
    causal: lm.causal,
    inputs: [...(lm.encoder?.model.graph.inputs.map(({ name }) => name) ?? []), ...own],
    cacheInputs: cache.size,
    depths: lm.encoder || past.length === 0 ? ['input'] : ['input', 'deep'],
    vocabularySize,
    width,
  };
}

async function gradientCheck(
  lm: LanguageModel,
  folder: string,
  length: number,
): Promise<Pick<Verification, 'gradientError' | 'stepRatio'>> {
  const random = new Random(1);
  const { vocabularySize, width } = readingPart(lm).embedding;
  const build = (withGradient: boolean) => {
    const builder = new GraphBuilder({ readStored: lm.model.readStored });
    const embeds = builder.input('inputs_embeds', 'float32', [rows, length, width]);
    const token = (i: number) => probeToken(i, vocabularySize);
    const ids = Array.from({ length: rows * length }, (_, i) => token(i));
    const feed = {
      inputIds: builder.constant('int64', [rows, length], ids),
      attentionMask: builder.filled(1, [rows, length], 'int64'),
      inputsEmbeds: embeds,
    };
    const logits = lm.encoder ? decoderLogits(builder, lm, feed) : attachModel(builder, lm, feed);
    const places = builder.ints([length - 1, 2 * length - 1]);
    const chosen = selectPositions(builder, logits, places);
    const weights = builder.constant('float32', [rows], [0.5, 0.5]);
    const loss = crossEntropy(builder, chosen, builder.ints([token(3), token(5)]), weights);
    const gradient = withGradient
      ? differentiate(builder, { of: loss, wrt: [embeds] }).get(embeds)!
      : undefined;
    return writeModel(builder.build({ loss, ...(gradient && { gradient }) }));
  };
  const step = await Session.create(build(true), { folder });
  const forward = await Session.create(build(false), { folder });
  try {
    const shape = [rows, length, width];
    const size = rows * length * width;
    const start = Float32Array.from({ length: size }, () => 0.1 * random.normal());
    const { gradient } = await step.run({ inputs_embeds: float32(shape, start) });
    // Along the gradient itself the loss changes most, so rounding weighs least.
    const norm = Math.sqrt(gradient!.reduce((sum, g) => sum + g * g, 0));
    if (!(norm > 0 && norm < Infinity)) throw noGradient(norm);
    const lossAt = async (t: number) => {
      const moved = start.map((x, i) => x + (t * gradient![i]!) / norm);
      return (await forward.run({ inputs_embeds: float32(shape, moved) })).loss![0]!;
    };
    const errors: number[] = [];
    for (const epsilon of steps) {
      const difference = ((await lossAt(epsilon)) - (await lossAt(-epsilon))) / (2 * epsilon);
      errors.push(Math.abs(norm - difference) / norm);
    }
    let [stepTime, forwardTime] = [Infinity, Infinity];
    const time = async (session: Session) => {
      const from = performance.now();
      await session.run({ inputs_embeds: float32(shape, start) });
      return performance.now() - from;
    };
    for (let i = 0; i < timedRuns; i++) {
      stepTime = Math.min(stepTime, await time(step));
      forwardTime = Math.min(forwardTime, await time(forward));
    }
    return {
      gradientError: Math.min(...errors),
      stepRatio: stepTime / forwardTime,
    };
  } finally {
    await step.release();
    await forward.release();
  }
}

/** The logits of a decoder that has read as many tokens as its encoder, which reads `feed`. */
function decoderLogits(builder: GraphBuilder, lm: LanguageModel, feed: ModelFeed): string {
  const states = attachEncoder(builder, lm.encoder!, feed);
  const { inputIds, attentionMask } = feed;
  return attachModel(builder, lm, { inputIds, attentionMask }, { states, mask: attentionMask });
}

function noGradient(norm: number): PtuneError {
  return new PtuneError(
    'model/unsupported',
    norm === 0
      ? "The model's loss does not change with its input embeddings, so nothing can be trained."
      : `The gradient of the model's loss is ${norm}.`,
    'Check that the weights are those of the model, and whole.',
  );
}
