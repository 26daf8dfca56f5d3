/** Gradient rules of matrix products. */
import { float, floatAttribute, int, intAttribute } from '../../onnx/graph.ts';
import { broadcastShapes } from '../../onnx/tensor.ts';
import { reduceToShape, type GradientRule, type RuleContext } from '../rule.ts';

/** `name` with its last two axes exchanged. */
function swapped(c: RuleContext, name: string): string {
  const rank = c.builder.shapeOf(name).length;
  const perm = [...Array(rank).keys()];
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return c.builder.op('Transpose', [name], { perm: { kind: 'ints', value: perm } });
}

/** `name` as a matrix: all axes but the last in one. */
function asMatrix(c: RuleContext, name: string): string {
  const last = c.builder.shapeOf(name).at(-1)!;
  return c.builder.op('Reshape', [name, c.builder.ints([-1, last])]);
}

/**
 * Y = A·B.  dA = dY·Bᵀ, dB = Aᵀ·dY, each reduced to its own shape. Where B is a matrix all leading
 * axes of A are one, and the transpose is an attribute of Gemm: a frozen weight is never copied.
 */
const matMul: GradientRule = (c) => {
  const { builder } = c;
  if (c.shape(0).length > 1 && c.shape(1).length === 2) {
    const dY = asMatrix(c, c.dY);
    return [
      c.for(0, () => {
        const product = builder.op('Gemm', [dY, c.X(1)], { transB: int(1) });
        return builder.op('Reshape', [product, builder.ints(c.shape(0))]);
      }),
      c.for(1, () => builder.op('Gemm', [asMatrix(c, c.X(0)), dY], { transA: int(1) })),
    ];
  }
  // A vector stands for a matrix of one row (A) or one column (B).
  const left = c.shape(0).length === 1 ? [1, ...c.shape(0)] : c.shape(0);
  const right = c.shape(1).length === 1 ? [...c.shape(1), 1] : c.shape(1);
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  const reshape = (name: string, shape: readonly number[]) =>
    builder.op('Reshape', [name, builder.ints(shape)]);
  const dY = reshape(c.dY, [...batch, left.at(-2)!, right.at(-1)!]);
  const own = (gradient: string, lifted: readonly number[], index: number) =>
    reshape(reduceToShape(builder, gradient, lifted), c.shape(index));
  return [
    c.for(0, () => {
      const b = swapped(c, reshape(c.X(1), right));
      return own(builder.op('MatMul', [dY, b]), left, 0);
    }),
    c.for(1, () => {
      const a = swapped(c, reshape(c.X(0), left));
      return own(builder.op('MatMul', [a, dY]), right, 1);
    }),
  ];
};

/**
 * Y = α·A'·B' + β·C with A' = Aᵀ where transA, B' = Bᵀ where transB.
 * dA' = α·dY·B'ᵀ, dB' = α·A'ᵀ·dY, dC = β·dY reduced to C's shape.
 */
const gemm: GradientRule = (c) => {
  const { attributes } = c.node;
  const transA = intAttribute(attributes, 'transA', 0);
  const transB = intAttribute(attributes, 'transB', 0);
  const alpha = float(floatAttribute(attributes, 'alpha', 1));
  const beta = floatAttribute(attributes, 'beta', 1);
  const product = (a: string, b: string, ta: number, tb: number) =>
    c.builder.op('Gemm', [a, b], { alpha, transA: int(ta), transB: int(tb) });
  const flip = 1 - transB;
  return [
    c.for(0, () => (transA ? product(c.X(1), c.dY, transB, 1) : product(c.dY, c.X(1), 0, flip))),
    c.for(1, () =>
      transB ? product(c.dY, c.X(0), 1, transA) : product(c.X(0), c.dY, 1 - transA, 0),
    ),
    c.for(2, () => (beta === 1 ? c.dY : c.op('Mul', c.dY, c.scalar(beta)))),
  ];
};

export const linearRules: Record<string, GradientRule> = { Gemm: gemm, MatMul: matMul };
