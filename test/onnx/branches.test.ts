/** Branches whose condition is known, and nodes that stand in any order. */
import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { withFixedInput } from '../../src/onnx/branches.ts';
import { float, type Attribute, type Graph, type Node } from '../../src/onnx/graph.ts';
import { inlineModel } from '../../src/onnx/inline.ts';
import { inOrder } from '../../src/onnx/order.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { GraphMaker, readBytes } from '../support/graphMaker.ts';

const shape = [2, 3];

/** A branch of one node over values from around it, with a constant of its own. */
function branch(op: string, inputs: readonly string[], output: string, number: number): Attribute {
  const own = { dtype: 'float32', shape: [], data: Float64Array.of(number) } as const;
  const node = (name: string, from: readonly string[], to: string): Node => ({
    op: name,
    domain: '',
    name: to,
    inputs: from,
    outputs: [to],
    attributes: {},
  });
  const graph: Graph = {
    name: output,
    inputs: [],
    outputs: [{ name: output, dtype: 'float32', shape }],
    nodes: [
      node('Mul', ['outer', `${output} number`], `${output} inner`),
      node(op, [`${output} inner`, ...inputs], output),
    ],
    initializers: new Map([[`${output} number`, own]]),
  };
  return { kind: 'graph', value: graph };
}

/** y = 2·|x| + x where the condition holds, else 3·|x| − x. */
function fileOf(condition: (g: GraphMaker) => string, inputs: readonly string[] = []): Uint8Array {
  const g = new GraphMaker();
  const outer = g.op('Abs', ['x']);
  g.name(outer, 'outer');
  const [y] = g.ops('If', [condition(g)], 1, {
    then_branch: branch('Add', ['x'], 'then', 2),
    else_branch: branch('Sub', ['x'], 'else', 3),
  });
  g.name(y!, 'y');
  const flags = inputs.map((name) => ({ name, dtype: 'bool', shape: [1] }) as const);
  return g.bytes(
    [{ name: 'x', dtype: 'float32', shape }, ...flags],
    [{ name: 'y', dtype: 'float32', shape }],
    17,
  );
}

const x = Float32Array.of(1, -2, 3, -4, 5, -6);

async function run(bytes: Uint8Array): Promise<number[]> {
  const session = await Session.create(bytes);
  const { y, result } = await session.run({ x: float32(shape, x) });
  await session.release();
  return [...(y ?? result)!];
}

const inlined = (model: ReturnType<typeof readBytes>) => {
  const builder = new GraphBuilder({ readStored: model.readStored });
  const bindings = new Map(
    model.graph.inputs.map(({ name, dtype }) => [
      name,
      builder.input(name, dtype, dtype === 'bool' ? [1] : shape),
    ]),
  );
  return builder.build({ result: inlineModel(builder, model, bindings, ['y']).get('y')! });
};

const sizeIs = (n: number) => (g: GraphMaker) =>
  g.op('Equal', [g.op('Size', ['x']), g.scalar(n, 'int64')]);

describe('a branch is chosen while the graph is built', () => {
  test.each([
    ['holds', 6, [3, 2, 9, 4, 15, 6]],
    ['does not hold', 7, [2, 8, 6, 16, 10, 24]],
  ])('where its condition on shapes %s', async (_, size, expected) => {
    const bytes = fileOf(sizeIs(size));
    expect(await run(bytes)).toEqual(expected);
    const graph = inlined(readBytes(bytes));
    expect(graph.nodes.map(({ op }) => op)).not.toContain('If');
    expect(await run(writeModel(graph))).toEqual(expected);
  });

  test('where an input is fixed', async () => {
    const model = readBytes(fileOf(() => 'flag', ['flag']));
    for (const [value, expected] of [
      [1, [3, 2, 9, 4, 15, 6]],
      [0, [2, 8, 6, 16, 10, 24]],
    ] as const) {
      const constant = { dtype: 'bool', shape: [1], data: Float64Array.of(value) } as const;
      const fixed = withFixedInput(model, 'flag', constant);
      expect(fixed.graph.inputs.map(({ name }) => name)).toEqual(['x']);
      expect(fixed.graph.nodes.map(({ op }) => op)).not.toContain('If');
      expect(await run(writeModel(inlined(fixed)))).toEqual(expected);
    }
    expect(withFixedInput(model, 'other', { dtype: 'bool', shape: [], data: x as never })).toBe(
      model,
    );
  });

  test('or refused where only a run knows it', () => {
    expect(() => inlined(readBytes(fileOf(() => 'flag', ['flag'])))).toThrow(
      expect.objectContaining({
        code: 'onnx/unsupported-operator',
        message: 'Node "/If_2" (If): Which branch holds is only known when the model runs.',
      }),
    );
  });
});

test('a decoder with and without a cache is read as the one without', () => {
  const g = new GraphMaker();
  const table = g.constant('float32', [3, 2], [1, 2, 3, 4, 5, 6]);
  const name = 'embeddings';
  const looked = (output: string, op: string): Attribute => {
    const made = (type: string, inputs: readonly string[], to: string): Node => ({
      ...{ op: type, domain: '', name: to, inputs, outputs: [to] },
      attributes: type === 'Elu' ? { alpha: float(1) } : {},
    });
    const value: Graph = {
      ...{ name: output, inputs: [], initializers: new Map() },
      outputs: [{ name: 'logits', dtype: 'float32', shape: [1, 2, 2] }],
      nodes: [made('Gather', [table, 'input_ids'], output), made(op, [output], 'logits')],
    };
    return { kind: 'graph', value };
  };
  g.named('If', ['use_cache_branch'], ['logits'], {
    then_branch: looked('cached', 'Abs'),
    else_branch: looked(name, 'Neg'),
  });
  const model = readBytes(
    g.bytes(
      [
        { name: 'input_ids', dtype: 'int64', shape: [1, 2] },
        { name: 'use_cache_branch', dtype: 'bool', shape: [1] },
      ],
      [{ name: 'logits', dtype: 'float32', shape: [1, 2, 2] }],
      17,
    ),
  );
  const lm = findLanguageModel(model, true);
  expect(lm.embedding.output).toBe(name);
  expect(lm.model.graph.nodes.map(({ op }) => op)).toEqual(['Gather', 'Neg']);
});

describe('nodes', () => {
  const node = (inputs: string, outputs: string): Node => ({
    ...{ op: 'Add', domain: '', name: outputs, attributes: {} },
    ...{ inputs: inputs.split(' '), outputs: outputs.split(' ') },
  });

  test('stay in order where they are', () => {
    const nodes = [node('x', 'a'), node('x', 'b'), node('a b', 'c'), node('c a', 'd')];
    expect(inOrder(nodes)).toEqual(nodes);
  });

  test('are put behind those that they read from', () => {
    const nodes = [node('c a', 'd'), node('a b', 'c'), node('x', 'b'), node('x', 'a')];
    const order = inOrder(nodes).map(({ name }) => name);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  test('are put behind what their branches read from around them', () => {
    const chosen: Node = {
      ...node('flag', 'y'),
      attributes: { then_branch: branch('Add', [], 't', 1) },
    };
    expect(inOrder([chosen, node('x', 'outer')]).map(({ name }) => name)).toEqual(['outer', 'y']);
  });

  test.each([
    ['itself', [node('a', 'a')]],
    ['each other', [node('x c', 'a'), node('a', 'b'), node('b', 'c')]],
  ])('that read from %s are told', (_, nodes) => {
    expect(() => inOrder(nodes)).toThrow(
      expect.objectContaining({
        code: 'model/unreadable',
        message: expect.stringContaining('read from each other in a circle') as string,
      }),
    );
  });

  test('may be many in a row', () => {
    const nodes = Array.from({ length: 200_000 }, (_, i) => node(`v${i}`, `v${i + 1}`));
    expect(inOrder(nodes.toReversed())[0]!.name).toBe('v1');
  });
});
