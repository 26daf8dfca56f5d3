/** Tells which nodes hand their first input on as it is, so that a graph is built without them. */
import type { Node } from './graph.ts';
import { permutationOf } from './operators/layout.ts';
import { dtypes, sameShape, type Shape, type TensorType } from './tensor.ts';

/**
 * Whether a node with one output would only repeat its first input.
 *
 * @param input   type of the first input
 * @param result  the output's shape, inferred where it is asked for
 */
export function changesNothing(
  { op, attributes, inputs }: Pick<Node, 'op' | 'attributes' | 'inputs'>,
  input: TensorType,
  result: () => Shape,
): boolean {
  switch (op) {
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Expand':
    case 'Flatten':
      return sameShape(result(), input.shape);
    case 'Cast':
      return attributes.to?.kind === 'int' && attributes.to.value === dtypes[input.dtype].code;
    case 'Transpose':
      return permutationOf({ attributes }, input.shape.length).every((axis, i) => axis === i);
    case 'Concat':
    case 'Sum':
    case 'Max':
    case 'Min':
      return inputs.length === 1;
    default:
      return false;
  }
}
