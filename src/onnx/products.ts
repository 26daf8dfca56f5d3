/** Adds matrix products in the form that copies no weight. */
import type { GraphBuilder } from './builder.ts';
import { int } from './graph.ts';
import { isFloat, sizeOf } from './tensor.ts';

/**
 * Adds a·b. A right side that is a turned matrix, as the tied head of a language model is, becomes an
 * attribute of the product: the engine would keep a turned copy of the weight in memory otherwise.
 *
 * @returns the product, of the shape that MatMul gives it
 */
export function addProduct(builder: GraphBuilder, a: string, b: string): string {
  const maker = builder.makerOf(b);
  const { dtype, shape } = builder.typeOf(a);
  const [inner, columns] = builder.shapeOf(b);
  const isTurned = maker?.op === 'Transpose' && builder.shapeOf(b).length === 2;
  // What does not fit is left to MatMul, which says so.
  if (!isTurned || !isFloat(dtype) || shape.length < 2 || shape.at(-1) !== inner) {
    return builder.op('MatMul', [a, b]);
  }
  const lead = shape.slice(0, -1);
  const exactly = { allowzero: int(1) };
  const rows = builder.op('Reshape', [a, builder.ints([sizeOf(lead), inner!])], exactly);
  const product = builder.op('Gemm', [rows, maker.inputs[0]!], { transB: int(1) });
  return builder.op('Reshape', [product, builder.ints([...lead, columns!])], exactly);
}
