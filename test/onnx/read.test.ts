import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import protobuf from 'protobufjs/light.js';
import { describe, expect, test } from 'vitest';
import { PtuneError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { readModelFile } from '../../src/hub/openModel.ts';
import { float, int, ints, string, type Graph, type Model } from '../../src/onnx/graph.ts';
import { ModelProto, type TensorMessage } from '../../src/onnx/schema.ts';
import { decodeElements, isStored } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { gptBytes } from '../support/gpt.ts';
import { readBytes } from '../support/graphMaker.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { maskedBytes, tinySize } from '../support/tinyModels.ts';

const graph: Graph = {
  name: 'small',
  inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 10] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', ''] }],
  nodes: [
    {
      op: 'Gemm',
      domain: '',
      name: 'product',
      inputs: ['x', 'w', ''],
      outputs: ['h'],
      attributes: { alpha: float(0.5), transB: int(-1) },
    },
    {
      op: 'Odd',
      domain: 'com.example',
      name: 'odd',
      inputs: ['h', 'offsets'],
      outputs: ['y', ''],
      attributes: {
        axes: ints([0, -2, 9007199254740991]),
        mode: string('größe'),
        rates: { kind: 'floats', value: [0.25, -4] },
        words: { kind: 'strings', value: ['a', ''] },
        value: {
          kind: 'tensor',
          value: { dtype: 'int64', shape: [2], data: Float64Array.of(3, -1) },
        },
      },
    },
  ],
  initializers: new Map([
    ['offsets', { dtype: 'int64', shape: [3], data: Float64Array.of(-1, 0, 5) }],
    ['flag', { dtype: 'bool', shape: [], data: Float64Array.of(1) }],
    ['half', { dtype: 'float16', shape: [2], data: Float64Array.of(0.5, -2) }],
    ['empty', { dtype: 'float32', shape: [2, 0], data: new Float64Array() }],
  ]),
};

const weights = Float32Array.from({ length: 120 }, (_, i) => Math.sin(i));
const rawWeights = {
  name: 'w',
  dtype: 'float32',
  shape: [12, 10],
  bytes: new Uint8Array(weights.buffer),
} as const;
const small = () => writeModel(graph, { opset: 17, rawInitializers: [rawWeights] });

/** A file of one node whose initializers are these messages. */
function withTensors(...tensors: TensorMessage[]): Uint8Array {
  return ModelProto.encode(
    ModelProto.fromObject({
      irVersion: 8,
      graph: {
        name: 'g',
        node: [{ opType: 'Identity', input: ['x'], output: ['y'] }],
        initializer: tensors,
        input: [{ name: 'x' }],
        output: [{ name: 'y' }],
      },
      opsetImport: [{ domain: '', version: 17 }],
    }),
  ).finish();
}

const initializer = (model: Model, name: string) => model.graph.initializers.get(name)!;

/** What `act` throws. */
function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The error of reading, which must be a `model/unreadable`. */
function unreadable(bytes: Uint8Array): PtuneError {
  const error = thrown(() => readBytes(bytes));
  expect(error).toBeInstanceOf(PtuneError);
  expect((error as PtuneError).code).toBe('model/unreadable');
  return error as PtuneError;
}

describe('what was written is read again', () => {
  test('nodes, attributes, shapes and constants', () => {
    const model = readBytes(small());
    const { initializers, ...rest } = model.graph;
    const { initializers: expected, ...other } = graph;
    expect(rest).toEqual(other);
    for (const [name, value] of expected) expect(initializers.get(name)).toEqual(value);
    expect(model.opsets).toEqual(
      new Map([
        ['', 17],
        ['com.example', 1],
      ]),
    );
    expect(model.producer).toBe('ptune');
  });

  test('and written once more it gives the same bytes', () => {
    const bytes = withoutWeights();
    const again = writeModel(readBytes(bytes).graph, { opset: 17 });
    expect(Buffer.from(again).equals(bytes)).toBe(true);
  });

  test('a graph in an attribute', () => {
    const inner = {
      ...graph,
      name: 'inner',
      inputs: [...graph.inputs, weightInput, offsetsInput],
      initializers: new Map(),
    };
    const nodes = [{ ...graph.nodes[1]!, attributes: { body: { kind: 'graph', value: inner } } }];
    const inputs = [{ ...weightInput, name: 'h' }, offsetsInput];
    const model = readBytes(
      writeModel({ ...graph, nodes, inputs, initializers: new Map() } as Graph),
    );
    expect(model.graph.nodes[0]!.attributes.body).toEqual({ kind: 'graph', value: inner });
  });
});

const weightInput = { name: 'w', dtype: 'float32', shape: [12, 10] } as const;
const offsetsInput = { name: 'offsets', dtype: 'int64', shape: [3] } as const;
const withoutWeights = () =>
  writeModel({ ...graph, inputs: [...graph.inputs, weightInput] }, { opset: 17 });

describe('weights stay in the file', () => {
  test('and their offsets point at their bytes', () => {
    const bytes = small();
    const model = readBytes(bytes);
    const stored = initializer(model, 'w');
    expect(isStored(stored)).toBe(true);
    if (!isStored(stored)) return;
    expect(stored).toMatchObject({ location: 'model.onnx', shape: [12, 10], length: 480 });
    const there = bytes.subarray(stored.offset, stored.offset + stored.length);
    expect(Buffer.from(there).equals(rawWeights.bytes)).toBe(true);
    expect([...decodeElements('float32', model.readStored(stored))]).toEqual([...weights]);
  });

  test('also where the file is a view into more bytes, and a Buffer', () => {
    const bytes = small();
    const larger = Buffer.alloc(bytes.length + 13, 7);
    larger.set(bytes, 13);
    const model = readBytes(larger.subarray(13));
    const stored = initializer(model, 'w');
    if (!isStored(stored)) throw new Error('The weight was copied.');
    expect([...decodeElements('float32', model.readStored(stored))]).toEqual([...weights]);
    expect(
      Buffer.from(bytes.subarray(stored.offset, stored.offset + 480)).equals(rawWeights.bytes),
    ).toBe(true);
  });

  test('are read from the file on disk, of which only the rest is read at once', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'model.onnx');
    const large = Float32Array.from({ length: 400 }, (_, i) => Math.cos(i));
    const bytes = new Uint8Array(large.buffer);
    await writeFile(
      path,
      writeModel(graph, {
        rawInitializers: [{ name: 'w', dtype: 'float32', shape: [400], bytes }],
      }),
    );
    const model = readModelFile(path);
    const stored = initializer(model, 'w');
    if (!isStored(stored)) throw new Error('The weight was copied.');
    expect([...decodeElements('float32', model.readStored(stored))]).toEqual([...large]);
    const there = (await readFile(path)).subarray(stored.offset, stored.offset + stored.length);
    expect(there.equals(bytes)).toBe(true);
  });
});

describe('tensors', () => {
  test('are the same whether raw or typed', () => {
    const model = readBytes(
      withTensors(
        { name: 'floats', dataType: 1, dims: [3], floatData: [0.5, -1, 3] },
        { name: 'doubles', dataType: 11, dims: [1], doubleData: [0.1] },
        { name: 'longs', dataType: 7, dims: [2], int64Data: [-3, 4294967296] },
        { name: 'ints', dataType: 6, dims: [2], int32Data: [-3, 7] },
        { name: 'flags', dataType: 9, dims: [2], int32Data: [0, 1] },
        { name: 'unsigned', dataType: 13, dims: [1], uint64Data: [5] },
        { name: 'scalar', dataType: 1, floatData: [2] },
        {
          name: 'raw',
          dataType: 6,
          dims: [2],
          rawData: Uint8Array.of(253, 255, 255, 255, 7, 0, 0, 0),
        },
      ),
    );
    const data = (name: string) => {
      const value = initializer(model, name);
      return 'data' in value ? [...value.data] : undefined;
    };
    expect(data('floats')).toEqual([0.5, -1, 3]);
    expect(data('doubles')).toEqual([0.1]);
    expect(data('longs')).toEqual([-3, 4294967296]);
    expect(data('ints')).toEqual([-3, 7]);
    expect(data('raw')).toEqual([-3, 7]);
    expect(data('flags')).toEqual([0, 1]);
    expect(data('unsigned')).toEqual([5]);
    expect(data('scalar')).toEqual([2]);
  });

  test('of half precision hold bits where they are typed', () => {
    const model = readBytes(
      withTensors(
        { name: 'half', dataType: 10, dims: [3], int32Data: [0x3c00, 0xc000, 0x3800] },
        { name: 'brain', dataType: 16, dims: [2], int32Data: [0x3f80, 0xc040] },
      ),
    );
    expect(initializer(model, 'half')).toMatchObject({ data: Float64Array.of(1, -2, 0.5) });
    expect(initializer(model, 'brain')).toMatchObject({ data: Float64Array.of(1, -3) });
  });

  test('with too few or too many elements are named', () => {
    const few = unreadable(withTensors({ name: 'w.1', dataType: 1, dims: [3], floatData: [1, 2] }));
    expect(few.message).toBe(
      `"model.onnx" (${few.message.match(/\((\d+) bytes/)![1]!} bytes) cannot be read as an ONNX model: tensor "w.1" has 2 elements in place of 3.`,
    );
    const many = withTensors({ name: 'w.2', dataType: 1, dims: [1], rawData: new Uint8Array(8) });
    expect(unreadable(many).message).toContain('tensor "w.2" has 8 bytes in place of 4');
  });

  test('of a kind that is not known are not supported', () => {
    const error = thrown(() => readBytes(withTensors({ name: 'w', dataType: 17, dims: [1] })));
    expect(error).toMatchObject({ code: 'model/unsupported' });
  });

  test('with an impossible length are unreadable', () => {
    unreadable(withTensors({ name: 'w', dataType: 1, dims: [-1], floatData: [] }));
  });
});

describe('external data', () => {
  const external = (entries: Readonly<Record<string, string>>) =>
    withTensors({
      name: 'w',
      dataType: 1,
      dims: [12, 10],
      dataLocation: 1,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    });

  /** Reads a model in a folder whose weights file has 1000 bytes. */
  async function read(entries: Readonly<Record<string, string>>): Promise<Model> {
    const folder = await temporaryFolder();
    const data = Buffer.alloc(1000);
    data.set(rawWeights.bytes, 100);
    await writeFile(join(folder, 'model.onnx'), external(entries));
    await writeFile(join(folder, 'model.onnx_data'), data);
    return readModelFile(join(folder, 'model.onnx'));
  }

  test('is read from its file', async () => {
    const model = await read({ location: 'model.onnx_data', offset: '100', length: '480' });
    const stored = initializer(model, 'w');
    expect(stored).toMatchObject({ location: 'model.onnx_data', offset: 100, length: 480 });
    if (!isStored(stored)) return;
    expect([...decodeElements('float32', model.readStored(stored))]).toEqual([...weights]);
  });

  test('begins at the start and is as long as its shape where nothing is said', async () => {
    const model = await read({ location: 'model.onnx_data' });
    expect(initializer(model, 'w')).toMatchObject({ offset: 0, length: 480 });
  });

  test.each([
    [
      { location: 'model.onnx_data', offset: '600', length: '480' },
      'its weights file "model.onnx_data" has 1000 bytes, but "w" ends at byte 1080',
    ],
    [{}, 'tensor "w" names no weights file'],
    [{ location: '../model.onnx_data' }, 'outside'],
    [{ location: '/etc/hostname' }, 'outside'],
    [{ location: 'model.onnx_data', offset: 'ten' }, '"offset"'],
    [{ location: 'model.onnx_data', offset: '-8' }, '"offset"'],
    [{ location: 'model.onnx_data', length: '4' }, '4 bytes in place of 480'],
  ])('%j is unreadable', async (entries, message) => {
    await expect(read(entries as Record<string, string>)).rejects.toMatchObject({
      code: 'model/unreadable',
      message: expect.stringContaining(message) as string,
    });
  });
});

test.each(['other.bin', 'parts'])(
  'a weights file "%s" that is none is missing',
  async (location) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'parts'));
    const path = join(folder, 'model.onnx');
    const tensor = { name: 'w', dataType: 1, dims: [2], dataLocation: 1 };
    await writeFile(
      path,
      withTensors({ ...tensor, externalData: [{ key: 'location', value: location }] }),
    );
    expect(thrown(() => readModelFile(path))).toMatchObject({
      code: 'model/no-weights',
      message: `"model.onnx" keeps its weights in "${location}", which is missing.`,
      nextStep: `Put "${location}" beside it: an export of a large model has several files.`,
    });
  },
);

test('initializers that are listed among the inputs are no inputs', () => {
  const inputs = [...graph.inputs, { name: 'w', dtype: 'float32', shape: [12, 10] } as const];
  const bytes = writeModel({ ...graph, inputs }, { rawInitializers: [rawWeights] });
  expect(readBytes(bytes).graph.inputs.map(({ name }) => name)).toEqual(['x']);
});

describe('damaged files', () => {
  test('of every length up to the whole are unreadable', () => {
    const bytes = small();
    for (let length = 0; length < bytes.length; length++) unreadable(bytes.subarray(0, length));
    expect(readBytes(bytes).graph.nodes).toHaveLength(2);
  });

  test.each([
    ['masked', maskedBytes({ ...tinySize, layers: 1 }, 40)],
    ['causal', gptBytes({ ...tinySize, layers: 1, vocabularySize: 40 }, new Random(1))],
  ])('of a %s model are unreadable wherever they are cut', (_, bytes) => {
    for (let length = 0; length < bytes.length; length += 37) unreadable(bytes.subarray(0, length));
  });

  test('say how large they are and what to do', () => {
    expect(unreadable(small().subarray(0, 300))).toMatchObject({
      message: '"model.onnx" (300 bytes) cannot be read as an ONNX model: it is truncated.',
      nextStep: 'Copy or download the file again; it may be cut off.',
    });
  });

  test('with changed bytes are a model or an error, never a bug', () => {
    const random = new Random(11);
    const whole = small();
    const codes = new Set<string>();
    for (let i = 0; i < 1500; i++) {
      const bytes = whole.slice();
      for (let n = 0; n <= random.integer(3); n++) {
        bytes[random.integer(bytes.length)] = random.integer(256);
      }
      const error = thrown(() => readBytes(bytes));
      if (error === undefined) continue;
      expect(error).toBeInstanceOf(PtuneError);
      expect(['model/unreadable', 'model/unsupported']).toContain((error as PtuneError).code);
      codes.add((error as PtuneError).code);
    }
    expect([...codes]).toContain('model/unreadable');
  });

  test('of random bytes or text are unreadable', () => {
    const random = new Random(12);
    for (let i = 0; i < 300; i++) {
      const bytes = Uint8Array.from({ length: random.integer(200) }, () => random.integer(256));
      unreadable(bytes);
    }
    unreadable(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'));
    unreadable(new Uint8Array());
  });

  test('without a graph or without operator sets say so', () => {
    const empty = new protobuf.Writer().uint32(8).int64(8).finish();
    expect(unreadable(empty).message).toContain('it holds no graph');
    const message = ModelProto.decode(small()) as unknown as Record<string, unknown>;
    delete message.opsetImport;
    const bytes = ModelProto.encode(ModelProto.create(message)).finish();
    expect(unreadable(bytes).message).toContain('it names no version of the operator set');
  });
});

test('a model that is not there, or is a folder, is unreadable', async () => {
  const folder = await temporaryFolder();
  expect(() => readModelFile(join(folder, 'none.onnx'))).toThrow(
    expect.objectContaining({ code: 'model/unreadable' }),
  );
  expect(() => readModelFile(folder)).toThrow(
    expect.objectContaining({ code: 'model/unreadable' }),
  );
});

test('readModel leaves the bytes as they are', () => {
  const bytes = small();
  const before = bytes.slice();
  readBytes(bytes);
  expect(bytes).toEqual(before);
});
