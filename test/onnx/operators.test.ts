/** The operators' own values against the engine's: two oracles, so that no error hides in one. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { erf } from '../../src/onnx/operators/elementwise.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { draw } from '../autodiff/gradientCheck.ts';
import { interpret } from '../support/interpreter.ts';
import { buildCase, operatorCases } from '../support/operatorCases.ts';
import { plainCases } from '../support/plainCases.ts';

/** Rounding of float32 over a few operations. */
const tolerance = 2e-5;

describe('values agree with the engine', () => {
  it.each([...operatorCases, ...plainCases].map((c) => [c.name, c] as const))(
    '%s',
    async (_, operatorCase) => {
      const builder = new GraphBuilder();
      const { inputs, outputs } = buildCase(builder, operatorCase, 'float32');
      const random = new Random(7);
      const feeds = Object.fromEntries(
        inputs.map((name) => {
          const size = sizeOf(builder.shapeOf(name));
          return [name, Float32Array.from({ length: size }, () => draw(operatorCase, random))];
        }),
      );
      const named = Object.fromEntries(outputs.map((name, i) => [`y${i}`, name]));
      const session = await Session.create(writeModel(builder.build(named)));
      const results = await session.run(
        Object.fromEntries(inputs.map((n) => [n, float32(builder.shapeOf(n), feeds[n]!)])),
      );
      await session.release();
      const doubles = Object.fromEntries(
        Object.entries(feeds).map(([name, data]) => [name, Float64Array.from(data)]),
      );
      const own = interpret(builder, doubles, outputs);
      outputs.forEach((_output, i) => {
        const engine = results[`y${i}`]!;
        expect(engine.length).toBe(own[i]!.length);
        own[i]!.forEach((value, j) => {
          const error = Math.abs(value - engine[j]!) / Math.max(1, Math.abs(value));
          expect(error, `element ${j}: ${value} and ${engine[j]!}`).toBeLessThan(tolerance);
        });
      });
    },
  );
});

describe('erf', () => {
  // Abramowitz and Stegun 1964, table 7.1.
  it.each([
    [0, 0],
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [2, 0.995322265],
    [-1, -0.8427007929],
    [3.5, 0.999999257],
  ])('of %d is %d', (x, y) => {
    expect(erf(x)).toBeCloseTo(y, 9);
  });
});
