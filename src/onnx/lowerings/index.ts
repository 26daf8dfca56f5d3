/** Every lowering, by operator: the name, with its domain and a dot before it where it has one. */
import type { GraphBuilder } from '../builder.ts';
import type { Node } from '../graph.ts';
import { activations } from './activation.ts';
import { arrangements } from './arrangement.ts';
import { attentions } from './attention.ts';
import { blocks } from './blocks.ts';
import { convolutions } from './convolution.ts';
import { einsums } from './einsum.ts';
import { embeddings } from './embedding.ts';
import { groupedAttentions } from './groupedAttention.ts';
import { LoweringContext, type LoweringTable } from './lowering.ts';
import { normalizations } from './normalization.ts';
import { products } from './product.ts';
import { quantizations } from './quantization.ts';
import { rotaries } from './rotary.ts';
import { sequences } from './sequence.ts';

export const lowerings: LoweringTable = {
  ...activations,
  ...arrangements,
  ...attentions,
  ...blocks,
  ...convolutions,
  ...einsums,
  ...embeddings,
  ...groupedAttentions,
  ...normalizations,
  ...products,
  ...quantizations,
  ...rotaries,
  ...sequences,
};

/** An operator's name with its domain, as the tables and messages write it. */
export function operatorName({ op, domain }: Pick<Node, 'op' | 'domain'>): string {
  return domain === '' ? op : `${domain}.${op}`;
}

/** An attribute of a node with a lowering that this does not know. */
export function unknownAttribute(node: Node): string | undefined {
  const known = lowerings[operatorName(node)]?.attributes;
  return Object.keys(node.attributes).find((name) => known?.includes(name) === false);
}

/**
 * The outputs of `node` from primitives, or undefined when it has no lowering. Its attributes are
 * known.
 *
 * @param inputs  the node's inputs as names in the builder
 * @throws PtuneError `onnx/unsupported-operator` for a form of the operator that is not known
 */
export function lower(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly string[],
): readonly (string | undefined)[] | undefined {
  return lowerings[operatorName(node)]?.lower(new LoweringContext(builder, node, inputs));
}
