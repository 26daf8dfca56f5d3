/** Types and small constant values of a graph. */
import { PtuneError, invariant } from '../base/errors.ts';

/** Element types with their number in ONNX's TensorProto.DataType and their size in bytes. */
export const dtypes = {
  float32: { code: 1, size: 4 },
  uint8: { code: 2, size: 1 },
  int8: { code: 3, size: 1 },
  uint16: { code: 4, size: 2 },
  int16: { code: 5, size: 2 },
  int32: { code: 6, size: 4 },
  int64: { code: 7, size: 8 },
  string: { code: 8, size: 0 },
  bool: { code: 9, size: 1 },
  float16: { code: 10, size: 2 },
  float64: { code: 11, size: 8 },
  uint32: { code: 12, size: 4 },
  uint64: { code: 13, size: 8 },
  bfloat16: { code: 16, size: 2 },
} as const;

export type DType = keyof typeof dtypes;

/** The element type with ONNX's number `code`. */
export function dtypeFromCode(code: number): DType {
  for (const [name, { code: c }] of Object.entries(dtypes)) if (c === code) return name as DType;
  throw new PtuneError(
    'model/unsupported',
    `The model has a tensor of ONNX element type ${code}, which is not supported.`,
    'Export the model with float32 weights.',
  );
}

export type Shape = readonly number[];

/** Element type and concrete shape of a value. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/**
 * A constant that is known while the graph is built. Every dtype holds its elements as doubles
 * (bool as 0 and 1): exact for all but int64 beyond 2^53, where only the extremes occur in practice
 * (the ends of Slice) and saturate when written.
 */
export interface Constant extends TensorType {
  readonly data: Float64Array;
}

/** A weight that stays in the model's own file. */
export interface StoredTensor extends TensorType {
  /** File name relative to the model's folder. */
  readonly location: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

export function isStored(value: Constant | StoredTensor): value is StoredTensor {
  return 'location' in value;
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Axes of a tensor that are taken for possible; language models have up to six. */
const maximumRank = 16;

/** Whether a tensor can have this shape: few axes, and a number of elements that can be counted. */
export function isPossible(shape: Shape): boolean {
  return (
    shape.length <= maximumRank &&
    shape.every((n) => Number.isSafeInteger(n) && n >= 0) &&
    Number.isSafeInteger(sizeOf(shape.filter((n) => n > 0)))
  );
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** A shape as text: [2, 128]. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** The shape that NumPy's rule broadcasts all `shapes` to. */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const n = shape[i]!;
      if (n === 1) continue;
      invariant(
        result[at] === 1 || result[at] === n,
        `Shapes ${shapes.map(formatShape).join(' and ')} do not broadcast.`,
      );
      result[at] = n;
    }
  }
  return result;
}

/** `axis` counted from the front; negative ones count from the back. */
export function normalizeAxis(axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  invariant(result >= 0 && result < Math.max(rank, 1), `Axis ${axis} is outside rank ${rank}.`);
  return result;
}

const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** The float32 value of a float16's bits. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The float16 bits nearest to a number, ties to even. */
export function numberToFloat16(value: number): number {
  f32[0] = value;
  const bits = u32[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(f32[0]);
  if (Number.isNaN(magnitude)) return sign | 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude || 2 ** -24)));
  const scaled = magnitude / 2 ** (exponent - 10);
  let rounded = Math.floor(scaled);
  const rest = scaled - rounded;
  if (rest > 0.5 || (rest === 0.5 && rounded % 2 === 1)) rounded++;
  return sign | (rounded < 1024 ? rounded : ((exponent + 15) << 10) + (rounded - 1024));
}

/** Elements of raw little-endian bytes as doubles. */
export function decodeElements(dtype: DType, bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { size } = dtypes[dtype];
  invariant(size > 0, 'Tensors of strings have no numeric elements.');
  const count = Math.floor(bytes.byteLength / size);
  const result = new Float64Array(count);
  for (let i = 0; i < count; i++) result[i] = readElement(dtype, view, i * size);
  return result;
}

function readElement(dtype: DType, view: DataView, at: number): number {
  switch (dtype) {
    case 'float32':
      return view.getFloat32(at, true);
    case 'float64':
      return view.getFloat64(at, true);
    case 'float16':
      return float16ToNumber(view.getUint16(at, true));
    case 'bfloat16':
      u32[0] = view.getUint16(at, true) << 16;
      return f32[0]!;
    case 'int64':
      return Number(view.getBigInt64(at, true));
    case 'uint64':
      return Number(view.getBigUint64(at, true));
    case 'int32':
      return view.getInt32(at, true);
    case 'uint32':
      return view.getUint32(at, true);
    case 'int16':
      return view.getInt16(at, true);
    case 'uint16':
      return view.getUint16(at, true);
    case 'int8':
      return view.getInt8(at);
    case 'uint8':
    case 'bool':
      return view.getUint8(at);
    case 'string':
      throw new PtuneError('bug/invariant', 'Tensors of strings have no numeric elements.');
  }
}

const int64Max = 9223372036854775807n;

/** Doubles as raw little-endian bytes of `dtype`; int64 saturates. */
export function encodeElements(dtype: DType, data: Float64Array): Uint8Array {
  const { size } = dtypes[dtype];
  const bytes = new Uint8Array(data.length * size);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) writeElement(dtype, view, i * size, data[i]!);
  return bytes;
}

function writeElement(dtype: DType, view: DataView, at: number, value: number): void {
  switch (dtype) {
    case 'float32':
      return view.setFloat32(at, value, true);
    case 'float64':
      return view.setFloat64(at, value, true);
    case 'float16':
      return view.setUint16(at, numberToFloat16(value), true);
    case 'int64':
      return view.setBigInt64(at, saturate(value), true);
    case 'int32':
      return view.setInt32(at, value, true);
    case 'int8':
      return view.setInt8(at, value);
    case 'uint8':
    case 'bool':
      return view.setUint8(at, value);
    case 'bfloat16':
      return view.setUint16(at, numberToBfloat16(value), true);
    case 'uint16':
    case 'int16':
      return view.setUint16(at, value, true);
    case 'uint32':
      return view.setUint32(at, value, true);
    case 'uint64':
      return view.setBigUint64(
        at,
        BigInt(Math.trunc(Math.min(Math.max(value, 0), 2 ** 64 - 2048))),
        true,
      );
    case 'string':
      throw new PtuneError('bug/invariant', 'Tensors of strings have no numeric elements.');
  }
}

/** The bfloat16 bits nearest to a number, ties to even. */
function numberToBfloat16(value: number): number {
  f32[0] = value;
  const bits = u32[0]!;
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function saturate(value: number): bigint {
  if (value >= 2 ** 63) return int64Max;
  if (value <= -(2 ** 63)) return -int64Max - 1n;
  return BigInt(Math.trunc(value));
}
