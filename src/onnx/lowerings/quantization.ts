/**
 * Numbers of few bits. Values are computed by the engine's own integer operators; gradients flow as
 * if nothing had been rounded, through a float form of each value that is only run where a gradient
 * needs it.
 */
import { castTo, type GraphBuilder } from '../builder.ts';
import { int, intAttribute, type Attributes } from '../graph.ts';
import { integerRange } from '../operators/quantization.ts';
import { isFloat, normalizeAxis, sizeOf } from '../tensor.ts';
import { convolution, convolutionAttributes } from './convolution.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

/** For each builder, the integers that a float form stands for. */
const integerForms = new WeakMap<GraphBuilder, Map<string, string>>();

/** `x` as integers: itself, or those that it stands for; undefined where it has lost them. */
function integersOf(c: LoweringContext, x: string): string | undefined {
  if (!isFloat(c.builder.typeOf(x).dtype)) return x;
  return integerForms.get(c.builder)?.get(x);
}

/** `integers` as floats whose gradient flows to `through`. */
function withGradient(c: LoweringContext, integers: string, through: string): string {
  const value = c.with('Cast', [integers], castTo(c.builder.typeOf(through).dtype));
  const result = c.op('StraightThrough', value, through);
  const known = integerForms.get(c.builder) ?? new Map<string, string>();
  integerForms.set(c.builder, known.set(result, integers));
  return result;
}

const asFloat = (c: LoweringContext, x: string): string =>
  isFloat(c.builder.typeOf(x).dtype) ? x : c.with('Cast', [x], castTo('float32'));

/** A scale or zero point, one for each place along `axis`, so that it broadcasts over `x`. */
function alongAxis(c: LoweringContext, scale: string, x: string, axis: number): string {
  const shape = c.shape(scale);
  if (shape.length !== 1 || shape[0] === 1)
    return sizeOf(shape) === 1 ? c.reshape(scale, []) : scale;
  const rank = c.shape(x).length;
  const at = normalizeAxis(axis, rank);
  return c.reshape(
    scale,
    c.shape(x).map((_, i) => (i === at ? shape[0]! : 1)),
  );
}

/** Attributes of the plain operator; those of blocks are refused. */
function axisAttribute(c: LoweringContext): Attributes {
  if (c.int('block_size', 0) !== 0) c.refuse('Blocks with scales of their own are not supported.');
  return { axis: int(c.int('axis', 1)) };
}

function lowerQuantize(c: LoweringContext): string[] {
  const [x, scale, zero] = [c.input(0), c.input(1), c.optional(2)];
  const attributes = axisAttribute(c);
  const integers = c.with('QuantizeLinear', zero ? [x, scale, zero] : [x, scale], attributes);
  const axis = intAttribute(attributes, 'axis', 1);
  const scaled = c.op('Div', x, alongAxis(c, scale, x, axis));
  const moved = zero ? c.op('Add', scaled, alongAxis(c, asFloat(c, zero), x, axis)) : scaled;
  const [low, high] = integerRange(c.builder.typeOf(integers).dtype);
  const limited = c.op('Clip', moved, c.scalar(low, moved), c.scalar(high, moved));
  return [withGradient(c, integers, limited)];
}

/** (X − zero)·scale */
function dequantized(
  c: LoweringContext,
  x: string,
  scale: string,
  zero: string | undefined,
  attributes: Attributes = { axis: int(1) },
): string {
  const integers = integersOf(c, x);
  const value =
    integers &&
    c.with('DequantizeLinear', zero ? [integers, scale, zero] : [integers, scale], attributes);
  if (integers === x) return value!;
  const axis = intAttribute(attributes, 'axis', 1);
  const centred = zero ? c.op('Sub', x, alongAxis(c, asFloat(c, zero), x, axis)) : x;
  const through = c.op('Mul', centred, alongAxis(c, scale, x, axis));
  return value === undefined ? through : c.op('StraightThrough', value, through);
}

/** X as integers of one scale, which is chosen by its extremes; the scale has no gradient. */
function dynamicallyQuantized(c: LoweringContext, x: string): [string, string, string] {
  const [integers, scale, zero] = c.builder.ops('DynamicQuantizeLinear', [x], 3);
  return [withGradient(c, integers!, c.op('Div', x, scale!)), scale!, zero!];
}

/** X − zero, as floats. */
function centred(c: LoweringContext, x: string, zero: string | undefined): string {
  const own = asFloat(c, x);
  if (zero === undefined) return own;
  const isOne = sizeOf(c.shape(zero)) === 1;
  return c.op('Sub', own, asFloat(c, isOne ? c.reshape(zero, []) : zero));
}

/** (A − zero)·(B − zero), whole numbers as floats. */
function integerProduct(
  c: LoweringContext,
  a: string,
  b: string,
  zeros: readonly [string | undefined, string | undefined],
): string {
  if (zeros[0] !== undefined && sizeOf(c.shape(zeros[0])) > 1) {
    c.refuse('A zero point for each row is not supported.');
  }
  const through = c.op('MatMul', centred(c, a, zeros[0]), centred(c, b, zeros[1]));
  const [left, right] = [integersOf(c, a), integersOf(c, b)];
  if (left === undefined || right === undefined) return through;
  const inputs = [left, right, zeros[0] ?? '', zeros[1] ?? ''];
  while (inputs.at(-1) === '') inputs.pop();
  return withGradient(c, c.op('MatMulInteger', ...inputs), through);
}

/** Whole numbers as floats: sums of up to 2²⁴ are exact, and beyond it is a rounding of 1e-7. */
function lowerConvInteger(c: LoweringContext): string[] {
  const zero = c.optional(3);
  if (zero !== undefined && sizeOf(c.shape(zero)) > 1) {
    c.refuse('A zero point for each output channel is not supported.');
  }
  const x = centred(c, c.input(0), c.optional(2));
  return [convolution(c, x, centred(c, c.input(1), zero))];
}

function lowerMatMulToFloat(
  c: LoweringContext,
  a: string,
  scales: readonly [string, string],
  zeros: readonly [string | undefined, string | undefined],
  bias: string | undefined,
): string[] {
  const product = integerProduct(c, a, c.input(1), zeros);
  const scaled = c.op('Mul', product, c.op('Mul', scales[0], scales[1]));
  return [bias === undefined ? scaled : c.op('Add', scaled, bias)];
}

function lowerDynamicMatMul(c: LoweringContext): string[] {
  const [a, scale, zero] = dynamicallyQuantized(c, c.input(0));
  return lowerMatMulToFloat(c, a, [scale, c.input(2)], [zero, c.optional(3)], c.optional(4));
}

function lowerQLinearMatMul(c: LoweringContext): string[] {
  const a = dequantized(c, c.input(0), c.input(1), c.input(2));
  const b = dequantized(c, c.input(3), c.input(4), c.input(5));
  const product = c.op('MatMul', a, b);
  const integers = c.op('QuantizeLinear', product, c.input(6), c.input(7));
  const scaled = c.op('Add', c.op('Div', product, c.input(6)), asFloat(c, c.input(7)));
  return [withGradient(c, integers, scaled)];
}

const straightThrough = true;

export const quantizations: LoweringTable = {
  DynamicQuantizeLinear: {
    attributes: [],
    since: 11,
    becomes: 'itself; the gradient is that of X / scale',
    straightThrough,
    lower: (c) => dynamicallyQuantized(c, c.input(0)),
  },

  QuantizeLinear: {
    attributes: ['axis', 'block_size', 'output_dtype', 'precision', 'saturate'],
    since: 10,
    becomes: 'itself; the gradient is that of Clip(X / scale + zero)',
    straightThrough,
    lower: lowerQuantize,
  },

  DequantizeLinear: {
    attributes: ['axis', 'block_size', 'output_dtype'],
    since: 10,
    becomes: 'itself; the gradient is that of (X − zero)·scale',
    straightThrough,
    lower: (c) => [dequantized(c, c.input(0), c.input(1), c.optional(2), axisAttribute(c))],
  },

  MatMulInteger: {
    attributes: [],
    since: 10,
    becomes: 'itself; the gradient is that of MatMul(A − zero, B − zero)',
    straightThrough,
    lower: (c) => [integerProduct(c, c.input(0), c.input(1), [c.optional(2), c.optional(3)])],
  },

  ConvInteger: {
    attributes: convolutionAttributes,
    since: 10,
    becomes: 'Conv(X − zero, W − zero)',
    straightThrough,
    lower: lowerConvInteger,
  },

  QLinearMatMul: {
    attributes: [],
    since: 10,
    becomes: 'QuantizeLinear(MatMul of DequantizeLinear)',
    straightThrough,
    lower: lowerQLinearMatMul,
  },

  'com.microsoft.DynamicQuantizeMatMul': {
    attributes: [],
    since: 1,
    becomes: 'MatMulInteger(DynamicQuantizeLinear(A), B)·scales + bias',
    straightThrough,
    lower: lowerDynamicMatMul,
  },

  'com.microsoft.MatMulIntegerToFloat': {
    attributes: [],
    since: 1,
    becomes: 'MatMulInteger(A, B)·scales + bias',
    straightThrough,
    lower: (c) => {
      const zeros = [c.optional(4), c.optional(5)] as const;
      return lowerMatMulToFloat(c, c.input(0), [c.input(2), c.input(3)], zeros, c.optional(6));
    },
  },
};
