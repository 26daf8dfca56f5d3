/**
 * The safetensors format: eight bytes with the length of a JSON header, the header, then the
 * tensors' bytes without gaps. Everything is little-endian, as the machines are that this runs on.
 *
 * The same tensors and metadata always give the same bytes: tensors lie in the order of their
 * alignment, then of their names, and metadata is sorted by key.
 */
import { PtuneError } from '../base/errors.ts';

/** Element types with their size in bytes. F16 and BF16 are kept as their raw 16 bits. */
const elementSizes = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** The name of an element type in a safetensors header. */
export type SafetensorsType = keyof typeof elementSizes;

/** The array that holds a tensor's elements in memory. */
export type TensorData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

const constructors: Record<
  SafetensorsType,
  new (buffer: ArrayBuffer, offset: number, length: number) => TensorData
> = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

/** One tensor; `data` is row-major and as long as the product of `shape`. */
export interface StoredTensor {
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The largest header that is read, as in the format's own implementation. */
const largestHeader = 100_000_000;

/**
 * The bytes of a safetensors file with these tensors and metadata.
 *
 * @throws PtuneError `bug/invariant` when a tensor's data does not fit its type and shape
 */
export function writeSafetensors(file: SafetensorsFile): Uint8Array {
  const names = Object.keys(file.tensors).sort((a, b) => {
    const bySize = elementSizes[file.tensors[b]!.dtype] - elementSizes[file.tensors[a]!.dtype];
    return bySize !== 0 ? bySize : compareText(a, b);
  });
  const header: Record<string, unknown> = {};
  const keys = Object.keys(file.metadata).sort(compareText);
  if (keys.length > 0) {
    header['__metadata__'] = Object.fromEntries(keys.map((key) => [key, file.metadata[key]]));
  }
  let offset = 0;
  for (const name of names) {
    const tensor = file.tensors[name]!;
    const expected = elementCount(tensor.shape);
    if (tensor.data.length !== expected || !(tensor.data instanceof constructors[tensor.dtype])) {
      throw new PtuneError(
        'bug/invariant',
        `Tensor "${name}" of shape [${tensor.shape.join(', ')}] and type ${tensor.dtype} was given ${tensor.data.length} elements of ${tensor.data.constructor.name}.`,
      );
    }
    const end = offset + tensor.data.byteLength;
    header[name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(text, 8);
  // Spaces up to the next multiple of eight keep the tensors aligned.
  bytes.fill(0x20, 8 + text.length, 8 + headerLength);
  let position = 8 + headerLength;
  for (const name of names) {
    const { data } = file.tensors[name]!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors and metadata in the bytes of a safetensors file.
 *
 * @param name what to call the file in an error
 * @throws PtuneError `run/unreadable` when the bytes are not a whole, consistent safetensors file
 */
export function readSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const fail = (why: string): never => {
    throw new PtuneError(
      'run/unreadable',
      `"${name}" cannot be read as safetensors: ${why}.`,
      'Use a file that is whole: copy it again, or train the prompt again.',
    );
  };
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes, fewer than the 8 of the header length`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(largestHeader) || declared > BigInt(bytes.length - 8)) {
    fail(`its header should be ${declared} bytes long, but ${bytes.length - 8} bytes follow`);
  }
  const dataStart = 8 + Number(declared);
  const header = parseHeader(bytes.subarray(8, dataStart));
  if (header === undefined) return fail('its header is not a JSON object');
  const tensors: Record<string, StoredTensor> = {};
  const metadata: Record<string, string> = {};
  const ranges: [begin: number, end: number][] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') {
      for (const [field, text] of Object.entries(value ?? {})) {
        if (typeof text !== 'string') fail(`its metadata "${field}" is not text`);
        metadata[field] = text as string;
      }
      continue;
    }
    const entry = checkEntry(value);
    if (typeof entry === 'string') return fail(`tensor "${key}" ${entry}`);
    const { begin, end, ...shape } = entry;
    if (dataStart + end > bytes.length) {
      fail(`tensor "${key}" ends at byte ${dataStart + end}, but the file has ${bytes.length}`);
    }
    ranges.push([begin, end]);
    tensors[key] = { ...shape, data: readData(bytes, dataStart + begin, end - begin, shape.dtype) };
  }
  const gap = firstGap(ranges, bytes.length - dataStart);
  if (gap !== undefined) fail(`its tensors leave a gap or overlap at byte ${dataStart + gap}`);
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

interface Entry {
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A header entry, or what is wrong with it. */
function checkEntry(value: unknown): Entry | string {
  const { dtype, shape, data_offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementSizes, dtype)) {
    return `has the unknown type ${JSON.stringify(dtype)}`;
  }
  if (!isCounts(shape)) return 'has no shape';
  if (!isCounts(data_offsets) || data_offsets.length !== 2) return 'has no offsets';
  const [begin, end] = data_offsets as [number, number];
  const type = dtype as SafetensorsType;
  const expected = elementCount(shape) * elementSizes[type];
  if (end - begin !== expected) {
    return `of shape [${shape.join(', ')}] and type ${type} needs ${expected} bytes, but has ${end - begin}`;
  }
  return { dtype: type, shape, begin, end };
}

function isCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && Number(item) >= 0)
  );
}

function readData(
  bytes: Uint8Array,
  start: number,
  length: number,
  dtype: SafetensorsType,
): TensorData {
  // A copy: typed arrays need alignment, and the file's own bytes may start anywhere.
  // `slice` would not do: that of a Node Buffer makes no copy.
  const copy = new Uint8Array(length);
  copy.set(bytes.subarray(start, start + length));
  return new constructors[dtype](copy.buffer, 0, length / elementSizes[dtype]);
}

/** The first byte that no tensor or more than one covers, or undefined when there is none. */
function firstGap(ranges: [number, number][], length: number): number | undefined {
  let position = 0;
  for (const [begin, end] of ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (begin !== position) return Math.min(begin, position);
    position = end;
  }
  return position === length ? undefined : position;
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** By UTF-16 code units, the same on every machine and in every language. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
