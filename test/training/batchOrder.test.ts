import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { passOrder } from '../../src/training/batchOrder.ts';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** What a batch costs: as many rows as it has, each of the longest one's length. */
const cost = (lengths: readonly number[], order: readonly number[], size: number) =>
  sum(
    Array.from({ length: Math.ceil(order.length / size) }, (_, i) => {
      const batch = order.slice(i * size, (i + 1) * size);
      return batch.length * Math.max(...batch.map((at) => lengths[at]!));
    }),
  );

test('a pass has every example once', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 });
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(lengths, size, fc.nat(), fc.nat(), (own, n, begun, seed) => {
      const order = passOrder(own, n, begun % n, new Random(seed));
      expect(order.toSorted((a, b) => a - b)).toEqual([...own.keys()]);
    }),
  );
});

test('examples of equal length are shuffled as they are', () => {
  const order = passOrder(new Array<number>(20).fill(8), 4, 3, new Random(5));
  expect(order).toEqual(new Random(5).shuffled(Array.from({ length: 20 }, (_, i) => i)));
});

test('batches hold like lengths and need little padding, in another order each time', () => {
  const random = new Random(2);
  const lengths = Array.from({ length: 1000 }, () => 8 * (1 + random.integer(12)));
  const pass = () => passOrder(lengths, 16, 0, random);
  const [first, second] = [pass(), pass()];
  const shuffled = random.shuffled([...lengths.keys()]);
  expect(cost(lengths, first, 16)).toBeLessThan(1.05 * sum(lengths));
  expect(cost(lengths, shuffled, 16)).toBeGreaterThan(1.5 * sum(lengths));
  expect(second).not.toEqual(first);
  // Short and long ones come mixed over the pass.
  const means = [0, 250, 500, 750].map((at) =>
    sum(first.slice(at, at + 250).map((i) => lengths[i]! / 250)),
  );
  expect(Math.max(...means) - Math.min(...means)).toBeLessThan(30);
});

test('a step that the pass before has begun is filled up first', () => {
  const lengths = Array.from({ length: 21 }, (_, i) => (i < 10 ? 8 : 64));
  const order = passOrder(lengths, 5, 3, new Random(1));
  // Behind the two that fill it up, steps of five are of one length, but for one over the border.
  const steps = [2, 7, 12].map((at) => new Set(order.slice(at, at + 5).map((i) => lengths[i])));
  expect(steps.filter(({ size }) => size > 1).length).toBeLessThanOrEqual(1);
});
