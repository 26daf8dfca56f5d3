/** Puts a language model into a graph under construction, with vectors in place of token ids. */
import type { GraphBuilder } from '../onnx/builder.ts';
import { inlineModel } from '../onnx/inline.ts';
import { invariant } from '../base/errors.ts';
import type { LanguageModel } from './languageModel.ts';

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
  /** Values of the builder in place of weights of the file, by the weight's name. */
  readonly weights?: ReadonlyMap<string, string>;
}

/**
 * Adds the model's nodes.
 *
 * @returns the logits, float32 [B, T, V]
 */
export function attachModel(builder: GraphBuilder, lm: LanguageModel, feed: ModelFeed): string {
  const { model, inputs, embedding, logits } = lm;
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
  for (const past of inputs.past) {
    // [B, heads, 0, head width]: only the two inner numbers come from the file.
    const sizes = past.shape.map((n, i) => (i === 0 ? batch! : typeof n === 'number' ? n : 0));
    bindings.set(past.name, builder.constant(past.dtype, sizes, []));
  }
  if (feed.inputsEmbeds !== undefined) bindings.set(embedding.output, feed.inputsEmbeds);
  const names = inlineModel(builder, model, bindings, [logits]);
  const result = names.get(logits);
  invariant(result !== undefined, 'The model was added without its logits.');
  return result;
}

/** How many attended positions stand before each one, int64 [B, T]; padding may be on either side. */
function countedPositions(builder: GraphBuilder, { attentionMask }: ModelFeed): string {
  const upTo = builder.op('CumSum', [attentionMask, builder.constant('int64', [], [1])]);
  const one = builder.constant('int64', [], [1]);
  return builder.op('Max', [builder.op('Sub', [upTo, one]), builder.constant('int64', [], [0])]);
}
