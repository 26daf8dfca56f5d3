import { describe, expect, test } from 'vitest';
import { PtuneError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { buildTrainingGraph } from '../../src/model/promptGraph.ts';
import { readModel, type ModelSource } from '../../src/onnx/read.ts';
import { gptBytes } from '../support/gpt.ts';
import type { NodeMessage, TensorMessage } from '../../src/onnx/schema.ts';
import {
  confused,
  damaged,
  externalModel,
  fileOf,
  sourceOf,
  structureOf,
} from '../support/hostile.ts';
import { maskedBytes, tinySize } from '../support/tinyModels.ts';

const size = { ...tinySize, layers: 1 };

/** Reads a file, puts vectors into it, differentiates the loss and writes the graph. */
function use(source: ModelSource): Uint8Array {
  const lm = findLanguageModel(readModel(source), true);
  const { width } = lm.embedding;
  const shape = { rows: 2, length: 6, positions: 2, virtual: 2 };
  const encoder = {
    kind: 'none',
    variant: 'lama',
    virtual: 2,
    width,
    hiddenSize: width,
    layers: 1,
  } as const;
  return buildTrainingGraph(lm, shape, encoder, { kind: 'answers' });
}

/** The error of `act`, or undefined. */
function errorOf(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

const weights = new Uint8Array(20 * 8 * 4);

describe('damaged files end in a graph or in an error, never in a bug', () => {
  test.each([
    ['masked', maskedBytes(size, 40), {}],
    ['causal', gptBytes({ ...size, vocabularySize: 40 }, new Random(1)), {}],
    ['with weights in another file', externalModel('weights.bin'), { 'weights.bin': weights }],
  ])('%s', (_, whole, others) => {
    expect(use(sourceOf({ ...others, 'model.onnx': whole }))).toBeInstanceOf(Uint8Array);
    const places = structureOf(whole, others);
    const random = new Random(5);
    const seen = new Map<string, number>();
    let slowest = 0;
    for (let i = 0; i < 1000; i++) {
      const bytes = i % 2 === 0 ? damaged(whole, places, random) : confused(whole, random);
      const start = performance.now();
      const error = errorOf(() => use(sourceOf({ ...others, 'model.onnx': bytes })));
      slowest = Math.max(slowest, performance.now() - start);
      if (error !== undefined && !(error instanceof PtuneError && error.kind !== 'bug')) {
        throw new Error(`Mutation ${i} ended in a bug.`, { cause: error });
      }
      const code = error?.code ?? 'a graph';
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    expect(slowest).toBeLessThan(3000);
    expect(seen.get('a graph')).toBeGreaterThan(20);
    expect(seen.get('model/unreadable')).toBeGreaterThan(100);
    expect(seen.get('onnx/no-shape')).toBeGreaterThan(20);
  });
});

/** A model with token embeddings [20, 8] in which `nodes` lead from "embedded" to "logits". */
function modelOf(
  nodes: readonly NodeMessage[],
  tensors: readonly TensorMessage[] = [],
): Uint8Array {
  return fileOf({
    name: 'hostile',
    node: [{ opType: 'Gather', input: ['w', 'input_ids'], output: ['embedded'] }, ...nodes],
    initializer: [
      { name: 'w', dataType: 1, dims: [20, 8], rawData: new Uint8Array(640) },
      ...tensors,
    ],
    input: [{ name: 'input_ids', type: { tensorType: { elemType: 7 } } }],
    output: [{ name: 'logits' }],
  });
}

const node = (
  opType: string,
  input: string[],
  output: string[],
  name = output[0]!,
): NodeMessage => ({
  opType,
  input,
  output,
  name,
});

const longs = (name: string, values: readonly (number | bigint)[]): TensorMessage => ({
  name,
  dataType: 7,
  dims: [values.length],
  rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

/** What using a file ends in, within `seconds`. */
function outcome(bytes: Uint8Array, seconds = 5): Partial<PtuneError> | undefined {
  const start = performance.now();
  const error = errorOf(() => use(sourceOf({ 'model.onnx': bytes })));
  expect(performance.now() - start).toBeLessThan(1000 * seconds);
  if (error !== undefined) expect(error).toBeInstanceOf(PtuneError);
  return error as PtuneError | undefined;
}

describe('graphs that are none', () => {
  test('nodes that read from each other in a circle', () => {
    const nodes = [
      node('Add', ['embedded', 'b'], ['a']),
      node('Relu', ['a'], ['b']),
      node('Identity', ['a'], ['logits']),
    ];
    expect(outcome(modelOf(nodes))).toMatchObject({ code: 'model/unreadable' });
  });

  test('a node that reads what it makes', () => {
    const nodes = [
      node('Identity', ['input_ids2'], ['input_ids2']),
      node('Relu', ['embedded'], ['logits']),
    ];
    expect(outcome(modelOf(nodes))).toMatchObject({ code: 'model/unreadable' });
  });

  test('nodes in another order are brought into theirs', () => {
    const nodes = [node('Relu', ['a'], ['logits']), node('Tanh', ['embedded'], ['a'])];
    expect(outcome(modelOf(nodes))).toBeUndefined();
  });

  test.each([
    [
      'a value that nothing makes',
      [node('Add', ['embedded', 'nothing'], ['logits'])],
      'node "logits" (Add) reads "nothing", which nothing makes',
    ],
    [
      'an output that nothing makes',
      [node('Relu', ['embedded'], ['y'])],
      'nothing makes its output "logits"',
    ],
    [
      'two nodes that make the same value',
      [node('Relu', ['embedded'], ['logits']), node('Tanh', ['embedded'], ['logits'], 'second')],
      '"logits" is made twice, again by node "second" (Tanh)',
    ],
    [
      'a node that makes a weight',
      [node('Relu', ['embedded'], ['w']), node('Relu', ['embedded'], ['logits'])],
      '"w" is made twice',
    ],
  ])('%s', (_, nodes, message) => {
    expect(outcome(modelOf(nodes))).toMatchObject({
      code: 'model/unreadable',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('sizes that no machine holds', () => {
  test.each([
    ['a negative axis', [-8, -20]],
    ['more elements than can be counted', [2 ** 40, 2 ** 40]],
    ['an axis beyond whole numbers', ['9223372036854775807']],
    ['two axes whose product is small again', [2 ** 62, 4]],
    ['nothing of very much', [2 ** 50, 2 ** 50, 0]],
    ['very many axes', Array.from({ length: 5000 }, () => 1)],
  ])('a tensor with %s', (_, dims) => {
    const tensor = { name: 'x', dataType: 1, dims: dims as number[], floatData: [1] };
    expect(outcome(modelOf([node('Add', ['embedded', 'x'], ['logits'])], [tensor]))).toMatchObject({
      code: 'model/unreadable',
      message: expect.stringContaining('impossible shape') as string,
    });
  });

  test.each([
    ['Expand', ['embedded', 'huge']],
    ['Tile', ['embedded', 'huge']],
    ['Reshape', ['embedded', 'huge']],
    ['ConstantOfShape', ['huge']],
  ])('a value that %s makes', (op, inputs) => {
    const nodes = [
      node(op, inputs, ['much']),
      node('ReduceSum', ['much'], ['sum']),
      node('Add', ['embedded', 'sum'], ['logits']),
    ];
    for (const size of [2 ** 20, 2 ** 40, 2 ** 62]) {
      const code = outcome(modelOf(nodes, [longs('huge', [size, size, 1])]))?.code;
      expect(code).toMatch(/onnx\/no-shape|model\/unsupported/);
    }
  });

  test('a length beyond the end of the file', () => {
    const bytes = Buffer.from(modelOf([node('Relu', ['embedded'], ['logits'])]));
    const at = bytes.indexOf('hostile') - 2;
    for (const length of [
      [0x7f],
      [255, 255, 255, 255, 7],
      [255, 255, 255, 255, 255, 255, 255, 255, 127],
    ]) {
      const changed = Buffer.concat([
        bytes.subarray(0, at + 1),
        Uint8Array.from(length),
        bytes.subarray(at + 2),
      ]);
      expect(outcome(changed)).toMatchObject({ code: 'model/unreadable' });
    }
  });

  test('a name of gigabytes in a file that has them', () => {
    // Only what is asked for exists.
    const size = 5_000_000_000;
    const graph = [0x3a, ...varint(size - 6), 0x12, ...varint(size - 12)];
    const source = {
      ...sourceOf({ 'model.onnx': new Uint8Array() }),
      size,
      read: (offset: number, length: number) => {
        expect(length).toBeLessThan(2 ** 27);
        const bytes = new Uint8Array(length);
        bytes.set(graph.slice(offset, offset + length));
        return bytes;
      },
    };
    expect(errorOf(() => use(source))).toMatchObject({
      code: 'model/unreadable',
      message: expect.stringContaining('more than 64 MB') as string,
    });
  });

  test('integers that are divided by zero', () => {
    const nodes = [
      node('Div', ['one', 'zero'], ['length']),
      node('Expand', ['embedded', 'length'], ['logits']),
    ];
    const tensors = [longs('one', [1]), longs('zero', [0])];
    expect(outcome(modelOf(nodes, tensors))).toMatchObject({ code: 'model/unsupported' });
  });
});

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];

describe('work without end', () => {
  /** `count` nodes one behind the other. */
  const chain = (op: string, count: number, more: readonly string[] = []) =>
    Array.from({ length: count }, (_, i) =>
      node(
        op,
        [i === 0 ? 'embedded' : `v${i - 1}`, ...more],
        [i === count - 1 ? 'logits' : `v${i}`],
      ),
    );

  test('a million nodes', () => {
    expect(outcome(modelOf(chain('Relu', 1_000_000)), 20)).toMatchObject({
      code: 'model/unreadable',
      message: expect.stringContaining('more than 100000 nodes') as string,
    });
  });

  test('a chain of as many nodes as are read', () => {
    expect(outcome(modelOf(chain('Tanh', 99_000)), 20)).toBeUndefined();
  });

  test('a million fields that say nothing', () => {
    const bytes = modelOf([node('Concat', Array<string>(3_000_000).fill(''), ['logits'])]);
    expect(outcome(bytes)).toMatchObject({
      code: 'model/unreadable',
      message: expect.stringContaining('fields') as string,
    });
  });

  test('large constants, one made from the other', () => {
    const nodes = [
      node('ConstantOfShape', ['large'], ['v']),
      ...chain('Exp', 50_000).slice(1, -1),
      node('ReduceSum', ['v49997'], ['sum']),
      node('Add', ['embedded', 'sum'], ['logits']),
    ];
    nodes[1] = node('Exp', ['v'], ['v1']);
    const before = process.memoryUsage().rss;
    expect(outcome(modelOf(nodes, [longs('large', [256, 256])]), 20)).toBeUndefined();
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 30);
  });

  test.each([20, 500, 5000])('graphs within graphs, %d deep', (depth) => {
    expect(outcome(nested(depth))).toMatchObject({
      code: 'model/unreadable',
      message: expect.stringContaining('nested more than 16 deep') as string,
    });
  });
});

/** A file with an If in a branch of an If in a branch, and so on. */
function nested(depth: number): Uint8Array {
  const text = (field: number, value: string) => part(field, Buffer.from(value));
  const output = part(12, text(1, 'y'));
  let graph = Buffer.concat([part(1, text(1, 'x'), text(2, 'y'), text(4, 'Relu')), output]);
  for (let i = 0; i < depth; i++) {
    const attribute = part(5, text(1, 'then_branch'), Buffer.of(0xa0, 1, 5), part(6, graph));
    graph = Buffer.concat([part(1, text(1, 'x'), text(2, 'y'), text(4, 'If'), attribute), output]);
  }
  return Buffer.concat([part(7, graph), part(8, Buffer.of(0x10, 17))]);
}

/** A field that holds bytes. */
function part(field: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, { length: own }) => sum + own, 0);
  return Buffer.concat([Uint8Array.from([8 * field + 2, ...varint(length)]), ...contents]);
}
