/** Gradient rules of operators that take parts of a tensor by index, or put parts there. */
import { int, intAttribute, string, stringAttribute } from '../../onnx/graph.ts';
import { normalizeAxis, sizeOf } from '../../onnx/tensor.ts';
import type { GradientRule, RuleContext } from '../rule.ts';

function zeros(c: RuleContext, shape: readonly number[]): string {
  return c.builder.filled(0, shape, c.builder.typeOf(c.X(0)).dtype);
}

/** `updates` added into zeros of X's shape at `indices` along `axis`; equal places add up. */
function scatterAdd(c: RuleContext, indices: string, updates: string, axis: number): string {
  return c.builder.op('ScatterElements', [zeros(c, c.shape(0)), indices, updates], {
    axis: int(axis),
    reduction: string('add'),
  });
}

/**
 * Y = X[…, indices, …] along an axis.  dX = zeros with dY added at the indices; an index that occurs
 * twice gets both.
 */
const gather: GradientRule = (c) => [
  c.for(0, () => {
    const { builder } = c;
    const shape = c.shape(0);
    const axis = normalizeAxis(intAttribute(c.node.attributes, 'axis', 0), shape.length);
    const count = sizeOf(c.shape(1));
    const updates = [...shape.slice(0, axis), count, ...shape.slice(axis + 1)];
    const column = shape.map((_, i) => (i === axis ? count : 1));
    const indices = builder.op('Expand', [
      builder.op('Reshape', [c.X(1), builder.ints(column)]),
      builder.ints(updates),
    ]);
    return scatterAdd(c, indices, builder.op('Reshape', [c.dY, builder.ints(updates)]), axis);
  }),
  undefined,
];

const isAdded = (c: RuleContext) =>
  stringAttribute(c.node.attributes, 'reduction', 'none') === 'add';

export const selectionRules: Record<string, GradientRule> = {
  Gather: gather,

  /** Y = X picked element by element along an axis.  dX = zeros with dY added at the picks. */
  GatherElements: (c) => [
    c.for(0, () => scatterAdd(c, c.X(1), c.dY, intAttribute(c.node.attributes, 'axis', 0))),
    undefined,
  ],

  /** Y = the parts of X that indices name by its first axes.  dX = zeros with dY added there. */
  GatherND: (c) => [
    c.for(0, () =>
      c.builder.op('ScatterND', [zeros(c, c.shape(0)), c.X(1), c.dY], { reduction: string('add') }),
    ),
    undefined,
  ],

  /**
   * Y = X with U put, or added, at the indices along an axis.  dU = dY there; dX = dY, without what
   * was put over.
   */
  ScatterElements: (c) => {
    const axis = { axis: int(intAttribute(c.node.attributes, 'axis', 0)) };
    return [
      c.for(0, () => {
        if (isAdded(c)) return c.dY;
        return c.builder.op('ScatterElements', [c.dY, c.X(1), zeros(c, c.shape(1))], axis);
      }),
      undefined,
      c.for(2, () => c.builder.op('GatherElements', [c.dY, c.X(1)], axis)),
    ];
  },

  /** As ScatterElements, with parts of X that indices name by its first axes. */
  ScatterND: (c) => [
    c.for(0, () => {
      if (isAdded(c)) return c.dY;
      return c.op('ScatterND', c.dY, c.X(1), zeros(c, c.shape(2)));
    }),
    undefined,
    c.for(2, () => c.op('GatherND', c.dY, c.X(1))),
  ],
};
