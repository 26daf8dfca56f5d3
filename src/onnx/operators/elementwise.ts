/** Operators that treat each element alone, with NumPy's broadcasting. */
import { PtuneError } from '../../base/errors.ts';
import { intAttribute, stringAttribute } from '../graph.ts';
import { broadcastShapes, dtypeFromCode, dtypes, isFloat, sizeOf, stridesOf } from '../tensor.ts';
import type { Constant, DType, Shape } from '../tensor.ts';
import { typeOf, valueOf, type Operator } from './operator.ts';

function unary(f: (x: number) => number, output?: DType): Operator {
  return {
    infer: (c) => [{ dtype: output ?? typeOf(c, 0).dtype, shape: typeOf(c, 0).shape }],
    compute: (c) => [valueOf(c, 0).data.map((x) => f(x))],
  };
}

/** For each element of `shape`, the offset of the element of `from` that broadcasts to it. */
export function broadcastOffsets(from: Shape, shape: Shape): Int32Array {
  const offsets = new Int32Array(sizeOf(shape));
  const strides = stridesOf(from);
  const lead = shape.length - from.length;
  const outer = stridesOf(shape);
  for (let i = 0; i < offsets.length; i++) {
    let rest = i;
    let offset = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      const index = Math.floor(rest / outer[axis]!);
      rest -= index * outer[axis]!;
      const own = axis - lead;
      if (own >= 0 && from[own] !== 1) offset += index * strides[own]!;
    }
    offsets[i] = offset;
  }
  return offsets;
}

/** The elements of `value` broadcast to `shape`. */
export function broadcastTo(value: Constant, shape: Shape): Float64Array {
  if (value.data.length === sizeOf(shape)) return value.data;
  return Float64Array.from(broadcastOffsets(value.shape, shape), (at) => value.data[at]!);
}

function binary(f: (x: number, y: number, dtype: DType) => number, output?: DType): Operator {
  return {
    infer: (c) => [
      {
        dtype: output ?? typeOf(c, 0).dtype,
        shape: broadcastShapes(typeOf(c, 0).shape, typeOf(c, 1).shape),
      },
    ],
    compute: (c) => {
      const { dtype } = valueOf(c, 0);
      const { shape } = c.types[0]!;
      const a = broadcastTo(valueOf(c, 0), shape);
      const b = broadcastTo(valueOf(c, 1), shape);
      return [a.map((x, i) => f(x, b[i]!, dtype))];
    },
  };
}

function variadic(f: (x: number, y: number) => number): Operator {
  return {
    infer: (c) => [
      {
        dtype: typeOf(c, 0).dtype,
        shape: broadcastShapes(...c.types.map((_, i) => typeOf(c, i).shape)),
      },
    ],
    compute: (c) => {
      const { shape } = c.types[0]!;
      let result = broadcastTo(valueOf(c, 0), shape);
      for (let i = 1; i < c.inputs.length; i++) {
        const b = broadcastTo(valueOf(c, i), shape);
        result = result.map((x, j) => f(x, b[j]!));
      }
      return [result];
    },
  };
}

/**
 * The error function, to about 1e-16: its Taylor series for |x| < 3, beyond it the continued
 * fraction of the complement (Abramowitz and Stegun 1964, 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-a * a) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

/** The nearest whole number; of two equally near ones the even one. */
export function roundToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const where: Operator = {
  infer: (c) => [
    {
      dtype: typeOf(c, 1).dtype,
      shape: broadcastShapes(typeOf(c, 0).shape, typeOf(c, 1).shape, typeOf(c, 2).shape),
    },
  ],
  compute: (c) => {
    const { shape } = c.types[0]!;
    const [condition, a, b] = [0, 1, 2].map((i) => broadcastTo(valueOf(c, i), shape));
    return [condition!.map((x, i) => (x ? a![i]! : b![i]!))];
  },
};

const cast: Operator = {
  infer: (c) => [
    { dtype: dtypeFromCode(intAttribute(c.attributes, 'to', 1)), shape: typeOf(c, 0).shape },
  ],
  compute: (c) => {
    const to = c.types[0]!.dtype;
    const { data } = valueOf(c, 0);
    if (to === 'bool') return [data.map((x) => (x === 0 ? 0 : 1))];
    return [isFloat(to) ? data.slice() : data.map((x) => Math.trunc(x))];
  },
};

const gelu: Operator = {
  infer: (c) => [typeOf(c, 0)],
  compute: (c) => {
    const approximate = stringAttribute(c.attributes, 'approximate', 'none');
    const k = Math.sqrt(2 / Math.PI);
    const f =
      approximate === 'tanh'
        ? (x: number) => 0.5 * x * (1 + Math.tanh(k * (x + 0.044715 * x ** 3)))
        : (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));
    return [valueOf(c, 0).data.map(f)];
  },
};

const clip: Operator = {
  infer: (c) => [typeOf(c, 0)],
  compute: (c) => {
    const low = c.inputs[1]?.data[0] ?? -Infinity;
    const high = c.inputs[2]?.data[0] ?? Infinity;
    return [valueOf(c, 0).data.map((x) => Math.min(Math.max(x, low), high))];
  },
};

function divide(x: number, y: number, dtype: DType): number {
  if (isFloat(dtype)) return x / y;
  if (y === 0) throw new PtuneError('model/unsupported', 'The model divides integers by zero.');
  return Math.trunc(x / y);
}

const fmod = binary((x, y) => x % y);
const floorMod = binary((x, y) => x - Math.floor(x / y) * y);

/** The rest of a division: with the sign of the divisor, or of the dividend where `fmod`. */
const mod: Operator = {
  infer: fmod.infer,
  compute: (c) => (intAttribute(c.attributes, 'fmod', 0) === 1 ? fmod : floorMod).compute(c),
};

/** Shifts whole numbers by bits, to the left unless told. */
const bitShift: Operator = {
  infer: (c) => [
    {
      dtype: typeOf(c, 0).dtype,
      shape: broadcastShapes(typeOf(c, 0).shape, typeOf(c, 1).shape),
    },
  ],
  compute: (c) => {
    const right = stringAttribute(c.attributes, 'direction', 'LEFT') === 'RIGHT';
    const { dtype, shape } = c.types[0]!;
    const limit = 2 ** (8 * dtypes[dtype].size);
    const [a, b] = [broadcastTo(valueOf(c, 0), shape), broadcastTo(valueOf(c, 1), shape)];
    return [a.map((x, i) => (right ? Math.floor(x / 2 ** b[i]!) : (x * 2 ** b[i]!) % limit))];
  },
};

/** 1 for infinities; the attributes leave one of the signs out. */
const isInf: Operator = {
  infer: (c) => [{ dtype: 'bool', shape: typeOf(c, 0).shape }],
  compute: (c) => {
    const positive = intAttribute(c.attributes, 'detect_positive', 1) === 1;
    const negative = intAttribute(c.attributes, 'detect_negative', 1) === 1;
    return [
      valueOf(c, 0).data.map((x) =>
        Number((positive && x === Infinity) || (negative && x === -Infinity)),
      ),
    ];
  },
};

export const elementwise: Record<string, Operator> = {
  Abs: unary(Math.abs),
  Add: binary((x, y) => x + y),
  And: binary((x, y) => x && y, 'bool'),
  BitShift: bitShift,
  BitwiseAnd: binary((x, y) => x & y),
  Cast: cast,
  Ceil: unary(Math.ceil),
  Clip: clip,
  Cos: unary(Math.cos),
  Div: binary(divide),
  Equal: binary((x, y) => Number(x === y), 'bool'),
  Erf: unary(erf),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Gelu: gelu,
  Greater: binary((x, y) => Number(x > y), 'bool'),
  GreaterOrEqual: binary((x, y) => Number(x >= y), 'bool'),
  Identity: unary((x) => x),
  IsInf: isInf,
  IsNaN: unary((x) => Number(Number.isNaN(x)), 'bool'),
  Less: binary((x, y) => Number(x < y), 'bool'),
  LessOrEqual: binary((x, y) => Number(x <= y), 'bool'),
  Log: unary(Math.log),
  Max: variadic(Math.max),
  Min: variadic(Math.min),
  Mod: mod,
  Mul: binary((x, y) => x * y),
  Neg: unary((x) => -x),
  Not: unary((x) => Number(x === 0), 'bool'),
  Or: binary((x, y) => x || y, 'bool'),
  Pow: binary(Math.pow),
  Reciprocal: unary((x) => 1 / x),
  Relu: unary((x) => Math.max(x, 0)),
  Round: unary(roundToEven),
  Sigmoid: unary(sigmoid),
  Sign: unary(Math.sign),
  Sin: unary(Math.sin),
  Softplus: unary((x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)),
  Sqrt: unary(Math.sqrt),
  Sub: binary((x, y) => x - y),
  Sum: variadic((x, y) => x + y),
  Tanh: unary(Math.tanh),
  Where: where,
  Xor: binary((x, y) => Number((x !== 0) !== (y !== 0)), 'bool'),
};
