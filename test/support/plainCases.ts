/**
 * Uses of operators that have no gradient: their values are computed while graphs are built and in
 * the oracle of gradient checks, and must be the engine's. Outputs are cast to float.
 */
import { castTo, type GraphBuilder } from '../../src/onnx/builder.ts';
import { int, string } from '../../src/onnx/graph.ts';
import type { DType, Shape } from '../../src/onnx/tensor.ts';
import type { OperatorCase } from './operatorCases.ts';

const asFloat = (b: GraphBuilder, x: string) => b.op('Cast', [x], castTo('float32'));

function one(
  op: string,
  label: string,
  shapes: readonly Shape[],
  build: (b: GraphBuilder, x: readonly string[]) => readonly string[],
): OperatorCase {
  return {
    op,
    name: `${op} ${label}`,
    shapes,
    build: (b, x) => build(b, x).map((output) => asFloat(b, output)),
  };
}

const positive = (b: GraphBuilder, x: string) => b.op('Greater', [x, b.scalar(0)]);

/** Bytes 0 … 200 made of an input, so that nothing is folded. */
const bytes = (b: GraphBuilder, x: string) =>
  b.op('Cast', [b.op('Mul', [b.op('Abs', [x]), b.scalar(100)])], castTo('uint8'));

const comparisons = ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'];

export const plainCases: readonly OperatorCase[] = [
  ...['And', 'Or', 'Xor'].map((op) =>
    one(op, '', [[3, 4], [4]], (b, [x, y]) => [b.op(op, [positive(b, x!), positive(b, y!)])]),
  ),
  ...comparisons.map((op) =>
    one(op, '', [[3, 4], [4]], (b, [x, y]) => [
      b.op(op, [b.op('Floor', [x!]), b.op('Floor', [y!])]),
    ]),
  ),
  one('Not', '', [[5]], (b, [x]) => [b.op('Not', [positive(b, x!)])]),
  ...['Ceil', 'Floor', 'Sign'].map((op) => one(op, '', [[7]], (b, [x]) => [b.op(op, [x!])])),
  one('Round', 'to even', [[20]], (b, [x]) => {
    const halves = b.op('Mul', [b.op('Round', [b.op('Mul', [x!, b.scalar(4)])]), b.scalar(0.5)]);
    return [b.op('Round', [halves]), b.op('Round', [x!])];
  }),
  one('Mod', 'of whole numbers', [[12]], (b, [x]) => {
    const whole = b.op('Cast', [b.op('Mul', [x!, b.scalar(10)])], castTo('int64'));
    return [b.op('Mod', [whole, b.constant('int64', [], [7])])];
  }),
  one('IsNaN', '', [[9]], (b, [x]) => [b.op('IsNaN', [b.op('Sqrt', [x!])])]),
  ...[{}, { detect_negative: int(0) }, { detect_positive: int(0) }].map((attributes, i) =>
    one('IsInf', `of both signs ${i}`, [[9]], (b, [x]) => {
      const large = b.op('Mul', [
        b.op('Div', [x!, b.op('Floor', [b.op('Abs', [x!])])]),
        b.scalar(1),
      ]);
      return [b.op('IsInf', [large], attributes)];
    }),
  ),
  ...['LEFT', 'RIGHT'].map((direction) =>
    one('BitShift', direction, [[9]], (b, [x]) => [
      b.op('BitShift', [bytes(b, x!), b.constant('uint8', [], [3])], {
        direction: string(direction),
      }),
    ]),
  ),
  one('BitwiseAnd', '', [[9]], (b, [x]) => [
    b.op('BitwiseAnd', [bytes(b, x!), b.constant('uint8', [], [0b1101])]),
  ]),
  one('DynamicQuantizeLinear', '', [[3, 7]], (b, [x]) => b.ops('DynamicQuantizeLinear', [x!], 3)),
  one('DynamicQuantizeLinear', 'of positive numbers', [[3, 7]], (b, [x]) =>
    b.ops('DynamicQuantizeLinear', [b.op('Add', [b.op('Abs', [x!]), b.scalar(1)])], 3),
  ),
  ...(['uint8', 'int8'] as const).map((dtype: DType) =>
    one('QuantizeLinear', `to ${dtype} by rows`, [[2, 9]], (b, [x]) => {
      const scale = b.constant('float32', [2], [0.0123, 0.0271]);
      const zero = b.constant(dtype, [2], [7, 100]);
      const q = b.op('QuantizeLinear', [x!, scale, zero], { axis: int(0) });
      return [q, b.op('DequantizeLinear', [q, scale, zero], { axis: int(0) })];
    }),
  ),
  one('MatMulInteger', 'with a zero point for each column', [[2, 3]], (b, [x]) => {
    const right = b.constant('int8', [3, 2], [1, -5, 100, 7, -128, 3]);
    const zeros = [b.constant('uint8', [], [100]), b.constant('int8', [2], [-4, 9])];
    return [b.op('MatMulInteger', [bytes(b, x!), right, ...zeros])];
  }),
  one('MatMulInteger', 'without zero points', [[2, 2, 3]], (b, [x]) => {
    const right = b.constant('uint8', [3, 2], [1, 5, 100, 7, 255, 3]);
    return [b.op('MatMulInteger', [bytes(b, x!), right])];
  }),
  one('ArgMax', '', [[3, 4]], (b, [x]) => [
    b.op('ArgMax', [x!], { axis: int(1) }),
    b.op('ArgMax', [x!], { axis: int(0), keepdims: int(0) }),
  ]),
];
