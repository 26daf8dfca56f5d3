/** Products with turned matrices, against the engine's own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModelFile } from '../../src/hub/openModel.ts';
import { Random } from '../../src/base/random.ts';
import { attachModel } from '../../src/model/attach.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { int, ints, type Graph } from '../../src/onnx/graph.ts';
import { inlineModel } from '../../src/onnx/inline.ts';
import { isStored, sizeOf, type Shape } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { GraphMaker } from '../support/graphMaker.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { maskedBytes, tinySize } from '../support/tinyModels.ts';

const random = new Random(4);
const drawn = (shape: Shape) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal());

/** x [shape] through `make`, by the engine from the file and inlined. */
async function both(
  shape: Shape,
  make: (g: GraphMaker) => string,
): Promise<{ graph: Graph; direct: Float32Array; own: Float32Array }> {
  const folder = await temporaryFolder();
  const g = new GraphMaker();
  g.name(make(g), 'y');
  const open = shape.map((_, i) => `d${i}`);
  const bytes = g.bytes(
    [{ name: 'x', dtype: 'float32', shape: open }],
    [{ name: 'y', dtype: 'float32', shape: open }],
    17,
  );
  await writeFile(join(folder, 'model.onnx'), bytes);
  const model = readModelFile(join(folder, 'model.onnx'));
  const builder = new GraphBuilder({ readStored: model.readStored });
  const bindings = new Map([['x', builder.input('x', 'float32', shape)]]);
  const graph = builder.build({ own: inlineModel(builder, model, bindings, ['y']).get('y')! });
  const x = float32(shape, drawn(shape));
  const direct = await Session.create(bytes);
  const own = await Session.create(writeModel(graph), { folder });
  const result = {
    graph,
    direct: (await direct.run({ x })).y!,
    own: (await own.run({ x })).own!,
  };
  await direct.release();
  await own.release();
  return result;
}

const weight = (g: GraphMaker, shape: Shape) => g.weight('w', shape, drawn(shape));
const turned = (g: GraphMaker, x: string) => g.op('Transpose', [x], { perm: ints([1, 0]) });
const operators = (graph: Graph) => graph.nodes.map(({ op }) => op);

describe('a product with a turned weight', () => {
  test.each<[string, Shape]>([
    ['of a matrix', [3, 70]],
    ['of a batch', [2, 3, 70]],
    ['of a batch of batches', [2, 2, 3, 70]],
    ['of one row', [1, 1, 70]],
  ])('%s is the same and reads the weight as it lies', async (_, shape) => {
    const { graph, direct, own } = await both(shape, (g) =>
      g.op('MatMul', ['x', turned(g, weight(g, [80, 70]))]),
    );
    expect(operators(graph)).not.toContain('Transpose');
    expect(graph.nodes.find(({ op }) => op === 'Gemm')!.inputs[1]).toBe('model w');
    expect(own.length).toBe(direct.length);
    direct.forEach((value, i) => expect(own[i]).toBeCloseTo(value, 4));
  });

  test('that the file fused is the same', async () => {
    const { graph, direct, own } = await both([2, 3, 70], (g) => {
      const [y] = g.ops(
        'FusedMatMul',
        ['x', weight(g, [80, 70])],
        1,
        { transB: int(1) },
        'com.microsoft',
      );
      return y!;
    });
    expect(operators(graph)).not.toContain('Transpose');
    direct.forEach((value, i) => expect(own[i]).toBeCloseTo(value, 4));
  });
});

test.each<[string, Shape, (g: GraphMaker) => string]>([
  ['a vector', [70], (g) => g.op('MatMul', ['x', turned(g, weight(g, [80, 70]))])],
  ['a weight that is not turned', [2, 70], (g) => g.op('MatMul', ['x', weight(g, [70, 80])])],
  [
    'turned values of a run',
    [2, 3, 4],
    (g) => g.op('MatMul', ['x', g.op('Transpose', ['x'], { perm: ints([0, 2, 1]) })]),
  ],
])('%s: the product is as it was', async (_, shape, make) => {
  const { graph, direct, own } = await both(shape, make);
  expect(operators(graph)).toContain('MatMul');
  direct.forEach((value, i) => expect(own[i]).toBeCloseTo(value, 4));
});

test('no large weight of a model is turned in a graph of its own', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'model.onnx'), maskedBytes({ ...tinySize, width: 32 }, 400));
  const lm = findLanguageModel(readModelFile(join(folder, 'model.onnx')), false);
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const shape = [2, 5];
  const logits = attachModel(builder, lm, {
    inputIds: builder.input('input_ids', 'int64', shape),
    attentionMask: builder.input('attention_mask', 'int64', shape),
  });
  const graph = builder.build({ logits });
  const stored = new Set([...graph.initializers].filter(([, v]) => isStored(v)).map(([n]) => n));
  const copied = graph.nodes.filter(
    ({ op, inputs }) => op === 'Transpose' && stored.has(inputs[0]!),
  );
  expect(stored.size).toBeGreaterThan(5);
  expect(copied).toEqual([]);
});
