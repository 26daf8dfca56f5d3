import { expect, test } from 'vitest';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { int } from '../../src/onnx/graph.ts';
import { widened } from '../../src/onnx/widen.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, Session } from '../../src/runtime/session.ts';

/** The sum of `make` of x, in float64 as the two outputs together. */
async function wideSum(x: readonly number[], make: (b: GraphBuilder, x: string) => string) {
  const builder = new GraphBuilder();
  const input = builder.input('x', 'float32', [x.length]);
  const sum = builder.op('ReduceSum', [make(builder, input)], { keepdims: int(0) });
  const graph = widened(builder, builder.build({ sum }));
  const session = await Session.create(writeModel(graph), { optimize: false });
  const result = await session.run({ x: float32([x.length], Float32Array.from(x)) });
  await session.release();
  return result.sum![0]! + result['sum rest']![0]!;
}

test('what is computed has the digits of float64', async () => {
  const x = [1, 2 ** -30, -1, 3];
  expect(await wideSum(x, (b, name) => b.op('Mul', [name, b.scalar(3)]))).toBe(3 * (3 + 2 ** -30));
  expect(await wideSum(x, (b, name) => b.op('Tanh', [name]))).toBeCloseTo(
    x.reduce((sum, value) => sum + Math.tanh(value), 0),
    14,
  );
});

test('an operator that the engine has for float32 alone is computed so', async () => {
  const erf = await wideSum([0.5], (b, name) => b.op('Erf', [b.op('Mul', [name, name])]));
  expect(erf).toBeCloseTo(0.2763263901682369, 6);
});

test('casts to float32 are casts to float64', async () => {
  const both = await wideSum([1e-9], (b, name) => {
    const whole = b.op('Cast', [b.op('Ceil', [name])], { to: int(7) });
    return b.op('Add', [b.op('Cast', [whole], { to: int(1) }), name]);
  });
  expect(both).toBe(1 + Math.fround(1e-9));
});
