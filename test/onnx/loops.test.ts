/** Loops whose course is known before a run, against the engine's own. */
import { describe, expect, test } from 'vitest';
import type { PtuneError } from '../../src/base/errors.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import {
  int,
  type Attributes,
  type Graph,
  type Node,
  type ValueInfo,
} from '../../src/onnx/graph.ts';
import { inlineModel } from '../../src/onnx/inline.ts';
import { ModelProto, type ModelMessage } from '../../src/onnx/schema.ts';
import { sizeOf, type Constant, type DType, type Shape } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, int64, Session } from '../../src/runtime/session.ts';
import { GraphMaker, readBytes } from '../support/graphMaker.ts';

const value = (name: string, dtype: DType, shape: ValueInfo['shape'] = []): ValueInfo => ({
  name,
  dtype,
  shape,
});

const node = (
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Attributes = {},
): Node => ({
  op,
  domain: '',
  name: `node of ${outputs[0]!}`,
  inputs,
  outputs,
  attributes,
});

const constant = (dtype: DType, shape: Shape, ...data: number[]): Constant => ({
  dtype,
  shape,
  data: Float64Array.from(data),
});

/** A body of a loop: turn number and condition, then carried values; condition, carried, put out. */
function body(
  carried: readonly ValueInfo[],
  nodes: readonly Node[],
  outputs: readonly ValueInfo[],
  constants: Readonly<Record<string, Constant>> = {},
): Graph {
  return {
    name: 'body',
    inputs: [value('turn', 'int64'), value('goes on', 'bool'), ...carried],
    outputs,
    nodes,
    initializers: new Map(Object.entries(constants)),
  };
}

interface Case {
  readonly shape?: Shape;
  readonly body: Graph;
  /** Inputs of the loop; x is the file's input. */
  readonly inputs: (g: GraphMaker) => string[];
  /** What comes out, as float32. */
  readonly outputs: readonly ValueInfo['shape'][];
}

/** A file whose outputs are x plus the sum of what the loop makes, and all that it makes. */
function fileOf({ body: graph, inputs, outputs }: Case): Uint8Array {
  const g = new GraphMaker();
  const made = g.ops('Loop', inputs(g), outputs.length, { body: { kind: 'graph', value: graph } });
  const floats = made.map((name) => g.op('Cast', [name], { to: int(1) }));
  floats.forEach((name, i) => g.name(name, `y${i}`));
  g.name(g.op('Add', ['x', g.op('ReduceSum', [floats[0]!], { keepdims: int(0) })]), 'sum');
  return g.bytes(
    [value('x', 'float32', ['rows', 'columns'])],
    [
      ...outputs.map((shape, i) => value(`y${i}`, 'float32', shape)),
      value('sum', 'float32', ['rows', 'columns']),
    ],
    17,
  );
}

function inlined(bytes: Uint8Array, shape: Shape): { builder: GraphBuilder; graph: Graph } {
  const model = readBytes(bytes);
  const builder = new GraphBuilder({ readStored: model.readStored });
  const x = builder.input('x', 'float32', shape);
  const outputs = model.graph.outputs.map(({ name }) => name);
  const names = inlineModel(builder, model, new Map([['x', x]]), outputs);
  const entries = outputs.map((name) => [`own ${name}`, names.get(name)!] as const);
  return { builder, graph: builder.build(Object.fromEntries(entries)) };
}

const open = (n: number): string[] => Array.from({ length: n }, (_, i) => `d${i}`);

const cases: Readonly<Record<string, Case>> = {
  'a count of turns, with a carried sum and a stack': {
    body: body(
      [value('total', 'int64')],
      [
        node('Identity', ['goes on'], ['still']),
        node('Add', ['total', 'turn'], ['next']),
        node('Mul', ['turn', 'turn'], ['square']),
      ],
      [value('still', 'bool'), value('next', 'int64'), value('square', 'int64')],
    ),
    inputs: (g) => [g.scalar(5, 'int64'), '', g.scalar(100, 'int64')],
    outputs: [[], [5]],
  },
  'a condition that ends it': {
    body: body(
      [value('n', 'int64')],
      [
        node('Add', ['n', 'n'], ['twice']),
        node('Less', ['twice', 'limit'], ['still']),
        node('Identity', ['twice'], ['kept']),
      ],
      [value('still', 'bool'), value('twice', 'int64'), value('kept', 'int64')],
      { limit: constant('int64', [], 50) },
    ),
    inputs: (g) => ['', g.constant('bool', [], [1]), g.scalar(3, 'int64')],
    outputs: [[], open(1)],
  },
  'a condition that is false from the start': {
    body: body(
      [value('n', 'int64')],
      [node('Identity', ['goes on'], ['still']), node('Neg', ['n'], ['next'])],
      [value('still', 'bool'), value('next', 'int64'), value('n', 'int64', [])],
    ),
    inputs: (g) => [g.scalar(3, 'int64'), g.constant('bool', [], [0]), g.scalar(7, 'int64')],
    outputs: [[], open(1)],
  },
  'rows of relative positions, one a turn, as many as the input is long': {
    shape: [2, 6],
    body: body(
      [],
      [node('Identity', ['goes on'], ['still']), node('Sub', ['places', 'turn'], ['row'])],
      [value('still', 'bool'), value('row', 'int64', ['n'])],
    ),
    inputs: (g) => {
      const length = g.op('Gather', [g.op('Shape', ['x']), g.scalar(1, 'int64')]);
      g.named('Range', [g.scalar(0, 'int64'), length, g.scalar(1, 'int64')], ['places']);
      return [length, ''];
    },
    outputs: [open(2)],
  },
  'a loop in a loop': {
    body: body(
      [value('total', 'int64')],
      [
        node('Identity', ['goes on'], ['still']),
        node('Loop', ['three', '', 'total'], ['next'], {
          body: {
            kind: 'graph',
            value: {
              ...body(
                [],
                [
                  node('Identity', ['inner goes on'], ['inner still']),
                  node('Add', ['inner total', 'turn'], ['inner next']),
                ],
                [value('inner still', 'bool'), value('inner next', 'int64')],
              ),
              inputs: [
                value('inner turn', 'int64'),
                value('inner goes on', 'bool'),
                value('inner total', 'int64'),
              ],
            },
          },
        }),
      ],
      [value('still', 'bool'), value('next', 'int64')],
      { three: constant('int64', [], 3) },
    ),
    inputs: (g) => [g.scalar(4, 'int64'), '', g.scalar(0, 'int64')],
    outputs: [[]],
  },
};

describe('a loop is computed while the graph is built', () => {
  test.each(Object.entries(cases))('%s', async (_, one) => {
    const shape = one.shape ?? [2, 3];
    const bytes = fileOf(one);
    const x = float32(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, (__, i) => i / 4),
    );
    const direct = await Session.create(bytes);
    const expected = await direct.run({ x });
    await direct.release();
    const { graph } = inlined(bytes, shape);
    expect(graph.nodes.map(({ op }) => op)).not.toContain('Loop');
    const own = await Session.create(writeModel(graph));
    const found = await own.run({ x });
    await own.release();
    for (const [name, data] of Object.entries(expected)) {
      expect([...found[`own ${name}`]!]).toEqual([...data]);
    }
  });
});

/**
 * Rows of a table at the ids, each number of a row twice over, as exporters write `repeat_interleave`:
 * one turn for each number, which is put into a sequence.
 */
function repeated(): Uint8Array {
  const g = new GraphMaker();
  const table = g.constant('float32', [3, 4], [...Array(12).keys()]);
  const rows = g.op('Gather', [table, 'ids']);
  g.named('SplitToSequence', [rows, g.ints([1, 1, 1, 1])], ['numbers'], { axis: int(2) });
  const turn = body(
    [value('list', 'float32')],
    [
      node('Identity', ['goes on'], ['still']),
      node('SequenceAt', ['numbers', 'turn'], ['number']),
      node('Concat', ['number', 'number'], ['pair'], { axis: int(2) }),
      node('SequenceInsert', ['list', 'pair'], ['longer']),
    ],
    [value('still', 'bool'), value('longer', 'float32')],
  );
  const empty = g.op('SequenceEmpty', []);
  const inputs = [g.scalar(4, 'int64'), '', empty];
  const list = g.op('Loop', inputs, { body: { kind: 'graph', value: turn } });
  g.name(g.op('ConcatFromSequence', [list], { axis: int(-1) }), 'y');
  const bytes = g.bytes(
    [value('ids', 'int64', ['rows', 'columns'])],
    [value('y', 'float32', ['rows', 'columns', 8])],
    17,
  );
  // What the body carries is a sequence; nothing but its type says so.
  const message = ModelProto.decode(bytes) as unknown as ModelMessage;
  const carrying = message.graph!.node!.find(({ opType }) => opType === 'Loop')!.attribute![0]!.g!;
  for (const { name, type } of [...carrying.input!, ...carrying.output!]) {
    if (name === 'list' || name === 'longer') delete type!.tensorType;
  }
  return ModelProto.encode(message).finish();
}

test('a loop may make what depends on whole numbers that only a run knows', async () => {
  const bytes = repeated();
  const model = readBytes(bytes);
  const builder = new GraphBuilder({ readStored: model.readStored });
  const ids = builder.input('ids', 'int64', [2, 3]);
  const names = inlineModel(builder, model, new Map([['ids', ids]]), ['y']);
  const graph = builder.build({ y: names.get('y')! });
  expect(graph.nodes.map(({ op }) => op)).toContain('Gather');
  const session = await Session.create(writeModel(graph));
  const { y } = await session.run({ ids: int64([2, 3], [0, 2, 1, 1, 2, 0]) });
  await session.release();
  const row = (id: number) => [0, 0, 1, 1, 2, 2, 3, 3].map((column) => 4 * id + column);
  expect([...y!]).toEqual([0, 2, 1, 1, 2, 0].flatMap(row));
});

describe('a loop is refused by name', () => {
  const refusal = (one: Case): unknown => {
    try {
      inlined(fileOf(one), [2, 3]);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const carries = (inputs: Case['inputs'], nodes: readonly Node[]): Case => ({
    body: body([value('v', 'float32', open(2))], nodes, [
      value('still', 'bool'),
      value('next', 'float32', open(2)),
    ]),
    inputs,
    outputs: [open(2)],
  });
  const halves = [node('Identity', ['goes on'], ['still']), node('Tanh', ['v'], ['next'])];

  test.each([
    [
      'that carries what is trained',
      carries((g) => [g.scalar(3, 'int64'), '', 'x'], halves),
      'A loop is read where its course is known before; here what it makes is not.',
    ],
    [
      'that carries a part of what is trained',
      carries((g) => [g.scalar(3, 'int64'), '', g.ops('Split', ['x'], 2)[1]!], halves),
      'A loop is read where its course is known before; here what it makes is not.',
    ],
    [
      'whose count a run decides',
      carries(
        (g) => [
          g.op('Cast', [g.op('ReduceSum', ['x'], { keepdims: int(0) })], { to: int(7) }),
          '',
          'x',
        ],
        halves,
      ),
      'A loop is read where its course is known before; here how often it turns is not.',
    ],
    [
      'whose condition a run decides',
      carries(
        (g) => [g.scalar(3, 'int64'), '', g.constant('float32', [1, 1], [2])],
        [node('Less', ['v', 'x'], ['still']), node('Tanh', ['v'], ['next'])],
      ),
      'A loop is read where its course is known before; here its condition is not.',
    ],
    [
      'without end',
      carries((g) => ['', '', g.constant('float32', [1, 1], [2])], halves),
      'and there is no end of it.',
    ],
    [
      'that gets more than its body takes',
      carries((g) => [g.scalar(3, 'int64'), '', g.scalar(1), g.scalar(2)], halves),
      'Its body takes 3 values and gets 4.',
    ],
  ])('%s', (_, one, message) => {
    const error = refusal(one) as PtuneError;
    expect(error).toMatchObject({ code: 'onnx/unsupported-operator', kind: 'unsupported' });
    expect(error.message).toMatch(/^Node "\/Loop_\d+" \(Loop\): /);
    expect(error.message).toContain(message);
  });

  test('without a body', () => {
    const g = new GraphMaker();
    g.name(g.op('Loop', [g.scalar(3, 'int64'), '']), 'y');
    const bytes = g.bytes([value('x', 'float32', open(2))], [value('y', 'float32')], 17);
    expect(() => inlined(bytes, [2, 3])).toThrow(
      expect.objectContaining({ code: 'onnx/unsupported-operator' }),
    );
  });
});
