import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type SafetensorsFile,
  type SafetensorsType,
  readSafetensors,
  writeSafetensors,
} from '../../src/runs/safetensors.ts';

/** The bytes of a file laid by hand: header length, header, data. */
function laid(header: string, data: readonly number[], length = header.length): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + data.length);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set(data, 8 + header.length);
  return bytes;
}

const oneAndMinusTwo = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0];

describe('readSafetensors', () => {
  it('reads float32 and int64 tensors and the metadata', () => {
    const header =
      '{"__metadata__":{"by":"hand"},"i":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},"f":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}';
    const file = readSafetensors(laid(header, [...oneAndMinusTwo, 5, 0, 0, 0, 0, 0, 0, 0]), 'x');
    expect(file.metadata).toEqual({ by: 'hand' });
    expect(file.tensors['f']).toEqual({
      dtype: 'F32',
      shape: [2, 1],
      data: Float32Array.of(1, -2),
    });
    expect(file.tensors['i']!.data).toEqual(BigInt64Array.of(5n));
  });

  it('reads from bytes that start at any offset of their buffer', () => {
    const bytes = laid('{"f":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', oneAndMinusTwo);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const { tensors } = readSafetensors(shifted.subarray(3), 'x');
    expect(tensors['f']!.data).toEqual(Float32Array.of(1, -2));
  });

  const good = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}';
  it.each<[string, Uint8Array, RegExp]>([
    ['no header length', Uint8Array.of(1, 0, 0), /3 bytes, fewer than the 8/],
    ['a header longer than the file', laid('{}', [], 99), /should be 99 bytes long, but 2/],
    ['a header that is no JSON', laid('{"f":', []), /not a JSON object/],
    ['a header that is a list', laid('[]', []), /not a JSON object/],
    ['an unknown type', laid('{"f":{"dtype":"F31"}}', []), /"f" has the unknown type "F31"/],
    ['a negative size', laid('{"f":{"dtype":"U8","shape":[-1]}}', []), /has no shape/],
    ['no offsets', laid('{"f":{"dtype":"U8","shape":[1]}}', []), /has no offsets/],
    [
      'a shape that does not fit the bytes',
      laid('{"f":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', oneAndMinusTwo),
      /shape \[3\] and type F32 needs 12 bytes, but has 8/,
    ],
    ['data cut off', laid(`{"f":${good}}`, oneAndMinusTwo.slice(0, 5)), /but the file has/],
    [
      'bytes that belong to nothing',
      laid(`{"f":${good}}`, [...oneAndMinusTwo, 7]),
      /gap or overlap/,
    ],
    [
      'tensors over each other',
      laid(`{"f":${good},"g":${good}}`, oneAndMinusTwo),
      /gap or overlap/,
    ],
    ['metadata that is no text', laid('{"__metadata__":{"a":1}}', []), /metadata "a" is not text/],
  ])('refuses %s', (_name, bytes, message) => {
    expect(() => readSafetensors(bytes, 'x')).toThrow(
      expect.objectContaining({
        code: 'run/unreadable',
        message: expect.stringMatching(message) as string,
      }),
    );
  });
});

describe('writeSafetensors', () => {
  it('pads the header so that the data is aligned, and orders tensors by alignment and name', () => {
    const bytes = writeSafetensors({
      tensors: {
        z: { dtype: 'U8', shape: [1], data: Uint8Array.of(9) },
        b: { dtype: 'F32', shape: [1], data: Float32Array.of(1) },
        a: { dtype: 'F32', shape: [1], data: Float32Array.of(-2) },
      },
      metadata: { b: '2', a: '1' },
    });
    const headerLength = new DataView(bytes.buffer).getUint32(0, true);
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
    expect(headerLength % 8).toBe(0);
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"a":"1","b":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"z":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}',
    );
    expect([...bytes.subarray(8 + headerLength)]).toEqual([0, 0, 0, 0xc0, 0, 0, 0x80, 0x3f, 9]);
  });

  it('refuses data that does not fit its shape', () => {
    const tensors = { a: { dtype: 'F32', shape: [2], data: Float32Array.of(1) } } as const;
    expect(() => writeSafetensors({ tensors, metadata: {} })).toThrow(/shape \[2\].*1 elements/);
  });

  it('gives back what went in, and the same bytes whatever the order', () => {
    fc.assert(
      fc.property(anyFile, (file) => {
        const bytes = writeSafetensors(file);
        expect(readSafetensors(bytes, 'x')).toEqual(file);
        const reversed = Object.fromEntries(Object.entries(file.tensors).reverse());
        expect(writeSafetensors({ ...file, tensors: reversed })).toEqual(bytes);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

const makers: [
  SafetensorsType,
  (values: number[]) => SafetensorsFile['tensors'][string]['data'],
][] = [
  ['F64', (v) => Float64Array.from(v)],
  ['F32', (v) => Float32Array.from(v)],
  ['F16', (v) => Uint16Array.from(v)],
  ['BF16', (v) => Uint16Array.from(v)],
  ['I64', (v) => BigInt64Array.from(v.map(BigInt))],
  ['U64', (v) => BigUint64Array.from(v.map(BigInt))],
  ['I32', (v) => Int32Array.from(v)],
  ['U32', (v) => Uint32Array.from(v)],
  ['I16', (v) => Int16Array.from(v)],
  ['U16', (v) => Uint16Array.from(v)],
  ['I8', (v) => Int8Array.from(v)],
  ['U8', (v) => Uint8Array.from(v)],
  ['BOOL', (v) => Uint8Array.from(v)],
];

const anyTensor = fc
  .tuple(fc.constantFrom(...makers), fc.array(fc.nat(255), { maxLength: 6 }))
  .map(([[dtype, make], values]) => ({ dtype, shape: [1, values.length], data: make(values) }));

const anyName = fc.stringMatching(/^[a-z.é]{1,6}$/);

const anyFile: fc.Arbitrary<SafetensorsFile> = fc.record({
  tensors: fc.dictionary(anyName, anyTensor, { noNullPrototype: true }),
  metadata: fc.dictionary(anyName, fc.string(), { noNullPrototype: true }),
});
