/** Uses of operators on numbers of few bits. */
import { castTo } from '../../../src/onnx/builder.ts';
import { int, ints, type Attributes } from '../../../src/onnx/graph.ts';
import type { DType } from '../../../src/onnx/tensor.ts';
import type { GraphMaker } from '../graphMaker.ts';
import { fused, one, ours, type LoweringCase } from './case.ts';

/** Weights [4, 5] of few bits, their scale and zero point, and what they stand for. */
interface Weights {
  readonly data: string;
  readonly scale: string;
  readonly zero: string;
  readonly float: string;
}

function weights(g: GraphMaker, dtype: DType, perColumn: boolean): Weights {
  const low = dtype === 'int8' ? -100 : 0;
  const data = Array.from({ length: 20 }, (_, i) => low + ((i * 53) % 200));
  const columns = perColumn ? 5 : 1;
  const scale = Array.from({ length: columns }, (_, i) => Math.fround(0.01 * (i + 1)));
  const zero = Array.from({ length: columns }, (_, i) => low + 90 + 3 * i);
  const shape = perColumn ? [5] : [];
  const float = data.map((q, i) => (q - zero[(i % 5) % columns]!) * scale[(i % 5) % columns]!);
  return {
    data: g.constant(dtype, [4, 5], data),
    scale: g.constant('float32', shape, scale),
    zero: g.constant(dtype, shape, zero),
    float: g.constant('float32', [4, 5], float),
  };
}

/** X as integers with one scale, and its product with weights, as onnxruntime.quantization does. */
function dynamicProduct(dtype: DType, perColumn: boolean) {
  return (g: GraphMaker, [x]: readonly string[]): readonly string[] => {
    const w = weights(g, dtype, perColumn);
    const [q, scale, zero] = g.ops('DynamicQuantizeLinear', [x!], 3);
    const product = g.op('MatMulInteger', [q!, w.data, zero!, w.zero]);
    const scales = g.op('Mul', [scale!, w.scale]);
    return [g.op('Mul', [g.op('Cast', [product], castTo('float32')), scales])];
  };
}

/** What the product would be without rounding. */
function floatProduct(dtype: DType, perColumn: boolean) {
  return (g: GraphMaker, [x, bias]: readonly string[]): readonly string[] => {
    const product = g.op('MatMul', [x!, weights(g, dtype, perColumn).float]);
    return [bias === undefined ? product : g.op('Add', [product, bias])];
  };
}

/** Two groups of channels over three places, as onnxruntime.quantization writes a convolution. */
function integerConvolution(isSmooth: boolean) {
  return (g: GraphMaker, [x]: readonly string[]): readonly string[] => {
    const data = Array.from({ length: 24 }, (_, i) => (i * 37) % 200);
    const attributes: Attributes = { group: int(2), pads: ints([1, 1]) };
    if (isSmooth) {
      const weight = data.map((q) => (q - 90) * 0.02);
      return [g.op('Conv', [x!, g.constant('float32', [4, 2, 3], weight)], attributes)];
    }
    const [q, scale, zero] = g.ops('DynamicQuantizeLinear', [x!], 3);
    const weight = g.constant('uint8', [4, 2, 3], data);
    const inputs = [q!, weight, zero!, g.scalar(90, 'uint8')];
    const made = g.op('Cast', [g.op('ConvInteger', inputs, attributes)], castTo('float32'));
    return [g.op('Mul', [made, g.op('Mul', [scale!, g.scalar(0.02)])])];
  };
}

const convolutionCases: readonly LoweringCase[] = [
  one('ConvInteger', 'in two groups', [[2, 4, 5]], integerConvolution(false), {
    smooth: integerConvolution(true),
  }),
];

/** Between limits, where what lies beyond them has no gradient. */
function limited(g: GraphMaker, x: string, low: readonly number[], high: readonly number[]) {
  const list = (values: readonly number[]) => g.constant('float32', [values.length], values);
  return g.op('Min', [g.op('Max', [x, list(low)]), list(high)]);
}

const dynamic: readonly LoweringCase[] = (
  [
    ['uint8', false],
    ['int8', false],
    ['int8', true],
  ] as const
).flatMap(([dtype, perColumn]) => {
  const label = `${dtype} weights${perColumn ? ' with a scale a column' : ''}`;
  const without = { smooth: floatProduct(dtype, perColumn) };
  return [
    one('MatMulInteger', label, [[2, 3, 4]], dynamicProduct(dtype, perColumn), without),
    one(
      ours('DynamicQuantizeMatMul'),
      label,
      [[2, 3, 4], [5]],
      (g, [x, bias]) => {
        const w = weights(g, dtype, perColumn);
        return fused('DynamicQuantizeMatMul')(g, [x!, w.data, w.scale, w.zero, bias!]);
      },
      without,
    ),
    one(
      ours('MatMulIntegerToFloat'),
      label,
      [[2, 3, 4], [5]],
      (g, [x, bias]) => {
        const w = weights(g, dtype, perColumn);
        const [q, scale, zero] = g.ops('DynamicQuantizeLinear', [x!], 3);
        const inputs = [q!, w.data, scale!, w.scale, zero!, w.zero, bias!];
        return fused('MatMulIntegerToFloat')(g, inputs);
      },
      without,
    ),
  ];
});

const fixed: readonly LoweringCase[] = [
  one(
    'DynamicQuantizeLinear',
    'and back',
    [[3, 4]],
    (g, [x]) => [g.op('DequantizeLinear', g.ops('DynamicQuantizeLinear', [x!], 3))],
    { smooth: (g, [x]) => [g.op('Identity', [x!])] },
  ),
  one(
    'DynamicQuantizeLinear',
    'and back after a transpose',
    [[3, 4]],
    (g, [x]) => {
      const [q, scale, zero] = g.ops('DynamicQuantizeLinear', [x!], 3);
      return [g.op('DequantizeLinear', [g.op('Transpose', [q!]), scale!, zero!])];
    },
    { smooth: (g, [x]) => [g.op('Transpose', [x!])] },
  ),
  one(
    'QuantizeLinear',
    'by columns, where some are at the limits',
    [[5, 2]],
    (g, [x]) => {
      const scale = g.constant('float32', [2], [0.01, 0.02]);
      const zero = g.constant('int8', [2], [3, -60]);
      const q = g.op('QuantizeLinear', [x!, scale, zero], { axis: int(1) });
      return [g.op('DequantizeLinear', [q, scale, zero], { axis: int(1) })];
    },
    { smooth: (g, [x]) => [limited(g, x!, [-1.31, -1.36], [1.24, 3.74])] },
  ),
  one(
    'DequantizeLinear',
    'of bytes without a zero point',
    [[5, 2]],
    (g, [x]) => {
      const scale = g.constant('float32', [], [0.015]);
      return [g.op('DequantizeLinear', [g.op('QuantizeLinear', [x!, scale]), scale])];
    },
    { smooth: (g, [x]) => [limited(g, x!, [0], [3.825])] },
  ),
  one(
    'QLinearMatMul',
    '',
    [[3, 4]],
    (g, [x]) => {
      const w = weights(g, 'uint8', false);
      const number = (value: number) => g.constant('float32', [], [value]);
      const byte = (value: number) => g.constant('uint8', [], [value]);
      const q = g.op('QuantizeLinear', [x!, number(0.02), byte(128)]);
      const inputs = [q, number(0.02), byte(128), w.data, w.scale, w.zero, number(0.1), byte(120)];
      return [g.op('DequantizeLinear', [g.op('QLinearMatMul', inputs), number(0.1), byte(120)])];
    },
    { smooth: floatProduct('uint8', false) },
  ),
];

/** Bytes that hold numbers of few bits. */
const bytesOf = (count: number) => Array.from({ length: count }, (_, i) => (i * 73 + 11) % 256);

/** Three rows of weights for inputs of width `count`, in blocks of 16. */
function blockProduct(bits: number, count: number, zeros: 'none' | 'packed', bias: boolean) {
  const n = Math.ceil(count / 16);
  return (g: GraphMaker, x: readonly string[]): readonly string[] => {
    const size = (16 * bits) / 8;
    const data = g.constant('uint8', [3, n, size], bytesOf(3 * n * size));
    const zeroBytes = Math.ceil((n * bits) / 8);
    const inputs = [x[0]!, data, x[1]!];
    if (zeros === 'packed')
      inputs.push(g.constant('uint8', [3, zeroBytes], bytesOf(3 * zeroBytes)));
    else if (bias) inputs.push('');
    if (bias) inputs.push('', x[2]!);
    const attributes: Attributes = {
      ...{ K: int(count), N: int(3), bits: int(bits), block_size: int(16) },
    };
    return fused('MatMulNBits', attributes)(g, inputs);
  };
}

const blockCases: readonly LoweringCase[] = [
  one(ours('MatMulNBits'), '4 bits', [[2, 32], [6]], blockProduct(4, 32, 'none', false)),
  one(
    ours('MatMulNBits'),
    '4 bits with zero points, a bias and half a block',
    [[2, 2, 40], [9], [3]],
    blockProduct(4, 40, 'packed', true),
  ),
  one(ours('MatMulNBits'), '8 bits', [[2, 32], [6]], blockProduct(8, 32, 'packed', false)),
  one(ours('MatMulNBits'), '2 bits', [[2, 32], [6]], blockProduct(2, 32, 'packed', false)),
  one(ours('GatherBlockQuantized'), '4 bits', [[5, 2]], (g, x) => {
    const data = g.constant('uint8', [5, 16], bytesOf(80));
    const ids = g.constant('int64', [2, 3], [4, 0, 1, 1, 3, 2]);
    const zeros = g.constant('uint8', [5, 1], bytesOf(5));
    const attributes = { bits: int(4), block_size: int(16), quantize_axis: int(1) };
    return fused('GatherBlockQuantized', attributes)(g, [data, ids, x[0]!, zeros]);
  }),
];

export const quantizationCases: readonly LoweringCase[] = [
  ...dynamic,
  ...fixed,
  ...blockCases,
  ...convolutionCases,
];
