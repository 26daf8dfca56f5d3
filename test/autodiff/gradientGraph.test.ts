/** The gradient of any model as a graph: against differences of the model itself. */
import { describe, expect, test } from 'vitest';
import { gradientGraph, type GradientRequest } from '../../src/autodiff/gradientGraph.ts';
import { Random } from '../../src/base/random.ts';
import { int, type Graph } from '../../src/onnx/graph.ts';
import { sizeOf, type Shape } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { GraphMaker, readBytes } from '../support/graphMaker.ts';

const random = new Random(4);
const drawn = (shape: Shape) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal());

const shapes = { x: [2, 3], W: [3, 4], b: [4] } as const;
const weight = drawn(shapes.W);
const bias = drawn(shapes.b);

/** loss = Σ tanh(x·W + b)·x₀, where x₀ is a column of x; h = x·W + b. */
function file(axes: readonly (number | string)[] = shapes.x): Uint8Array {
  const g = new GraphMaker();
  const w = g.constant('float32', shapes.W, [...weight]);
  g.named('Identity', [w], ['W']);
  const product = g.op('MatMul', ['x', 'weights']);
  g.named('Add', [product, 'offsets'], ['h']);
  const column = g.op('Slice', ['x', g.ints([0]), g.ints([1]), g.ints([1])]);
  const terms = g.op('Mul', [g.op('Tanh', ['h']), column]);
  g.named('ReduceSum', [terms], ['loss'], { keepdims: int(0) });
  const raw = (name: string, shape: Shape, data: Float32Array) => ({
    ...{ name, dtype: 'float32' as const, shape },
    bytes: new Uint8Array(data.buffer),
  });
  return g.bytes(
    [{ name: 'x', dtype: 'float32', shape: axes }],
    [{ name: 'loss', dtype: 'float32', shape: [] }],
    17,
    'test',
    [raw('weights', shapes.W, weight), raw('offsets', shapes.b, bias)],
  );
}

const request = (
  wrt: readonly string[],
  given: Record<string, number[]> = {},
): GradientRequest => ({
  of: 'loss',
  wrt,
  shapes: new Map(Object.entries(given)),
});

async function run(graph: Graph, feeds: Readonly<Record<string, Float32Array>>) {
  const inputs = new Map(graph.inputs.map(({ name, shape }) => [name, shape as Shape]));
  const session = await Session.create(writeModel(graph));
  const tensors = Object.entries(feeds).map(
    ([name, data]) => [name, float32(inputs.get(name)!, data)] as const,
  );
  const result = await session.run(Object.fromEntries(tensors));
  await session.release();
  return result;
}

describe('the gradient graph', () => {
  test('has the value and the gradients by inputs and weights', async () => {
    const { graph, value, gradients } = gradientGraph(
      readBytes(file()),
      request(['x', 'weights', 'offsets']),
    );
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'weights', 'offsets']);
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['loss', []],
      ['x_grad', shapes.x],
      ['weights_grad', shapes.W],
      ['offsets_grad', shapes.b],
    ]);
    const feeds = { x: drawn(shapes.x), weights: weight, offsets: bias };
    const found = await run(graph, feeds);
    // Differences of the model's own value, whose weights are inputs here.
    const epsilon = 1e-2;
    for (const [name, own] of gradients) {
      const data = feeds[name as keyof typeof feeds];
      for (let i = 0; i < data.length; i++) {
        const at = async (t: number) => {
          const moved = data.map((v, j) => (j === i ? v + t : v));
          return (await run(graph, { ...feeds, [name]: moved }))[value]![0]!;
        };
        const difference = ((await at(epsilon)) - (await at(-epsilon))) / (2 * epsilon);
        expect(found[own]![i], `${name} ${i}`).toBeCloseTo(difference, 2);
      }
    }
  });

  test('has the value that the model has', async () => {
    const { graph } = gradientGraph(readBytes(file()), request(['x']));
    const x = drawn(shapes.x);
    const session = await Session.create(file());
    const direct = await session.run({ x: float32(shapes.x, x) });
    await session.release();
    expect((await run(graph, { x })).loss![0]).toBeCloseTo(direct.loss![0]!, 5);
  });

  test('keeps ways apart that lead around an inner value', async () => {
    const g = new GraphMaker();
    g.named('Identity', ['x'], ['h']);
    g.named('Mul', ['h', 'h'], ['k']);
    g.named('ReduceSum', [g.op('Mul', ['k', 'x'])], ['loss'], { keepdims: int(0) });
    const model = readBytes(
      g.bytes(
        [{ name: 'x', dtype: 'float32', shape: [3] }],
        [{ name: 'loss', dtype: 'float32', shape: [] }],
        17,
      ),
    );
    // loss = Σ h²·x with h = x: by h 2·h·x, by k x, by x all of it, 3·x².
    for (const wrt of [
      ['h', 'k', 'x'],
      ['k', 'x', 'h'],
    ]) {
      const { graph } = gradientGraph(model, request(wrt));
      const found = await run(graph, { x: Float32Array.of(1, 2, -3) });
      expect([...found.h_grad!]).toEqual([2, 8, 18]);
      expect([...found.k_grad!]).toEqual([1, 2, -3]);
      expect([...found.x_grad!]).toEqual([3, 12, 27]);
    }
  });

  test('has inputs that nothing reads, and new names where one is taken', () => {
    const g = new GraphMaker();
    g.named('ReduceSum', ['x'], ['loss'], { keepdims: int(0) });
    const vector = (name: string) => ({ name, dtype: 'float32', shape: [3] }) as const;
    const model = readBytes(
      g.bytes(
        [vector('x'), vector('unused'), vector('x_grad')],
        [{ name: 'loss', dtype: 'float32', shape: [] }],
        17,
      ),
    );
    const { graph, gradients } = gradientGraph(model, request(['x']));
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'unused', 'x_grad']);
    expect([...gradients.values()]).toEqual(['x_grad_']);
  });
});

describe('open axes get a length', () => {
  test.each([
    ['of the input', { x: [2, 3] }],
    ['of the axis', { rows: [2] }],
  ])('as the shape %s', (_, given: Record<string, number[]>) => {
    const { graph } = gradientGraph(readBytes(file(['rows', 3])), request(['x'], given));
    expect(graph.inputs.map(({ shape }) => shape)).toEqual([[2, 3]]);
  });

  test.each([
    [
      'none is given',
      {},
      'A gradient graph has fixed shapes, but the model leaves some open: x [rows, 3].',
    ],
    ['it does not fit', { x: [2, 4] }, 'The shape [2, 4] does not fit the input x [rows, 3].'],
    ['it has another rank', { x: [2] }, 'The shape [2] does not fit the input x [rows, 3].'],
    [
      'nothing has the name',
      { y: [2] },
      'The model has neither an input nor an axis "y" to give a shape to.',
    ],
  ])('or it is told that %s', (_, given: Record<string, number[]>, message) => {
    expect(() => gradientGraph(readBytes(file(['rows', 3])), request(['x'], given))).toThrow(
      expect.objectContaining({ code: 'cli/usage', message }),
    );
  });
});

describe('what has no gradient is told', () => {
  test.each([
    [
      'an unknown value',
      ['nothing'],
      'cli/usage',
      'The model has no value "nothing"; its inputs are "x", its outputs "loss".',
    ],
    ['a value that the loss does not need', ['W'], 'autodiff/no-path', '"loss" does not depend on'],
  ])('%s', (_, wrt, code, message) => {
    expect(() => gradientGraph(readBytes(file()), request(wrt))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    );
  });

  test('a value of several elements', () => {
    expect(() => gradientGraph(readBytes(file()), { ...request(['x']), of: 'h' })).toThrow(
      expect.objectContaining({
        code: 'autodiff/no-path',
        message: expect.stringContaining('Only a single float') as string,
      }),
    );
  });

  test('whole numbers', () => {
    const g = new GraphMaker();
    const looked = g.op('Gather', [g.constant('float32', [3, 2], [1, 2, 3, 4, 5, 6]), 'ids']);
    g.named('ReduceSum', [looked], ['loss'], { keepdims: int(0) });
    const model = readBytes(
      g.bytes(
        [{ name: 'ids', dtype: 'int64', shape: [2] }],
        [{ name: 'loss', dtype: 'float32', shape: [] }],
        17,
      ),
    );
    expect(() => gradientGraph(model, request(['ids']))).toThrow(
      expect.objectContaining({
        code: 'autodiff/no-gradient',
        message: expect.stringMatching(
          /^"ids" holds int64, and Gather \(node ".*"\) reads it; only floats have a gradient\.$/,
        ) as string,
      }),
    );
  });
});
