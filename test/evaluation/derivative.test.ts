import { describe, expect, test } from 'vitest';
import { derivative } from '../../src/evaluation/derivative.ts';

const of = (f: (t: number) => number) => (t: number) => Promise.resolve(f(t));

describe('the derivative at 0', () => {
  test.each([
    ['of a function that bends', (t: number) => Math.sin(3 * t) + 5, 3],
    ['of a steep one', (t: number) => Math.exp(40 * t), 40],
    ['of a straight line', (t: number) => 2 * t - 1, 2],
    ['of a constant', () => 7, 0],
  ])('%s', async (_, f, slope) => {
    expect(await derivative(of(f), 0.1)).toBeCloseTo(slope, 9);
  });

  test('of a function that rounds as float32 does', async () => {
    const f = (t: number) => Math.fround(5 + Math.sin(3 * t));
    expect(Math.abs((await derivative(of(f), 0.1)) - 3)).toBeLessThan(1e-3);
  });

  test('is no number where the function is none', async () => {
    expect(
      await derivative(
        of(() => NaN),
        0.1,
      ),
    ).toBeNaN();
  });
});
