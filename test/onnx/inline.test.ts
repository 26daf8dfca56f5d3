import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { readModelFile } from '../../src/hub/openModel.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { float, int, ints, string } from '../../src/onnx/graph.ts';
import { inlineModel } from '../../src/onnx/inline.ts';
import { ModelProto, type ModelMessage } from '../../src/onnx/schema.ts';
import { sizeOf, type Shape } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, int64, Session, type HostTensor } from '../../src/runtime/session.ts';
import { gptBytes } from '../support/gpt.ts';
import { GraphMaker, readBytes } from '../support/graphMaker.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { maskedBytes, tinySize } from '../support/tinyModels.ts';

/** Runs a file as it is and once inlined with concrete shapes; both must give the same. */
async function expectSame(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, HostTensor>>,
): Promise<GraphBuilder> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'model.onnx'), bytes);
  const direct = await Session.create(bytes);
  const expected = await direct.run(inputs);
  await direct.release();
  const model = readModelFile(join(folder, 'model.onnx'));
  const builder = new GraphBuilder({ readStored: model.readStored });
  for (const [name, { dtype, shape }] of Object.entries(inputs)) builder.input(name, dtype, shape);
  const bindings = new Map(Object.keys(inputs).map((name) => [name, name]));
  const outputs = model.graph.outputs.map(({ name }) => name);
  const names = inlineModel(builder, model, bindings, outputs);
  const graph = builder.build(
    Object.fromEntries(outputs.map((name) => [`own ${name}`, names.get(name)!])),
  );
  const inlined = await Session.create(writeModel(graph), { folder });
  const used = new Set(graph.inputs.map(({ name }) => name));
  const found = await inlined.run(
    Object.fromEntries(Object.entries(inputs).filter(([name]) => used.has(name))),
  );
  await inlined.release();
  for (const name of outputs) {
    const [a, b] = [found[`own ${name}`]!, expected[name]!];
    expect(a.length).toBe(b.length);
    b.forEach((value, i) => expect(a[i]).toBeCloseTo(value, 4));
  }
  return builder;
}

const random = new Random(21);
const drawn = (shape: Shape) =>
  float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  );

/** A file in operator set `opset` whose float input x of `shape` goes through `make`. */
function fileOf(
  opset: number,
  shape: Shape,
  make: (g: GraphMaker) => readonly string[],
): Uint8Array {
  const g = new GraphMaker();
  const outputs = make(g).map((value, i) => {
    g.name(value, `y${i}`);
    return { name: `y${i}`, dtype: 'float32', shape: [] } as const;
  });
  const open = shape.map((_, i) => `d${i}`);
  const bytes = g.bytes([{ name: 'x', dtype: 'float32', shape: open }], outputs, opset);
  // The outputs' ranks are left to the engine.
  const message = ModelProto.decode(bytes) as unknown as ModelMessage;
  for (const { type } of message.graph!.output!) delete type!.tensorType!.shape;
  return ModelProto.encode(message).finish();
}

const one = (
  title: string,
  opset: number,
  shape: Shape,
  make: (g: GraphMaker) => readonly string[],
) => ({ title, opset, shape, make });

describe('older forms of operators', () => {
  test.each([
    ...['Softmax', 'LogSoftmax'].flatMap((op) => [
      one(`${op} over all axes from 1`, 11, [2, 3, 4], (g) => [g.op(op, ['x'], { axis: int(1) })]),
      one(`${op} by default from 1`, 11, [2, 3, 4], (g) => [g.op(op, ['x'])]),
      one(`${op} from 0`, 12, [2, 3, 4], (g) => [g.op(op, ['x'], { axis: int(0) })]),
      one(`${op} from -2`, 11, [2, 3, 4], (g) => [g.op(op, ['x'], { axis: int(-2) })]),
      one(`${op} over the last`, 11, [2, 3, 4], (g) => [g.op(op, ['x'], { axis: int(2) })]),
      one(`${op} over one axis`, 13, [2, 3, 4], (g) => [g.op(op, ['x'], { axis: int(1) })]),
      one(`${op} by default over the last`, 13, [2, 3, 4], (g) => [g.op(op, ['x'])]),
    ]),
    one('Squeeze', 11, [2, 1, 3, 1], (g) => [g.op('Squeeze', ['x'], { axes: ints([1, -1]) })]),
    one('Squeeze of every 1', 11, [2, 1, 3, 1], (g) => [g.op('Squeeze', ['x'])]),
    one('Squeeze', 13, [2, 1, 3, 1], (g) => [g.op('Squeeze', ['x', g.ints([1])])]),
    one('Unsqueeze', 11, [2, 3], (g) => [g.op('Unsqueeze', ['x'], { axes: ints([0, -1]) })]),
    one('Unsqueeze', 13, [2, 3], (g) => [g.op('Unsqueeze', ['x', g.ints([1, 3])])]),
    ...['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceSumSquare', 'ReduceProd'].map(
      (op) =>
        one(`${op} with axes`, 12, [2, 3, 4], (g) => [
          g.op(op, ['x'], { axes: ints([-1, 0]), keepdims: int(0) }),
          g.op(op, ['x'], { axes: ints([1]) }),
          g.op(op, ['x'], { keepdims: int(0) }),
        ]),
    ),
    one('ReduceSum with axes as input', 13, [2, 3], (g) => [g.op('ReduceSum', ['x', g.ints([1])])]),
    one('ReduceMean with axes as attribute', 17, [2, 3], (g) => [
      g.op('ReduceMean', ['x'], { axes: ints([1]) }),
    ]),
    one('ReduceMean with axes as input', 18, [2, 3], (g) => [
      g.op('ReduceMean', ['x', g.ints([1])]),
      g.op('ReduceMean', ['x', g.ints([])], { noop_with_empty_axes: int(1) }),
    ]),
    one('Split with lengths', 11, [2, 6], (g) =>
      g.ops('Split', ['x'], 2, { axis: int(1), split: ints([2, 4]) }),
    ),
    one('Split into equal parts', 11, [2, 6], (g) => g.ops('Split', ['x'], 3, { axis: int(-1) })),
    one('Split with lengths as input', 13, [5, 2], (g) =>
      g.ops('Split', ['x', g.ints([1, 4])], 2, { axis: int(0) }),
    ),
    one('Split into unequal parts', 18, [2, 7], (g) =>
      g.ops('Split', ['x'], 3, { axis: int(1), num_outputs: int(3) }),
    ),
    one('Clip with attributes', 6, [2, 5], (g) => [
      g.op('Clip', ['x'], { min: float(-0.5), max: float(0.25) }),
      g.op('Clip', ['x'], { min: float(0) }),
      g.op('Clip', ['x'], { max: float(0) }),
      g.op('Clip', ['x']),
    ]),
    one('Clip with inputs', 12, [2, 5], (g) => [
      g.op('Clip', ['x', g.scalar(-0.5), g.scalar(0.25)]),
      g.op('Clip', ['x', '', g.scalar(0.25)]),
    ]),
    one('Dropout', 10, [2, 3], (g) => [g.op('Dropout', ['x'], { ratio: float(0.5) })]),
    one('Dropout with inputs', 12, [2, 3], (g) => [
      g.op('Dropout', ['x', g.scalar(0.5), g.scalar(0, 'bool')]),
    ]),
    one('Slice with attributes', 9, [4, 5], (g) => [
      g.op('Slice', ['x'], { starts: ints([1, -4]), ends: ints([3, 9]), axes: ints([0, 1]) }),
      g.op('Slice', ['x'], { starts: ints([1]), ends: ints([-1]) }),
    ]),
    one('Slice with inputs', 13, [4, 5], (g) => [
      g.op('Slice', ['x', g.ints([3]), g.ints([-9]), g.ints([0]), g.ints([-2])]),
    ]),
    one('Pad with attributes', 10, [2, 3], (g) => [
      g.op('Pad', ['x'], { pads: ints([0, 1, 1, 2]), value: float(3) }),
    ]),
    one('Pad with inputs', 13, [2, 3], (g) => [
      g.op('Pad', ['x', g.ints([0, 1, 1, 2]), g.scalar(3)]),
    ]),
    one('Flatten and Gemm', 9, [2, 3, 4], (g) => {
      const weight = g.drawn('w', [12, 5], new Random(1), 1);
      const bias = g.drawn('b', [5], new Random(2), 1);
      const flat = g.op('Flatten', ['x']);
      return [g.op('Gemm', [flat, weight, bias], { alpha: float(0.5), beta: float(2) })];
    }),
    one('constants in nodes', 12, [2, 3], (g) => {
      const data = Float64Array.from({ length: 6 }, (_, i) => i);
      const tensor = { dtype: 'float32', shape: [2, 3], data } as const;
      const table = g.op('Constant', [], { value: { kind: 'tensor', value: tensor } });
      const number = g.op('Constant', [], { value_float: float(2) });
      const list = g.op('Constant', [], { value_ints: ints([3, 2]) });
      const filled = g.op('ConstantOfShape', [list]);
      const sum = g.op('Add', [g.op('Mul', ['x', number]), table]);
      return [g.op('MatMul', [sum, filled]), sum];
    }),
    one('a large constant in a node', 12, [2, 10], (g) => {
      const data = Float64Array.from({ length: 100 }, (_, i) => i / 50);
      const tensor = { dtype: 'float32', shape: [10, 10], data } as const;
      const table = g.op('Constant', [], { value: { kind: 'tensor', value: tensor } });
      return [g.op('MatMul', ['x', table]), g.op('MatMul', ['x', table])];
    }),
  ])('$title in operator set $opset', async ({ opset, shape, make }) => {
    await expectSame(fileOf(opset, shape, make), { x: drawn(shape) });
  });
});

const vocabularySize = 40;
const maskedFile = maskedBytes({ ...tinySize, seed: 5 }, vocabularySize);
const causalFile = gptBytes({ ...tinySize, vocabularySize }, new Random(5));

describe.each([
  ['masked', maskedFile],
  ['causal', causalFile],
])('the %s model', (_, bytes) => {
  test.each([
    [1, 1],
    [1, 5],
    [2, 8],
    [3, 2],
  ])('has the same logits for %i × %i', async (rows, length) => {
    const shape = [rows, length];
    const ids = Array.from({ length: rows * length }, () => random.integer(vocabularySize));
    const mask = ids.map((__, i) => Number(i % length < length - Math.floor(i / length)));
    await expectSame(bytes, {
      input_ids: int64(shape, ids),
      attention_mask: int64(shape, mask),
    });
  });

  test('leaves no shape arithmetic behind', () => {
    const model = readBytes(bytes);
    const builder = new GraphBuilder({ readStored: model.readStored });
    const bindings = new Map(
      model.graph.inputs.map(({ name }) => [name, builder.input(name, 'int64', [2, 4])]),
    );
    const logits = inlineModel(builder, model, bindings, ['logits']).get('logits')!;
    expect(builder.shapeOf(logits)).toEqual([2, 4, vocabularySize]);
    const { nodes } = builder.build({ logits });
    const shapes = new Set(['Shape', 'Range', 'ConstantOfShape', 'Slice', 'Squeeze']);
    expect(nodes.filter(({ op }) => shapes.has(op)).map(({ op }) => op)).toEqual([]);
    expect(nodes.length).toBeLessThan(model.graph.nodes.length);
  });
});

describe('bindings', () => {
  test('replace inner values, and what made these is left out', () => {
    const g = new GraphMaker();
    const unknown = g.op('Unheard', ['x']);
    g.name(g.op('Neg', [unknown]), 'y');
    const model = readBytes(
      g.bytes(
        [{ name: 'x', dtype: 'float32', shape: [2] }],
        [{ name: 'y', dtype: 'float32', shape: [2] }],
        17,
      ),
    );
    const builder = new GraphBuilder();
    const inner = builder.input('inner', 'float32', [2]);
    const y = inlineModel(builder, model, new Map([[unknown, inner]]), ['y']).get('y')!;
    expect(builder.build({ y }).nodes.map(({ op }) => op)).toEqual(['Neg', 'Identity']);
  });

  test('may have the names of weights', () => {
    const g = new GraphMaker();
    const weight = g.drawn('x', [10, 10], new Random(1), 1);
    g.name(g.op('MatMul', ['tokens', weight]), 'y');
    const bytes = g.bytes(
      [{ name: 'tokens', dtype: 'float32', shape: ['n', 10] }],
      [{ name: 'y', dtype: 'float32', shape: ['n', 10] }],
      17,
    );
    const model = readBytes(bytes);
    const builder = new GraphBuilder({ readStored: model.readStored });
    const x = builder.input('x', 'float32', [1, 10]);
    const first = inlineModel(builder, model, new Map([['tokens', x]]), ['y']).get('y')!;
    const second = inlineModel(builder, model, new Map([['tokens', first]]), ['y']).get('y')!;
    const graph = builder.build({ y: second });
    expect([...graph.initializers.values()].map(({ shape }) => shape)).toEqual([[10, 10]]);
    // What comes later may have any name, too.
    const other = new GraphBuilder({ readStored: model.readStored });
    const tokens = other.input('tokens', 'float32', [1, 10]);
    inlineModel(other, model, new Map([['tokens', tokens]]), ['y']);
    expect(other.input('x', 'float32', [3])).toBe('x');
  });
});

describe('what cannot be inlined', () => {
  const inline = (opset: number, make: (g: GraphMaker) => readonly string[]) => () => {
    const model = readBytes(fileOf(opset, [2, 3], make));
    const builder = new GraphBuilder({ readStored: model.readStored });
    builder.input('x', 'float32', [2, 3]);
    const outputs = model.graph.outputs.map(({ name }) => name);
    inlineModel(builder, model, new Map([['x', 'x']]), outputs);
  };

  test('lists every operator that is not known', () => {
    const make = (g: GraphMaker) => {
      const a = g.op('Unheard', [g.op('Unheard', ['x'])]);
      const b = g.ops('FusedThing', [a], 1, {}, 'com.microsoft')[0]!;
      return [g.op('Mystery', [b])];
    };
    expect(inline(17, make)).toThrow(
      expect.objectContaining({
        code: 'onnx/unsupported-operator',
        message:
          'The model has 3 operators that are not supported: Unheard (2 ×, first node "/Unheard_1"), com.microsoft.FusedThing (1 ×, first node "/FusedThing_3"), Mystery (1 ×, first node "/Mystery_4").',
      }),
    );
  });

  test('says which way of padding is not known', () => {
    const make = (g: GraphMaker) => [
      g.op('Pad', ['x', g.ints([0, 0, 1, 1])], { mode: string('reflect') }),
    ];
    expect(inline(13, make)).toThrow(
      expect.objectContaining({
        code: 'onnx/unsupported-operator',
        message: 'Node "/Pad_2" (Pad): Pad is not supported in mode "reflect".',
      }),
    );
  });

  test('names the node whose shape only a run knows', () => {
    const make = (g: GraphMaker) => [g.op('Reshape', ['x', g.op('Cast', ['x'], { to: int(7) })])];
    expect(inline(17, make)).toThrow(
      expect.objectContaining({
        code: 'onnx/no-shape',
        message: 'Node "/Reshape_2" (Reshape): Input 1 must be known while the graph is built.',
      }),
    );
  });

  test('names the node whose inputs do not fit', () => {
    const make = (g: GraphMaker) => [g.op('MatMul', ['x', 'x'])];
    expect(inline(17, make)).toThrow(
      expect.objectContaining({
        code: 'onnx/no-shape',
        message: expect.stringContaining('MatMul of [2, 3] and [2, 3]') as string,
      }),
    );
  });
});
