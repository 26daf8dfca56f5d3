/** Gradient rules of reductions, softmax and layer normalization. */
import { int, intAttribute, type Attributes } from '../../onnx/graph.ts';
import { normalizeAxis, sizeOf } from '../../onnx/tensor.ts';
import { notDifferentiable, type GradientRule, type RuleContext } from '../rule.ts';

/** A reduced value with its reduced axes back as 1, so that it broadcasts over X. */
function kept(c: RuleContext, name: string): string {
  const shape = c.shape(0);
  const axes = c.node.inputs[1] ? [...c.builder.constantOf(c.node.inputs[1])!.data] : [];
  const noop = intAttribute(c.node.attributes, 'noop_with_empty_axes', 0) === 1;
  const reduced = new Set(
    axes.length || noop ? axes.map((a) => normalizeAxis(a, shape.length)) : shape.keys(),
  );
  return c.builder.op('Reshape', [
    name,
    c.builder.ints(shape.map((n, i) => (reduced.has(i) ? 1 : n))),
  ]);
}

function expanded(c: RuleContext, name: string): string {
  return c.builder.op('Expand', [name, c.builder.ints(c.shape(0))]);
}

/** Y = max of X.  dX = dY where X is the maximum, shared evenly among equal ones. */
const extreme: GradientRule = (c) => [
  c.for(0, () => {
    const hit = c.op('Equal', c.X(0), kept(c, c.Y));
    const ones = c.op('Where', hit, c.scalar(1), c.scalar(0));
    const axes = c.node.inputs[1] ? [c.node.inputs[1]] : [];
    const count = c.builder.op('ReduceSum', [ones, ...axes], { keepdims: int(1) });
    return c.op('Mul', ones, c.op('Div', kept(c, c.dY), kept(c, count)));
  }),
];

const axisOf = (attributes: Attributes): Attributes => ({
  axis: int(intAttribute(attributes, 'axis', -1)),
});

/** Σ of `name` along a softmax's axis, kept as 1. */
function sumAlong(c: RuleContext, name: string, axis: number): string {
  return c.builder.op('ReduceSum', [name, c.builder.ints([axis])], { keepdims: int(1) });
}

/**
 * Y = γ·X̂ + β with X̂ = (X − μ)·r, r = 1/√(σ² + ε) over the last axes.
 * dβ = dY, dγ = dY·X̂, dX = r·(g − mean(g) − X̂·mean(g·X̂)) with g = dY·γ.
 * Ba et al. 2016, arXiv:1607.06450, equation 4. μ and r come from the node itself.
 */
const layerNormalization: GradientRule = (c) => {
  const { builder } = c;
  const [, mean, inverse] = builder.extendOutputs(c.node, 3);
  const rank = c.shape(0).length;
  const axis = normalizeAxis(intAttribute(c.node.attributes, 'axis', -1), rank);
  const axes = builder.ints(Array.from({ length: rank - axis }, (_, i) => axis + i));
  const average = (name: string) => builder.op('ReduceMean', [name, axes], { keepdims: int(1) });
  const normalized = c.op('Mul', c.op('Sub', c.X(0), mean!), inverse!);
  return [
    c.for(0, () => {
      const g = c.op('Mul', c.dY, c.X(1));
      const along = c.op('Mul', normalized, average(c.op('Mul', g, normalized)));
      return c.op('Mul', c.op('Sub', c.op('Sub', g, average(g)), along), inverse!);
    }),
    c.for(1, () => c.op('Mul', c.dY, normalized)),
    c.node.inputs[2] ? c.for(2, () => c.dY) : undefined,
  ];
};

export const reductionRules: Record<string, GradientRule | typeof notDifferentiable> = {
  ArgMax: notDifferentiable,

  LayerNormalization: layerNormalization,

  /** Y = X − ln Σ exp X.  dX = dY − exp(Y)·ΣdY. */
  LogSoftmax: (c) => [
    c.for(0, () => {
      const { axis } = axisOf(c.node.attributes);
      const total = sumAlong(c, c.dY, axis!.value as number);
      return c.op('Sub', c.dY, c.op('Mul', c.op('Exp', c.Y), total));
    }),
  ],

  /** Y = Σ|X|.  dX = dY·sign(X). */
  ReduceL1: (c) => [c.for(0, () => c.op('Mul', kept(c, c.dY), c.op('Sign', c.X(0))))],

  /** Y = √ΣX².  dX = dY·X / Y; the subgradient at 0 is 0. */
  ReduceL2: (c) => [
    c.for(0, () => {
      const isZero = c.op('Equal', c.Y, c.scalar(0));
      const divisor = c.op('Where', isZero, c.scalar(1), c.Y);
      return c.op('Mul', c.X(0), kept(c, c.op('Div', c.dY, divisor)));
    }),
  ],

  /** Y = ln ΣX.  dX = dY / ΣX = dY·exp(−Y). */
  ReduceLogSum: (c) => [
    c.for(0, () => expanded(c, kept(c, c.op('Mul', c.dY, c.op('Exp', c.op('Neg', c.Y)))))),
  ],

  /** Y = ln Σ exp X.  dX = dY·exp(X − Y). */
  ReduceLogSumExp: (c) => [
    c.for(0, () => {
      const share = c.op('Exp', c.op('Sub', c.X(0), kept(c, c.Y)));
      return c.op('Mul', kept(c, c.dY), share);
    }),
  ],

  ReduceMax: extreme,

  /** Y = mean of X over n elements.  dX = dY / n. */
  ReduceMean: (c) => [
    c.for(0, () => {
      const count = sizeOf(c.shape(0)) / sizeOf(c.builder.shapeOf(c.Y));
      return expanded(c, kept(c, c.op('Mul', c.dY, c.scalar(1 / count))));
    }),
  ],

  ReduceMin: extreme,

  /** Y = ΣX.  dX = dY. */
  ReduceSum: (c) => [c.for(0, () => expanded(c, kept(c, c.dY)))],

  /** Y = ΣX².  dX = 2·dY·X. */
  ReduceSumSquare: (c) => [
    c.for(0, () => c.op('Mul', kept(c, c.op('Mul', c.dY, c.scalar(2))), c.X(0))),
  ],

  /** Y = exp X / Σ exp X.  dX = Y·(dY − Σ dY·Y). */
  Softmax: (c) => [
    c.for(0, () => {
      const { axis } = axisOf(c.node.attributes);
      const total = sumAlong(c, c.op('Mul', c.dY, c.Y), axis!.value as number);
      return c.op('Mul', c.Y, c.op('Sub', c.dY, total));
    }),
  ],
};
