/** Softmax over rows of which nothing may be left. */
import type { GraphBuilder } from './builder.ts';
import { int, intAttribute, type Node } from './graph.ts';
import { normalizeAxis } from './tensor.ts';

/**
 * Adds a Where node. Exporters write attention as Where(IsNaN(P), 0, P) with P a softmax: a position
 * that may look nowhere, as padding before a text, has −∞ in its whole row, and its P is no number.
 * The value is mended so, but its gradient would be 0·NaN. Such rows are told by their maximum here and
 * are zeros before the softmax, so that no NaN is made.
 */
export function addWhere(builder: GraphBuilder, inputs: readonly string[]): string {
  const softmax = mendedSoftmax(builder, inputs);
  if (!softmax) return builder.op('Where', inputs);
  const [x] = softmax.inputs as [string];
  const axis = normalizeAxis(
    intAttribute(softmax.attributes, 'axis', -1),
    builder.shapeOf(x).length,
  );
  const largest = builder.op('ReduceMax', [x, builder.ints([axis])], { keepdims: int(1) });
  const { dtype } = builder.typeOf(x);
  const isOpen = builder.op('Greater', [largest, builder.scalar(-Infinity, dtype)]);
  const zero = builder.scalar(0, dtype);
  const open = builder.op('Where', [isOpen, x, zero]);
  return builder.op('Where', [isOpen, builder.op('Softmax', [open], softmax.attributes), zero]);
}

/** The softmax whose NaN are replaced by zeros, or undefined where that is not what is chosen. */
function mendedSoftmax(builder: GraphBuilder, inputs: readonly string[]): Node | undefined {
  const [condition = '', chosen = '', otherwise = ''] = inputs;
  const test = builder.makerOf(condition);
  if (test?.op !== 'IsNaN' || test.inputs[0] !== otherwise) return undefined;
  const zeros = builder.constantOf(chosen)?.data;
  if (zeros?.length !== 1 || zeros[0] !== 0) return undefined;
  const softmax = builder.makerOf(otherwise);
  return softmax?.op === 'Softmax' ? softmax : undefined;
}
