/** Operators between numbers and the few bits that stand for them. */
import { intAttribute } from '../graph.ts';
import { normalizeAxis, sizeOf, type Constant, type DType, type Shape } from '../tensor.ts';
import { broadcastOffsets, roundToEven } from './elementwise.ts';
import { matMul } from './linear.ts';
import { typeOf, valueOf, type ComputeContext, type Operator } from './operator.ts';

/** Least and greatest number of an integer type. */
export function integerRange(dtype: DType): [low: number, high: number] {
  switch (dtype) {
    case 'int8':
      return [-128, 127];
    case 'uint8':
      return [0, 255];
    case 'int16':
      return [-32768, 32767];
    case 'uint16':
      return [0, 65535];
    default:
      return [-(2 ** 31), 2 ** 31 - 1];
  }
}

const clamp = (x: number, [low, high]: readonly [number, number]) =>
  Math.min(Math.max(x, low), high);

/** For each element of `shape`, its place in a scale: one for all, or one for each along an axis. */
function scaleOffsets(c: ComputeContext, shape: Shape, scale: Constant): Int32Array {
  if (sizeOf(scale.shape) === 1) return new Int32Array(sizeOf(shape));
  const axis = normalizeAxis(intAttribute(c.attributes, 'axis', 1), shape.length);
  const lifted = shape.map((_, i) => (i === axis ? scale.shape[0]! : 1));
  return broadcastOffsets(lifted, shape);
}

const quantizeLinear: Operator = {
  infer: (c) => [{ dtype: c.types[2]?.dtype ?? 'uint8', shape: typeOf(c, 0).shape }],
  compute: (c) => {
    const [x, scale, zero] = [valueOf(c, 0), valueOf(c, 1), c.inputs[2]];
    const at = scaleOffsets(c, x.shape, scale);
    const range = integerRange(c.types[0]!.dtype);
    return [
      x.data.map((value, i) => {
        const place = at[i]!;
        const rounded = roundToEven(value / scale.data[place]!) + (zero?.data[place] ?? 0);
        return clamp(rounded, range);
      }),
    ];
  },
};

const dequantizeLinear: Operator = {
  infer: (c) => [{ dtype: typeOf(c, 1).dtype, shape: typeOf(c, 0).shape }],
  compute: (c) => {
    const [x, scale, zero] = [valueOf(c, 0), valueOf(c, 1), c.inputs[2]];
    const at = scaleOffsets(c, x.shape, scale);
    return [x.data.map((q, i) => (q - (zero?.data[at[i]!] ?? 0)) * scale.data[at[i]!]!)];
  },
};

/** One scale for the whole tensor, in which 0 has a number of its own. */
const dynamicQuantizeLinear: Operator = {
  infer: (c) => [
    { dtype: 'uint8', shape: typeOf(c, 0).shape },
    { dtype: 'float32', shape: [] },
    { dtype: 'uint8', shape: [] },
  ],
  compute: (c) => {
    const { data } = valueOf(c, 0);
    const low = data.reduce((a, b) => Math.min(a, b), 0);
    const high = data.reduce((a, b) => Math.max(a, b), 0);
    const scale = Math.fround((high - low) / 255) || 1;
    const range = [0, 255] as const;
    const zero = roundToEven(clamp(-low / scale, range));
    const rounded = data.map((x) => clamp(roundToEven(x / scale) + zero, range));
    return [rounded, Float64Array.of(scale), Float64Array.of(zero)];
  },
};

/** The product of (A − zero) and (B − zero); the second may be one for each column. */
const matMulInteger: Operator = {
  infer: (c) => [{ ...matMul.infer(c)[0]!, dtype: 'int32' }],
  compute: (c) => {
    const centred = (index: number): Constant => {
      const [x, zero] = [valueOf(c, index), c.inputs[index + 2]];
      if (!zero) return x;
      const at = broadcastOffsets(sizeOf(zero.shape) === 1 ? [] : zero.shape, x.shape);
      return { ...x, data: x.data.map((value, i) => value - zero.data[at[i]!]!) };
    };
    return matMul.compute({ ...c, inputs: [centred(0), centred(1)] });
  },
};

/**
 * No operator of ONNX, but how a value and its gradient part: the value is the first input, and the
 * gradient flows to the second as if that were the value. Written to a file it is the first input.
 */
const straightThrough: Operator = {
  infer: (c) => [typeOf(c, 0)],
  compute: (c) => [valueOf(c, 0).data],
};

export const quantization: Record<string, Operator> = {
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  MatMulInteger: matMulInteger,
  QuantizeLinear: quantizeLinear,
  StraightThrough: straightThrough,
};
