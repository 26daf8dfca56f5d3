import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';
import { attachModel } from '../../src/model/attach.ts';
import type { LanguageModel } from '../../src/model/languageModel.ts';
import { selectPositions } from '../../src/model/selectPositions.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { int } from '../../src/onnx/graph.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { int64, Session } from '../../src/runtime/session.ts';
import { interpret } from '../support/interpreter.ts';
import { openFolder, tinySize, writeCausalModel, writeMaskedModel } from '../support/tinyModels.ts';

const models: Record<string, { lm: LanguageModel; graphFolder: string }> = {};
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  models.masked = await openFolder(await writeMaskedModel(join(folder, 'masked')));
  models.causal = await openFolder(await writeCausalModel(join(folder, 'causal')));
});

afterAll(() => rm(folder, { recursive: true }));

/** Full logits and those at `positions`, from one graph. */
async function bothLogits(kind: string, rows: number, length: number, positions: number[]) {
  const { lm, graphFolder } = models[kind]!;
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const inputIds = builder.input('input_ids', 'int64', [rows, length]);
  const attentionMask = builder.input('attention_mask', 'int64', [rows, length]);
  const full = attachModel(builder, lm, { inputIds, attentionMask });
  const wanted = builder.input('positions', 'int64', [positions.length]);
  const chosen = selectPositions(builder, full, wanted);
  const shapes = { full: builder.shapeOf(full), chosen: builder.shapeOf(chosen) };
  const selecting = builder.build({ chosen });
  const products = selecting.nodes
    .filter(({ op }) => op === 'MatMul' || op === 'Gemm')
    .map(({ outputs }) => builder.shapeOf(outputs[0]!));
  const session = await Session.create(writeModel(builder.build({ full, chosen })), {
    folder: graphFolder,
  });
  const random = new Random(3);
  const ids = Array.from({ length: rows * length }, () => random.integer(40));
  const mask = ids.map((_, i) => Number(i % length < length - Math.floor(i / length)));
  const result = await session.run({
    input_ids: int64([rows, length], ids),
    attention_mask: int64([rows, length], mask),
    positions: int64([positions.length], positions),
  });
  await session.release();
  return { ...result, shapes, selecting, products } as typeof result & {
    shapes: typeof shapes;
    selecting: typeof selecting;
    products: typeof products;
  };
}

const { heads } = tinySize;

describe.each(['masked', 'causal'])('the %s model', (kind) => {
  test.each([
    { rows: 1, length: 1, positions: [0] },
    { rows: 1, length: 1, positions: [0, 0] },
    { rows: 1, length: 5, positions: [4, 1] },
    { rows: 3, length: 1, positions: [2, 0] },
    { rows: 2, length: heads, positions: [0, 3, 1] },
    { rows: heads, length: heads, positions: [3] },
    { rows: 2, length: 8, positions: [7, 8, 7] },
    { rows: 4, length: 2, positions: [5, 0, 7, 2] },
  ])('has the same logits at the chosen positions of $rows × $length', async (c) => {
    const { full, chosen, shapes } = await bothLogits(kind, c.rows, c.length, c.positions);
    const width = shapes.full.at(-1)!;
    expect(shapes.chosen).toEqual([c.positions.length, width]);
    const rows = c.positions.map((at) => full!.subarray(at * width, (at + 1) * width));
    rows.forEach((row, m) => {
      row.forEach((value, v) => expect(chosen![m * width + v]).toBeCloseTo(value, 4));
    });
  });

  test('makes no product with the vocabulary for positions that are not asked for', async () => {
    const { selecting } = await bothLogits(kind, 2, 6, [3]);
    const isProduct = ({ op }: { op: string }) => op === 'MatMul' || op === 'Gemm';
    const place = selecting.nodes.findIndex(
      ({ op, inputs }) => op === 'Gather' && inputs[1] === 'positions',
    );
    // From the last attention on, only the chosen rows: its projection, the two products of the
    // feed-forward layer, and the head.
    expect(place).toBeGreaterThan(0);
    const after = selecting.nodes.slice(place).filter(isProduct);
    expect(after.length).toBeGreaterThanOrEqual(4);
    expect(selecting.nodes.filter(isProduct).length).toBeGreaterThan(after.length);
  });
});

test.each([
  ['masked', 5],
  ['causal', 4],
])('of the %s model no layer is made twice, whose rows all are needed', async (kind, last) => {
  // Of the last layer the projection of its attention, its feed-forward layer and the head.
  const { products } = await bothLogits(kind, 2, 6, [3]);
  expect(products.filter((shape) => shape.length === 2 && shape[0] === 1)).toHaveLength(last);
});

describe('the rows of a value', () => {
  type Make = (b: GraphBuilder, x: string) => string;
  const weight = (b: GraphBuilder, shape: readonly number[]) => {
    const own = new Random(8);
    const size = shape.reduce((a, n) => a * n, 1);
    return b.constant(
      'float32',
      shape,
      Float64Array.from({ length: size }, () => own.normal()),
    );
  };

  // Each is of shape [3, 4, …] from x [3, 4, 6]; 4 positions and 3 rows differ from every width.
  const cases: Readonly<Record<string, Make>> = {
    'after a softmax over positions': (b, x) => b.op('Softmax', [x], { axis: int(1) }),
    'after a softmax over rows': (b, x) => b.op('Softmax', [x], { axis: int(0) }),
    'after a softmax over features': (b, x) => b.op('LogSoftmax', [x], { axis: int(-1) }),
    'less their mean over positions': (b, x) =>
      b.op('Sub', [x, b.op('ReduceMean', [x, b.ints([1])])]),
    'less their mean over features': (b, x) =>
      b.op('Sub', [x, b.op('ReduceMean', [x, b.ints([2])])]),
    'less their sum over features, dropped and put back': (b, x) => {
      const sum = b.op('ReduceSum', [x, b.ints([-1])], { keepdims: int(0) });
      return b.op('Sub', [x, b.op('Unsqueeze', [sum, b.ints([2])])]);
    },
    'after a normalization over positions and features': (b, x) =>
      b.op('LayerNormalization', [x, weight(b, [4, 6])], { axis: int(1) }),
    'after a normalization over features': (b, x) =>
      b.op('LayerNormalization', [x, weight(b, [6])], { axis: int(2) }),
    'times a matrix for each row': (b, x) => b.op('MatMul', [x, weight(b, [3, 6, 5])]),
    'times a matrix from the left': (b, x) => b.op('MatMul', [weight(b, [4, 4]), x]),
    'times one matrix': (b, x) => b.op('MatMul', [x, weight(b, [6, 5])]),
    'plus a vector for each position': (b, x) => b.op('Add', [x, weight(b, [4, 6])]),
    'plus a number for each row': (b, x) => b.op('Add', [weight(b, [3, 1, 1]), x]),
    'plus a vector': (b, x) => b.op('Add', [weight(b, [6]), x]),
    'as a product of flattened rows with a bias': (b, x) => {
      const flat = b.op('Reshape', [x, b.ints([12, 6])]);
      const product = b.op('Gemm', [flat, weight(b, [5, 6]), weight(b, [5])], { transB: int(1) });
      return b.op('Reshape', [product, b.ints([3, 4, 5])]);
    },
    'as a product of flattened rows with a bias for each': (b, x) => {
      const flat = b.op('Reshape', [x, b.ints([12, 6])]);
      const product = b.op('Gemm', [flat, weight(b, [6, 5]), weight(b, [12, 1])]);
      return b.op('Reshape', [product, b.ints([3, 4, 5])]);
    },
    'as a product of transposed columns': (b, x) => {
      const columns = b.op('Reshape', [x, b.ints([6, 12])]);
      const product = b.op('Gemm', [columns, weight(b, [6, 5])], { transA: int(1) });
      return b.op('Reshape', [product, b.ints([3, 4, 5])]);
    },
    'in several axes': (b, x) => b.op('Tanh', [b.op('Reshape', [x, b.ints([3, 4, 2, 3])])]),
    'turned around': (b, x) => b.op('Transpose', [b.op('Transpose', [x])]),
    'of the second part of a split': (b, x) =>
      b.op('Exp', [b.ops('Split', [x, b.ints([2, 4])], 2, { axis: int(2) })[1]!]),
  };

  test.each(Object.entries(cases))('%s are those of the whole', (_, make) => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [3, 4, 6]);
    const positions = b.input('positions', 'int64', [3]);
    const whole = b.op('Neg', [make(b, x)]);
    const chosen = selectPositions(b, whole, positions);
    const random = new Random(4);
    const feeds = {
      x: Float64Array.from({ length: 72 }, () => random.normal()),
      positions: Float64Array.of(11, 0, 5),
    };
    const [rows, full] = interpret(b, feeds, [chosen, whole]);
    const width = full!.length / 12;
    const expected = [11, 0, 5].flatMap((at) => [...full!.subarray(at * width, (at + 1) * width)]);
    expect(rows).toHaveLength(expected.length);
    expected.forEach((value, i) => expect(rows![i]).toBeCloseTo(value, 12));
  });
});
