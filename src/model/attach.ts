/** Puts a language model into a graph under construction, with vectors in place of token ids. */
import { PtuneError, invariant } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/builder.ts';
import { inlineModel } from '../onnx/inline.ts';
import { formatShape, sizeOf } from '../onnx/tensor.ts';
import type { Encoder, LanguageModel } from './languageModel.ts';

/** What goes into the model; each is a name in the builder, of shape [B, T] unless told. */
export interface ModelFeed {
  /** Needed beside the vectors: some models read lengths or masks from the ids. */
  readonly inputIds: string;
  readonly attentionMask: string;
  /** float32 [B, T, D]; the model's own lookup where absent. */
  readonly inputsEmbeds?: string;
  /** Counted from 0 at the first position that is attended to where absent. */
  readonly positionIds?: string;
  /** Zeros where absent. */
  readonly tokenTypeIds?: string;
  /**
   * Cached keys and values by input, as if that many tokens stood before; with length 0 where absent.
   * `attentionMask` then counts them, too.
   */
  readonly cache?: ReadonlyMap<string, string>;
  /** Values of the builder in place of weights of the file, by the weight's name. */
  readonly weights?: ReadonlyMap<string, string>;
}

/** What a decoder gets from its encoder. */
export interface EncoderFeed {
  /** float32 [B, S, D] */
  readonly states: string;
  /** int64 [B, S] */
  readonly mask: string;
}

/**
 * Adds the model's nodes; `encoder` is what a decoder with cross-attention reads.
 *
 * @returns the logits, float32 [B, T, V]
 */
export function attachModel(
  builder: GraphBuilder,
  lm: LanguageModel,
  feed: ModelFeed,
  encoder?: EncoderFeed,
): string {
  return attach(builder, lm, lm.logits, feed, encoder).get(lm.logits)!;
}

/**
 * Adds the nodes of a model that hands its keys and values on.
 *
 * @param present  the outputs with keys and values
 * @returns        the logits, float32 [B, T, V], and the builder's names of `present`
 */
export function attachModelWithCache(
  builder: GraphBuilder,
  lm: LanguageModel,
  feed: ModelFeed,
  present: readonly string[],
  encoder?: EncoderFeed,
): { readonly logits: string; readonly present: readonly string[] } {
  const names = attach(builder, lm, lm.logits, feed, encoder, present);
  return { logits: names.get(lm.logits)!, present: present.map((name) => names.get(name)!) };
}

/**
 * Adds the nodes of an encoder.
 *
 * @returns its hidden states, float32 [B, S, D]
 */
export function attachEncoder(builder: GraphBuilder, encoder: Encoder, feed: ModelFeed): string {
  return attach(builder, encoder, encoder.states, feed).get(encoder.states)!;
}

function attach(
  builder: GraphBuilder,
  { model, inputs, embedding }: Pick<LanguageModel, 'model' | 'inputs' | 'embedding'>,
  output: string,
  feed: ModelFeed,
  encoder?: EncoderFeed,
  further: readonly string[] = [],
): Map<string, string> {
  const [batch, length] = builder.shapeOf(feed.inputIds);
  const shape = [batch!, length!];
  const bindings = new Map([[inputs.inputIds, feed.inputIds], ...(feed.weights ?? [])]);
  if (inputs.attentionMask) bindings.set(inputs.attentionMask, feed.attentionMask);
  if (inputs.tokenTypeIds) {
    const zeros = () => builder.filled(0, shape, 'int64');
    bindings.set(inputs.tokenTypeIds, feed.tokenTypeIds ?? zeros());
  }
  if (inputs.positionIds) {
    bindings.set(inputs.positionIds, feed.positionIds ?? countedPositions(builder, feed));
  }
  if (inputs.encoderStates && encoder) bindings.set(inputs.encoderStates, encoder.states);
  if (inputs.encoderMask && encoder) bindings.set(inputs.encoderMask, encoder.mask);
  for (const past of inputs.past) {
    const value = feed.cache?.get(past.name);
    if (value !== undefined) {
      bindings.set(past.name, value);
      continue;
    }
    // [B, heads, 0, head width]: only the two inner numbers come from the file.
    const sizes = past.shape.map((n, i) => (i === 0 ? batch! : typeof n === 'number' ? n : 0));
    bindings.set(past.name, builder.constant(past.dtype, sizes, []));
  }
  if (feed.inputsEmbeds !== undefined) bindings.set(embedding.output, feed.inputsEmbeds);
  const names = inlineModel(builder, model, bindings, [output, ...further]);
  const result = names.get(output);
  invariant(result !== undefined, 'The model was added without its output.');
  const made = builder.shapeOf(result);
  if (made.length !== 3 || made[0] !== batch || made[1] !== length || sizeOf(made) === 0) {
    throw new PtuneError(
      'model/unsupported',
      `The model's output "${output}" has the shape ${formatShape(made)} for inputs of ${formatShape(shape)}.`,
      'Use an export for text generation or masked language modelling, as Optimum writes it.',
    );
  }
  return names;
}

/**
 * How many attended positions stand before each one, int64 [B, T]; padding may be on either side, and
 * the mask may begin with positions of a cache.
 */
function countedPositions(builder: GraphBuilder, { attentionMask, inputIds }: ModelFeed): string {
  const axis = builder.constant('int64', [], [1]);
  const upTo = builder.op('CumSum', [attentionMask, axis]);
  const length = builder.shapeOf(inputIds)[1]!;
  const whole = builder.shapeOf(attentionMask)[1]!;
  const [start, end] = [builder.ints([whole - length]), builder.ints([whole])];
  const own = whole === length ? upTo : builder.op('Slice', [upTo, start, end, builder.ints([1])]);
  return builder.op('Max', [
    builder.op('Sub', [own, builder.constant('int64', [], [1])]),
    builder.constant('int64', [], [0]),
  ]);
}
