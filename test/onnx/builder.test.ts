import { describe, expect, test } from 'vitest';
import { GraphBuilder, castTo } from '../../src/onnx/builder.ts';
import { int, ints } from '../../src/onnx/graph.ts';
import { encodeElements, type StoredTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, Session } from '../../src/runtime/session.ts';

const stored = (shape: readonly number[], offset = 0): StoredTensor => ({
  dtype: 'float32',
  shape,
  location: 'model.onnx',
  offset,
  length: 4 * shape.reduce((a, b) => a * b, 1),
});

describe('constants', () => {
  test('of the same type, shape and value are one', () => {
    const b = new GraphBuilder();
    expect(b.scalar(1)).toBe(b.scalar(1));
    expect(b.scalar(1)).not.toBe(b.scalar(1, 'int64'));
    expect(b.constant('float32', [1], [1])).not.toBe(b.scalar(1));
    expect(b.scalar(0)).not.toBe(b.scalar(-1));
  });

  test('keep the sign of zero', () => {
    const b = new GraphBuilder();
    expect(Object.is(b.constantOf(b.scalar(-0))!.data[0], -0)).toBe(true);
    expect(Object.is(b.constantOf(b.scalar(0))!.data[0], 0)).toBe(true);
  });

  test('of float32 are rounded to it', () => {
    const b = new GraphBuilder();
    expect(b.constantOf(b.scalar(0.1))!.data[0]).toBe(Math.fround(0.1));
    expect(b.constantOf(b.scalar(0.1, 'float64'))!.data[0]).toBe(0.1);
  });

  test('have as many elements as their shape', () => {
    expect(() => new GraphBuilder().constant('float32', [2], [1])).toThrow('as many elements');
  });

  test('that are large and of one value are made by the engine', () => {
    const b = new GraphBuilder();
    const filled = b.filled(2, [300, 300]);
    expect(b.constantOf(filled)).toBeUndefined();
    expect(b.shapeOf(filled)).toEqual([300, 300]);
    expect(b.constantOf(b.filled(2, [2, 2]))!.data).toEqual(Float64Array.of(2, 2, 2, 2));
  });
});

describe('what is known is computed', () => {
  test('and leaves no node', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2, 3]);
    const shape = b.op('Shape', [x]);
    const columns = b.op('Gather', [shape, b.scalar(1, 'int64')]);
    const wanted = b.op('Concat', [b.ints([-1]), b.op('Unsqueeze', [columns, b.ints([0])])], {
      axis: int(0),
    });
    expect([...b.constantOf(wanted)!.data]).toEqual([-1, 3]);
    expect(b.op('Reshape', [x, wanted])).toBe(x);
    expect(b.nodes).toEqual([]);
  });

  test('from small weights, whose bytes are read, but not from large ones', () => {
    const b = new GraphBuilder({
      readStored: ({ shape }) => encodeElements('float32', new Float64Array(shape[0]!).fill(3)),
    });
    const small = b.op('Neg', [b.stored('small', stored([2]))]);
    expect([...b.constantOf(small)!.data]).toEqual([-3, -3]);
    const large = b.op('Neg', [b.stored('large', stored([5000]))]);
    expect(b.constantOf(large)).toBeUndefined();
    expect(b.nodes.map(({ op }) => op)).toEqual(['Neg']);
  });

  test('unless the result is large', () => {
    const b = new GraphBuilder();
    const wide = b.op('Expand', [b.scalar(1), b.ints([300, 300])]);
    expect(b.nodes.map(({ op }) => op)).toEqual(['Expand']);
    expect(b.shapeOf(wide)).toEqual([300, 300]);
  });

  test('division of whole numbers by zero is an error of the model', () => {
    const b = new GraphBuilder();
    expect(() => b.op('Div', [b.ints([1]), b.ints([0])])).toThrow(
      expect.objectContaining({ code: 'model/unsupported' }),
    );
  });
});

test('nodes that change nothing are left out', () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [2, 3]);
  expect(b.op('Identity', [x])).toBe(x);
  expect(b.op('Cast', [x], castTo('float32'))).toBe(x);
  expect(b.op('Transpose', [x], { perm: ints([0, 1]) })).toBe(x);
  expect(b.op('Concat', [x], { axis: int(0) })).toBe(x);
  expect(b.op('Expand', [x, b.ints([1, 3])])).toBe(x);
  expect(b.op('Squeeze', [x])).toBe(x);
  expect(b.op('Flatten', [x], { axis: int(1) })).toBe(x);
  expect(b.nodes).toEqual([]);
  expect(b.op('Cast', [x], castTo('float64'))).not.toBe(x);
  expect(b.op('Transpose', [x])).not.toBe(x);
});

describe('weights of the model', () => {
  test('are added once, each under a name of its own', () => {
    const b = new GraphBuilder();
    b.input('w', 'float32', [2]);
    const one = b.stored('w', stored([2]));
    expect(one).not.toBe('w');
    expect(b.stored('w', stored([2]))).toBe(one);
    const other = b.stored('w', stored([3], 64));
    expect(b.shapeOf(one)).toEqual([2]);
    expect(b.shapeOf(other)).toEqual([3]);
  });
});

describe('a finished graph', () => {
  test('holds what its outputs need and nothing else', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2]);
    const unused = b.input('unused', 'float32', [2]);
    b.op('Neg', [unused]);
    const y = b.op('Add', [x, b.constant('float32', [2], [1, 2])]);
    const graph = b.build({ y });
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Add', 'Identity']);
    expect([...graph.initializers.keys()]).toHaveLength(1);
    expect(graph.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: [2] }]);
  });

  test('may give one value twice, or an input or a constant as it is', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2]);
    const graph = b.build({ a: x, b: x, c: b.constant('float32', [2], [3, 4]) });
    const session = await Session.create(writeModel(graph));
    const result = await session.run({ x: float32([2], Float32Array.of(1, 2)) });
    await session.release();
    expect(Object.fromEntries(Object.entries(result).map(([k, v]) => [k, [...v]]))).toEqual({
      a: [1, 2],
      b: [1, 2],
      c: [3, 4],
    });
  });

  test('takes each name once', () => {
    const b = new GraphBuilder();
    b.input('x', 'float32', []);
    expect(() => b.input('x', 'float32', [])).toThrow('The name "x" is taken.');
  });
});

test('an operator that is not known is an error', () => {
  expect(() => new GraphBuilder().op('Unheard', [])).toThrow(
    expect.objectContaining({ code: 'onnx/unsupported-operator' }),
  );
});
