import { expect, test } from 'vitest';
import { spreadOf } from '../../src/evaluation/spread.ts';

test('the spread of scores is that computed by hand', () => {
  // Quartiles between neighbors: a quarter of the way from the first of four to the last is 0.35.
  // Mean 0.5, squared distances 0.09 + 0.01 + 0.01 + 0.09 = 0.2 over n − 1 = 3.
  expect(spreadOf([0.8, 0.2, 0.6, 0.4])).toEqual({
    count: 4,
    lowest: 0.2,
    lowerQuartile: expect.closeTo(0.35, 12) as unknown,
    median: 0.5,
    upperQuartile: expect.closeTo(0.65, 12) as unknown,
    highest: 0.8,
    standardDeviation: expect.closeTo(Math.sqrt(0.2 / 3), 12) as unknown,
  });
});

test('a single score has no spread', () => {
  expect(spreadOf([0.5])).toMatchObject({ lowest: 0.5, highest: 0.5, standardDeviation: 0 });
});
