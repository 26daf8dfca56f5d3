/** Uses of sequences of tensors. */
import { int, type Attributes } from '../../../src/onnx/graph.ts';
import type { GraphMaker } from '../graphMaker.ts';
import { one, type LoweringCase } from './case.ts';

const place = (g: GraphMaker, at: number) => g.scalar(at, 'int64');

const joined = (g: GraphMaker, sequence: string, attributes: Attributes) =>
  g.op('ConcatFromSequence', [sequence], attributes);

/** A sequence of x0 … in order. */
const listOf = (g: GraphMaker, x: readonly string[]) => g.op('SequenceConstruct', x);

const three = [
  [2, 3],
  [2, 3],
  [2, 3],
] as const;

export const sequenceCases: readonly LoweringCase[] = [
  one('SplitToSequence', 'in parts of one length, the last one shorter', [[2, 5]], (g, x) => {
    const parts = g.op('SplitToSequence', [x[0]!, place(g, 2)], { axis: int(-1) });
    return [g.op('SequenceAt', [parts, place(g, -1)]), g.op('SequenceAt', [parts, place(g, 0)])];
  }),
  one('SplitToSequence', 'in parts of these lengths', [[6, 2]], (g, x) => {
    const parts = g.op('SplitToSequence', [x[0]!, g.ints([1, 3, 2])]);
    return [0, 1, 2].map((at) => g.op('SequenceAt', [parts, place(g, at)]));
  }),
  ...[0, 1].map((keepdims) =>
    one('SplitToSequence', `in slices, keepdims ${keepdims}`, [[2, 3]], (g, x) => {
      const attributes = { axis: int(1), keepdims: int(keepdims) };
      const parts = g.op('SplitToSequence', [x[0]!], attributes);
      return [g.op('SequenceAt', [parts, place(g, 1)]), joined(g, parts, { axis: int(0) })];
    }),
  ),
  one(
    'SequenceConstruct',
    'of values of several lengths',
    [
      [2, 3],
      [1, 3],
      [4, 3],
    ],
    (g, x) => [joined(g, listOf(g, x), { axis: int(0) })],
  ),
  ...[0, -1].map((axis) =>
    one('ConcatFromSequence', `along the new axis ${axis}`, three, (g, x) => [
      joined(g, listOf(g, x), { axis: int(axis), new_axis: int(1) }),
    ]),
  ),
  one('SequenceAt', 'counted from both ends', three, (g, x) => {
    const list = listOf(g, x);
    return [1, -3, -1].map((at) => g.op('SequenceAt', [list, place(g, at)]));
  }),
  one('SequenceInsert', 'at the end, at the front and before the last', three, (g, x) => {
    const pair = g.op('SequenceInsert', [listOf(g, [x[0]!]), x[1]!]);
    const front = g.op('SequenceInsert', [pair, x[2]!, place(g, 0)]);
    return [joined(g, g.op('SequenceInsert', [front, x[1]!, place(g, -1)]), { axis: int(0) })];
  }),
  one('SequenceErase', 'the last and the first', three, (g, x) => {
    const two = g.op('SequenceErase', [listOf(g, x)]);
    const last = g.op('SequenceErase', [two, place(g, 0)]);
    return [joined(g, two, { axis: int(1) }), joined(g, last, { axis: int(0) }), ...x];
  }),
  one('SequenceEmpty', 'that is filled', three, (g, x) => {
    const filled = x.reduce(
      (list, value) => g.op('SequenceInsert', [list, value]),
      g.op('SequenceEmpty', [], { dtype: int(1) }),
    );
    return [joined(g, filled, { axis: int(1) })];
  }),
  one('SequenceLength', 'as a factor', three, (g, x) => {
    const length = g.op('Cast', [g.op('SequenceLength', [listOf(g, x)])], { to: int(1) });
    return x.map((value) => g.op('Mul', [value, length]));
  }),
];
