import { expect, test } from 'vitest';
import { commonStart } from '../../src/encoding/commonStart.ts';

const input = (ids: number[], rows = ids.map(() => -1)) => ({ ids, rows, answerPositions: [] });

test('inputs begin alike as far as tokens and vectors are the same', () => {
  expect(commonStart([input([0, 5, 7, 2]), input([0, 5, 8, 2])])).toBe(2);
  expect(commonStart([input([0, 5, 7]), input([0, 5])])).toBe(2);
  expect(commonStart([input([0, 5]), input([0, 5, 7])])).toBe(2);
  expect(commonStart([input([0, 0, 7], [0, 1, -1]), input([0, 0, 7], [0, -1, -1])])).toBe(1);
  expect(commonStart([input([1, 2]), input([3, 2])])).toBe(0);
  expect(commonStart([input([1, 2])])).toBe(2);
  expect(commonStart([])).toBe(0);
});
