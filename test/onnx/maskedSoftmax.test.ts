/** Attention of positions that may look nowhere: values as the engine gives them, gradients of zeros. */
import { expect, test } from 'vitest';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { Random } from '../../src/base/random.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { int } from '../../src/onnx/graph.ts';
import { inlineModel } from '../../src/onnx/inline.ts';
import { writeModel } from '../../src/onnx/write.ts';
import type { DType } from '../../src/onnx/tensor.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { directionalError } from '../autodiff/gradientCheck.ts';
import { readBytes, type GraphMaker } from '../support/graphMaker.ts';
import { one, fileOf } from '../support/lowerings/case.ts';

const none = -Infinity;
const mask = [0, none, 0, none, none, none, none, 0, none];

/** Softmax along `axis` of x plus a mask; with axis 1 the second row is closed, with 0 no column. */
const attention = (axis: number) =>
  one('Where', `axis ${axis}`, [[3, 3]], (g: GraphMaker, x) => {
    const scores = g.op('Add', [x[0]!, g.constant('float32', [3, 3], mask)]);
    const weights = g.op('Softmax', [scores], { axis: int(axis) });
    return [g.op('Where', [g.op('IsNaN', [weights]), g.scalar(0), weights])];
  });

function inlined(axis: number, dtype: DType) {
  const model = readBytes(fileOf(attention(axis), attention(axis).make));
  const builder = new GraphBuilder();
  const x = builder.input('x0', dtype, [3, 3]);
  const y = inlineModel(builder, model, new Map([['x0', x]]), ['y0']).get('y0')!;
  return { builder, x, y };
}

test.each([-1, 0])('rows of −∞ are zeros, along axis %s', async (axis) => {
  const feeds = {
    x0: float32(
      [3, 3],
      Float32Array.from({ length: 9 }, (_, i) => Math.sin(i)),
    ),
  };
  const direct = await Session.create(fileOf(attention(axis), attention(axis).make));
  const { y0: expected } = await direct.run(feeds);
  await direct.release();
  const { builder, x, y } = inlined(axis, 'float32');
  const sum = builder.op('ReduceSum', [builder.op('Mul', [y, y])], { keepdims: int(0) });
  const gradient = differentiate(builder, { of: sum, wrt: [x] }).get(x)!;
  const own = await Session.create(writeModel(builder.build({ y, gradient })));
  const found = await own.run(feeds);
  await own.release();
  found.y!.forEach((value, i) => expect(value).toBeCloseTo(expected![i]!, 6));
  expect([...found.gradient!].filter((value) => !Number.isFinite(value))).toEqual([]);
});

test.each([-1, 0])('their gradient is zero and that of the others is theirs, axis %s', (axis) => {
  const { builder, x, y } = inlined(axis, 'float64');
  expect(directionalError(builder, [x], [y], {}, new Random(3))).toBeLessThan(1e-7);
});

test('another mending of a softmax stays what it is', () => {
  const builder = new GraphBuilder();
  const other = one('Where', 'with ones', [[3, 3]], (g: GraphMaker, x) => {
    const weights = g.op('Softmax', [x[0]!], { axis: int(-1) });
    return [g.op('Where', [g.op('IsNaN', [weights]), g.scalar(1), weights])];
  });
  const x = builder.input('x0', 'float32', [3, 3]);
  inlineModel(builder, readBytes(fileOf(other, other.make)), new Map([['x0', x]]), ['y0']);
  expect(builder.nodes.map(({ op }) => op)).toEqual(['Softmax', 'IsNaN', 'Where']);
});
