/** Checks that a model can be trained on: its gradient against differences of its own loss. */
import { differentiate } from '../autodiff/differentiate.ts';
import { Random } from '../base/random.ts';
import { attachEncoder, attachModel, type ModelFeed } from '../model/attach.ts';
import { readingPart, type LanguageModel } from '../model/languageModel.ts';
import { crossEntropy } from '../model/objective.ts';
import { selectPositions } from '../model/selectPositions.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { writeModel } from '../onnx/write.ts';
import { float32, Session } from '../runtime/session.ts';

export interface Verification {
  readonly causal: boolean;
  readonly vocabularySize: number;
  readonly width: number;
  /** |directional derivative − central difference| / |directional derivative|, in float32. */
  readonly gradientError: number;
  /** Time of a step with gradients over the time of a forward pass. */
  readonly stepRatio: number;
}

const [rows, length] = [2, 12];

/** Step of the central difference along a unit direction, for losses in float32. */
const epsilon = 1e-2;

/**
 * Differentiates the model's loss with respect to its input embeddings at one place and compares.
 *
 * @throws PtuneError naming the operators that stand in the way
 */
export async function verifyModel(lm: LanguageModel, folder: string): Promise<Verification> {
  const random = new Random(1);
  const { vocabularySize, width } = readingPart(lm).embedding;
  const build = (withGradient: boolean) => {
    const builder = new GraphBuilder({ readStored: lm.model.readStored });
    const embeds = builder.input('inputs_embeds', 'float32', [rows, length, width]);
    const token = (i: number) => 5 + ((i * 7919) % Math.max(1, vocabularySize - 5));
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
    const lossAt = async (t: number) => {
      const moved = start.map((x, i) => x + (t * gradient![i]!) / norm);
      return (await forward.run({ inputs_embeds: float32(shape, moved) })).loss![0]!;
    };
    const difference = ((await lossAt(epsilon)) - (await lossAt(-epsilon))) / (2 * epsilon);
    const time = async (session: Session) => {
      const from = performance.now();
      for (let i = 0; i < 5; i++) await session.run({ inputs_embeds: float32(shape, start) });
      return performance.now() - from;
    };
    return {
      causal: lm.causal,
      vocabularySize,
      width,
      gradientError: Math.abs(norm - difference) / norm,
      stepRatio: (await time(step)) / (await time(forward)),
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
