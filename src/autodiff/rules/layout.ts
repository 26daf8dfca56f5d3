/** Gradient rules of operators that move elements: what was moved there is moved back. */
import { int, intAttribute, intsAttribute } from '../../onnx/graph.ts';
import { sliceRanges } from '../../onnx/operators/layout.ts';
import { normalizeAxis } from '../../onnx/tensor.ts';
import { notDifferentiable, type GradientRule, type RuleContext } from '../rule.ts';

/** Y has X's elements in the same order.  dX = dY in X's shape. */
const relabel: GradientRule = (c) => [
  c.for(0, () => c.builder.op('Reshape', [c.dY, c.builder.ints(c.shape(0))])),
];

const constantInts = (c: RuleContext, index: number): number[] | undefined => {
  const name = c.node.inputs[index];
  return name ? [...c.builder.constantOf(name)!.data] : undefined;
};

function zeros(c: RuleContext, shape: readonly number[]): string {
  return c.builder.filled(0, shape, c.builder.typeOf(c.X(0)).dtype);
}

/** Y = X[start:end:step, …].  dX = dY at these places, zeros elsewhere. */
const slice: GradientRule = (c) => [
  c.for(0, () => {
    const shape = c.shape(0);
    const ranges = sliceRanges(
      shape,
      constantInts(c, 1)!,
      constantInts(c, 2)!,
      constantInts(c, 3),
      constantInts(c, 4),
    );
    let gradient = c.dY;
    for (const { axis, start, step, count } of ranges) {
      gradient =
        step === 1
          ? padAxis(c, gradient, axis, start, shape[axis]! - start - count)
          : spread(c, gradient, axis, start, step, shape[axis]!);
    }
    return gradient;
  }),
];

function padAxis(c: RuleContext, name: string, axis: number, before: number, after: number) {
  if (before === 0 && after === 0) return name;
  const rank = c.builder.shapeOf(name).length;
  const pads = new Array<number>(2 * rank).fill(0);
  pads[axis] = before;
  pads[axis + rank] = after;
  return c.builder.op('Pad', [name, c.builder.ints(pads)]);
}

/** The elements of `name` along `axis` put at start, start + step, … of an axis of length n. */
function spread(
  c: RuleContext,
  name: string,
  axis: number,
  start: number,
  step: number,
  n: number,
): string {
  const { builder } = c;
  const shape = builder.shapeOf(name);
  const places = Array.from({ length: shape[axis]! }, (_, i) => start + i * step);
  const column = builder.constant(
    'int64',
    shape.map((m, i) => (i === axis ? m : 1)),
    places,
  );
  const target = shape.map((m, i) => (i === axis ? n : m));
  return builder.op(
    'ScatterElements',
    [zeros(c, target), builder.op('Expand', [column, builder.ints(shape)]), name],
    { axis: int(axis) },
  );
}

/** Y = A, B, … side by side.  Each part's gradient is its part of dY. */
const concat: GradientRule = (c) => {
  const axis = normalizeAxis(intAttribute(c.node.attributes, 'axis', 0), c.shape(0).length);
  let start = 0;
  return c.node.inputs.map((_, i) => {
    const end = start + c.shape(i)[axis]!;
    const from = start;
    start = end;
    const { builder } = c;
    return c.for(i, () =>
      builder.op('Slice', [c.dY, builder.ints([from]), builder.ints([end]), builder.ints([axis])]),
    );
  });
};

/** Y₁, Y₂, … = parts of X.  dX = the parts' gradients side by side, zeros where there is none. */
const split: GradientRule = (c) => [
  c.for(0, () => {
    const axis = intAttribute(c.node.attributes, 'axis', 0);
    const parts = c.node.outputs.map(
      (output, i) => c.outputGradients[i] ?? zeros(c, c.builder.shapeOf(output)),
    );
    return c.builder.op('Concat', parts, { axis: int(axis) });
  }),
];

/** Y = X with its axes permuted.  dX = dY with the inverse permutation. */
const transpose: GradientRule = (c) => [
  c.for(0, () => {
    const rank = c.shape(0).length;
    const perm = intsAttribute(c.node.attributes, 'perm') ?? [...Array(rank).keys()].toReversed();
    const inverse = perm.map((_, i) => perm.indexOf(i));
    return c.builder.op('Transpose', [c.dY], { perm: { kind: 'ints', value: inverse } });
  }),
];

/** Y = X surrounded by a constant.  dX = the inner part of dY; a negative pad cut X off. */
const pad: GradientRule = (c) => [
  c.for(0, () => {
    const shape = c.shape(0);
    const axes = constantInts(c, 3) ?? [...shape.keys()];
    const pads = constantInts(c, 1)!;
    let gradient = c.dY;
    axes.forEach((axis, i) => {
      const at = normalizeAxis(axis, shape.length);
      gradient = padAxis(c, gradient, at, -pads[i]!, -pads[i + axes.length]!);
    });
    return gradient;
  }),
];

export const layoutRules: Record<string, GradientRule | typeof notDifferentiable> = {
  Concat: concat,
  Constant: notDifferentiable,
  ConstantOfShape: notDifferentiable,

  /** Y = running sum of X.  dX = running sum of dY from the other end. */
  CumSum: (c) => [
    c.for(0, () => {
      const reverse = int(1 - intAttribute(c.node.attributes, 'reverse', 0));
      const exclusive = int(intAttribute(c.node.attributes, 'exclusive', 0));
      return c.builder.op('CumSum', [c.dY, c.X(1)], { reverse, exclusive });
    }),
    undefined,
  ],

  /** Y = X repeated along axes.  dX = dY summed over them. */
  Expand: (c) => [c.for(0, () => c.dY)],

  Flatten: relabel,

  Pad: pad,
  Range: notDifferentiable,
  Reshape: relabel,
  Shape: notDifferentiable,
  Size: notDifferentiable,
  Slice: slice,
  Split: split,
  Squeeze: relabel,

  /** Y = X repeated along axes.  dX = dY summed over the repetitions. */
  Tile: (c) => [
    c.for(0, () => {
      const repeats = constantInts(c, 1)!;
      const split = c.shape(0).flatMap((n, i) => [repeats[i]!, n]);
      const parts = c.builder.op('Reshape', [c.dY, c.builder.ints(split)]);
      const axes = c.builder.ints(repeats.map((_, i) => 2 * i));
      return c.builder.op('ReduceSum', [parts, axes], { keepdims: int(0) });
    }),
    undefined,
  ],
  Transpose: transpose,

  /** Y = the upper or lower triangle of X.  dX = the same triangle of dY. */
  Trilu: (c) => [
    c.for(0, () => c.builder.op('Trilu', [c.dY, ...c.node.inputs.slice(1)], c.node.attributes)),
  ],
  Unsqueeze: relabel,
};
