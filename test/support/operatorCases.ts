/**
 * For every differentiable operator some uses of it, with the part of its domain that is safe from
 * kinks and poles. The same cases check gradients (float64) and values (against the engine).
 */
import { float, int, ints, string, type Attributes } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/builder.ts';
import type { Shape } from '../../src/onnx/tensor.ts';

/** One use of an operator. */
export interface OperatorCase {
  readonly op: string;
  readonly name: string;
  /** Shapes of the float inputs, which are differentiated. */
  readonly shapes: readonly Shape[];
  /** Each element is drawn from here; by default −2 … 2. */
  readonly domain?: readonly [low: number, high: number];
  /** Draws stay this far from 0, where the operator has a kink. */
  readonly awayFromZero?: number;
  readonly attributes?: Attributes;
  /** Adds the node; by default all inputs in order. */
  readonly build?: (builder: GraphBuilder, inputs: readonly string[]) => readonly string[];
}

/** Broadcasts of two operands: equal, scalar, row, column, both ways, missing axes, empty lead. */
const broadcasts: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3, 4],
    [2, 3, 4],
  ],
  [[2, 3], []],
  [[2, 3, 4], [4]],
  [
    [3, 4],
    [2, 3, 4],
  ],
  [
    [1, 3, 4],
    [2, 3, 1],
  ],
  [
    [3, 1, 4],
    [2, 1, 5, 1],
  ],
  [
    [1, 1],
    [2, 3],
  ],
];

const shapeText = (shapes: readonly Shape[]) => shapes.map((s) => `[${s.join()}]`).join(' ');

function unary(op: string, options: Partial<OperatorCase> = {}): OperatorCase[] {
  return [[], [5], [2, 3, 4]].map((shape) => ({
    op,
    name: `${op} ${shapeText([shape])}`,
    shapes: [shape],
    ...options,
  }));
}

function binary(op: string, options: Partial<OperatorCase> = {}): OperatorCase[] {
  return broadcasts.map((shapes) => ({
    op,
    name: `${op} ${shapeText(shapes)}`,
    shapes,
    ...options,
  }));
}

function one(
  op: string,
  label: string,
  shapes: readonly Shape[],
  options: Partial<OperatorCase> = {},
): OperatorCase {
  return { op, name: `${op} ${label} ${shapeText(shapes)}`, shapes, ...options };
}

/** A node whose first inputs are the case's and whose further ones are integers. */
const withInts =
  (op: string, ...lists: readonly (readonly number[])[]) =>
  (builder: GraphBuilder, inputs: readonly string[]): readonly string[] => [
    builder.op(op, [...inputs, ...lists.map((list) => builder.ints(list))]),
  ];

const withAttributes =
  (op: string, attributes: Attributes, ...lists: readonly (readonly number[])[]) =>
  (builder: GraphBuilder, inputs: readonly string[]): readonly string[] => [
    builder.op(op, [...inputs, ...lists.map((list) => builder.ints(list))], attributes),
  ];

const index = (builder: GraphBuilder, shape: Shape, values: readonly number[]) =>
  builder.constant('int64', shape, values);

const reductions = [
  'ReduceL2',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceSum',
  'ReduceSumSquare',
];

const reduced = (op: string, options: Partial<OperatorCase> = {}): OperatorCase[] => [
  one(op, 'all', [[2, 3]], options),
  one(op, 'axis 1 kept', [[2, 3, 4]], { ...options, build: withInts(op, [1]) }),
  one(op, 'axes 0, -1 dropped', [[2, 3, 4]], {
    ...options,
    build: withAttributes(op, { keepdims: int(0) }, [0, -1]),
  }),
];

/** Updates put, or added, at places of which none is named twice. */
const scatters = ['none', 'add'].flatMap((reduction): OperatorCase[] => [
  one(
    'ScatterElements',
    `${reduction} along axis 1`,
    [
      [2, 4],
      [2, 2],
    ],
    {
      build: (b, [x, updates]) => [
        b.op('ScatterElements', [x!, index(b, [2, 2], [3, 0, 1, -2]), updates!], {
          axis: int(1),
          reduction: string(reduction),
        }),
      ],
    },
  ),
  one(
    'ScatterND',
    `${reduction} of rows`,
    [
      [3, 2, 4],
      [2, 4],
    ],
    {
      build: (b, [x, updates]) => [
        b.op('ScatterND', [x!, index(b, [2, 2], [2, 0, 0, 1]), updates!], {
          reduction: string(reduction),
        }),
      ],
    },
  ),
]);

export const operatorCases: readonly OperatorCase[] = [
  ...unary('Abs', { awayFromZero: 0.1 }),
  ...binary('Add'),
  ...unary('Cast', { build: (b, [x]) => [castOver(b, x!)] }),
  ...unary('Clip', {
    awayFromZero: 0.1,
    build: (b, [x]) => [b.op('Clip', [x!, zeroLike(b, x!, 0), zeroLike(b, x!, 1.05)])],
    domain: [-0.9, 0.9],
  }),
  one(
    'Concat',
    'axis 1',
    [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    { attributes: { axis: int(1) } },
  ),
  one(
    'Concat',
    'axis -2',
    [
      [1, 3],
      [2, 3],
    ],
    { attributes: { axis: int(-2) } },
  ),
  ...unary('Cos'),
  one('CumSum', 'axis 1', [[2, 4]], {
    build: (b, [x]) => [b.op('CumSum', [x!, index(b, [], [1])])],
  }),
  one('CumSum', 'reverse exclusive', [[2, 4]], {
    build: (b, [x]) => [
      b.op('CumSum', [x!, index(b, [], [1])], { reverse: int(1), exclusive: int(1) }),
    ],
  }),
  ...binary('Div', { awayFromZero: 0.5 }),
  ...unary('Erf'),
  ...unary('Exp'),
  one('Expand', 'rows', [[3, 1]], { build: withInts('Expand', [2, 3, 4]) }),
  one('Expand', 'scalar', [[]], { build: withInts('Expand', [2, 2]) }),
  one('Flatten', 'axis 2', [[2, 3, 4]], { attributes: { axis: int(2) } }),
  one('GatherND', 'elements, twice the same', [[3, 4]], {
    build: (b, [x]) => [b.op('GatherND', [x!, index(b, [3, 2], [0, 1, 2, -1, 0, 1])])],
  }),
  one('GatherND', 'rows', [[2, 3, 4]], {
    build: (b, [x]) => [b.op('GatherND', [x!, index(b, [2, 1, 2], [1, 2, 0, 0])])],
  }),
  one('Gather', 'axis 0, twice the same', [[4, 3]], {
    build: (b, [x]) => [b.op('Gather', [x!, index(b, [2, 2], [1, 3, 1, -1])], { axis: int(0) })],
  }),
  one('Gather', 'axis 1, scalar index', [[2, 3, 4]], {
    build: (b, [x]) => [b.op('Gather', [x!, index(b, [], [2])], { axis: int(1) })],
  }),
  one('GatherElements', 'axis 1', [[2, 4]], {
    build: (b, [x]) => [
      b.op('GatherElements', [x!, index(b, [2, 3], [0, 0, 3, 2, -1, 2])], { axis: int(1) }),
    ],
  }),
  ...unary('Gelu'),
  ...unary('Gelu', { attributes: { approximate: string('tanh') } }).map((c) => ({
    ...c,
    name: `${c.name} tanh`,
  })),
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB) =>
      one(
        'Gemm',
        `transA ${transA} transB ${transB}`,
        [transA ? [4, 2] : [2, 4], transB ? [3, 4] : [4, 3], transA ? [3] : [2, 1]],
        {
          attributes: {
            transA: int(transA),
            transB: int(transB),
            alpha: float(0.5),
            beta: float(2),
          },
        },
      ),
    ),
  ),
  one('Gemm', 'without bias', [
    [2, 4],
    [4, 3],
  ]),
  one('LayerNormalization', 'last axis', [[2, 3, 4], [4], [4]], {
    attributes: { axis: int(-1), epsilon: float(1e-5) },
  }),
  one(
    'LayerNormalization',
    'two axes, no bias',
    [
      [2, 3, 4],
      [3, 4],
    ],
    {
      attributes: { axis: int(1), epsilon: float(1e-3) },
    },
  ),
  ...unary('Log', { domain: [0.3, 3] }),
  one('LogSoftmax', 'last', [[2, 3, 4]], { attributes: { axis: int(-1) } }),
  one('LogSoftmax', 'axis 1', [[2, 3, 4]], { attributes: { axis: int(1) } }),
  ...[
    [
      [3, 4],
      [4, 2],
    ],
    [
      [2, 3, 4],
      [4, 2],
    ],
    [
      [2, 3, 4],
      [2, 4, 2],
    ],
    [
      [2, 1, 3, 4],
      [3, 4, 2],
    ],
    [[4], [4, 2]],
    [[3, 4], [4]],
    [[4], [4]],
    [[2, 3, 4], [4]],
    [[4], [2, 4, 3]],
    [
      [1, 3, 4],
      [5, 4, 2],
    ],
  ].map((shapes) => one('MatMul', '', shapes)),
  ...binary('Max'),
  ...binary('Min'),
  one('Max', 'of three', [[2, 3], [3], [2, 1]]),
  ...broadcasts.map((shapes) =>
    one('Mod', 'of floats', shapes, {
      // Quotients stay away from whole numbers, where the rest jumps.
      build: (b, [x, y]) => [b.op('Mod', apart(b, x!, y!), { fmod: int(1) })],
      domain: [-0.3, 0.3],
    }),
  ),
  ...binary('Mul'),
  ...unary('Neg'),
  one('Pad', 'both ends', [[2, 3]], { build: withInts('Pad', [1, 0, 2, 1]) }),
  one('Pad', 'cutting', [[4, 3]], { build: withInts('Pad', [-1, 1, 2, -1]) }),
  ...unary('Pow', { build: (b, [x]) => [b.op('Pow', [x!, zeroLike(b, x!, 2)])] }),
  ...unary('Pow', { build: (b, [x]) => [b.op('Pow', [x!, zeroLike(b, x!, 3)])] }).map((c) => ({
    ...c,
    name: `${c.name} cubed`,
  })),
  ...binary('Pow', { domain: [0.4, 2] }),
  ...unary('Reciprocal', { awayFromZero: 0.4 }),
  ...reductions.flatMap((op) => reduced(op)),
  ...reduced('ReduceL1', { awayFromZero: 0.1 }),
  ...reduced('ReduceLogSum', { domain: [0.3, 2] }),
  ...unary('Relu', { awayFromZero: 0.1 }),
  one('Reshape', '', [[2, 6]], { build: withInts('Reshape', [3, -1]) }),
  ...scatters,
  ...unary('Sigmoid'),
  ...unary('Sin'),
  one('Slice', 'inner', [[4, 5]], { build: withInts('Slice', [1, 1], [3, 5], [0, 1]) }),
  one('Slice', 'steps and negative ends', [[5, 4]], {
    build: withInts('Slice', [0, -1], [5, -5], [0, 1], [2, -1]),
  }),
  one('Softmax', 'last', [[2, 3, 4]], { attributes: { axis: int(-1) } }),
  one('Softmax', 'axis 0', [[3, 2]], { attributes: { axis: int(0) } }),
  ...unary('Softplus'),
  one('Split', 'uneven', [[2, 5]], {
    build: (b, [x]) => b.ops('Split', [x!, b.ints([2, 3])], 2, { axis: int(1) }),
  }),
  one('Split', 'one part unused', [[6, 2]], {
    build: (b, [x]) => b.ops('Split', [x!, b.ints([1, 2, 3])], 3, { axis: int(0) }).slice(1, 2),
  }),
  ...unary('Sqrt', { domain: [0.3, 3] }),
  one('Squeeze', '', [[2, 1, 3, 1]], { build: withInts('Squeeze', [1, -1]) }),
  // Value and gradient part here; of one value they are the same.
  ...unary('StraightThrough', { build: (b, [x]) => [b.op('StraightThrough', [x!, x!])] }),
  ...binary('Sub'),
  ...binary('Sum'),
  ...unary('Tanh'),
  one('Tile', 'two axes', [[2, 3]], { build: withInts('Tile', [2, 3]) }),
  one('Tile', 'new rows', [[1, 3]], { build: withInts('Tile', [4, 1]) }),
  one('Transpose', '', [[2, 3, 4]], { attributes: { perm: ints([2, 0, 1]) } }),
  one('Transpose', 'default', [[2, 3]]),
  one('Trilu', 'upper', [[2, 3, 4]], { attributes: { upper: int(1) } }),
  one('Trilu', 'lower, k = -1', [[3, 4]], {
    build: (b, [x]) => [b.op('Trilu', [x!, index(b, [], [-1])], { upper: int(0) })],
  }),
  one('Unsqueeze', '', [[2, 3]], { build: withInts('Unsqueeze', [0, -1]) }),
  ...broadcasts.map((shapes) =>
    one('Where', '', shapes, {
      build: (b, [x, y]) => {
        const lead = b.constant('bool', [4], [1, 0, 1, 0]);
        const flag = shapes.some((s) => (s.at(-1) ?? 1) === 4) ? lead : b.constant('bool', [], [1]);
        return [b.op('Where', [flag, x!, y!])];
      },
    }),
  ),
];

/** A scalar of the same element type as `like`. */
function zeroLike(builder: GraphBuilder, like: string, value: number): string {
  return builder.scalar(value, builder.typeOf(like).dtype);
}

/** 2.5 + 0.3·x and −1 + 0.3·y, whose quotient is −2 and a rest. */
function apart(builder: GraphBuilder, x: string, y: string): string[] {
  return [
    builder.op('Add', [x, zeroLike(builder, x, 2.5)]),
    builder.op('Sub', [y, zeroLike(builder, y, 1)]),
  ];
}

/** To the other precision; one node, so that a mutant cannot cancel itself. */
function castOver(builder: GraphBuilder, x: string): string {
  const other = builder.typeOf(x).dtype === 'float64' ? 1 : 11;
  return builder.op('Cast', [x], { to: int(other) });
}

/** The case's node on top of fresh inputs x0, x1, … of `dtype`. */
export function buildCase(
  builder: GraphBuilder,
  operatorCase: OperatorCase,
  dtype: 'float32' | 'float64',
): { inputs: string[]; outputs: readonly string[] } {
  const inputs = operatorCase.shapes.map((shape, i) => builder.input(`x${i}`, dtype, shape));
  const build =
    operatorCase.build ??
    ((b: GraphBuilder, names: readonly string[]) => [
      b.op(operatorCase.op, names, operatorCase.attributes ?? {}),
    ]);
  return { inputs, outputs: build(builder, inputs) };
}
