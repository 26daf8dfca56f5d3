/** Matrix products. */
import { invariant } from '../../base/errors.ts';
import { floatAttribute, intAttribute } from '../graph.ts';
import { broadcastShapes, formatShape, sameShape, sizeOf, type Shape } from '../tensor.ts';
import { broadcastOffsets, broadcastTo } from './elementwise.ts';
import { typeOf, valueOf, type Operator } from './operator.ts';

function matMulShape(a: Shape, b: Shape): number[] {
  invariant(
    a.length > 0 && b.length > 0,
    `MatMul of ${formatShape(a)} and ${formatShape(b)}: scalars have no product.`,
  );
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  invariant(
    left.at(-1) === right.at(-2),
    `MatMul of ${formatShape(a)} and ${formatShape(b)}: the inner lengths differ.`,
  );
  const shape = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  if (a.length > 1) shape.push(left.at(-2)!);
  if (b.length > 1) shape.push(right.at(-1)!);
  return shape;
}

export const matMul: Operator = {
  infer: (c) => [
    { dtype: typeOf(c, 0).dtype, shape: matMulShape(typeOf(c, 0).shape, typeOf(c, 1).shape) },
  ],
  compute: (c) => {
    const [a, b] = [valueOf(c, 0), valueOf(c, 1)];
    const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
    const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
    const [m, k, n] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
    const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
    const leftAt = broadcastOffsets(left.slice(0, -2), batch);
    const rightAt = broadcastOffsets(right.slice(0, -2), batch);
    const result = new Float64Array(sizeOf(batch) * m * n);
    leftAt.forEach((from, index) => {
      const x = a.data.subarray(from * m * k, (from + 1) * m * k);
      const at = rightAt[index]! * k * n;
      const y = b.data.subarray(at, at + k * n);
      product(x, y, result.subarray(index * m * n, (index + 1) * m * n), m, k, n);
    });
    return [result];
  },
};

/** z += x·y for x [m, k], y [k, n]. */
function product(
  x: Float64Array,
  y: Float64Array,
  z: Float64Array,
  m: number,
  k: number,
  n: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const value = x[i * k + l]!;
      for (let j = 0; j < n; j++) z[i * n + j]! += value * y[l * n + j]!;
    }
  }
}

function transposed(data: Float64Array, rows: number, columns: number): Float64Array {
  return data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
}

const gemm: Operator = {
  infer: (c) => {
    const [a, b] = [typeOf(c, 0).shape, typeOf(c, 1).shape];
    const left = intAttribute(c.attributes, 'transA', 0) ? [a[1]!, a[0]!] : a;
    const right = intAttribute(c.attributes, 'transB', 0) ? [b[1]!, b[0]!] : b;
    invariant(
      a.length === 2 && b.length === 2,
      `Gemm of ${formatShape(a)} and ${formatShape(b)}: both must be matrices.`,
    );
    for (const factor of ['alpha', 'beta']) floatAttribute(c.attributes, factor, 1);
    const shape = matMulShape(left, right);
    const bias = c.types[2]?.shape ?? [];
    invariant(
      sameShape(broadcastShapes(shape, bias), shape),
      `Gemm of ${formatShape(shape)} with a bias ${formatShape(bias)}.`,
    );
    return [{ dtype: typeOf(c, 0).dtype, shape }];
  },
  compute: (c) => {
    const [a, b] = [valueOf(c, 0), valueOf(c, 1)];
    const [m, n] = c.types[0]!.shape as [number, number];
    const transA = intAttribute(c.attributes, 'transA', 0);
    const transB = intAttribute(c.attributes, 'transB', 0);
    const x = transA ? transposed(a.data, a.shape[0]!, a.shape[1]!) : a.data;
    const y = transB ? transposed(b.data, b.shape[0]!, b.shape[1]!) : b.data;
    const k = transA ? a.shape[0]! : a.shape[1]!;
    const result = new Float64Array(m * n);
    product(x, y, result, m, k, n);
    const alpha = floatAttribute(c.attributes, 'alpha', 1);
    const beta = floatAttribute(c.attributes, 'beta', 1);
    const bias = c.inputs[2] && broadcastTo(c.inputs[2], c.types[0]!.shape);
    return [result.map((z, i) => alpha * z + (bias ? beta * bias[i]! : 0))];
  },
};

export const linear: Record<string, Operator> = { Gemm: gemm, MatMul: matMul };
