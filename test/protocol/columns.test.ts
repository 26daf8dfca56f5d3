import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packNumbers, packTexts, unpackNumbers } from '../../src/protocol/columns.ts';

test('numbers come back as they were, each width', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(2 ** 8, 2 ** 16, 2 ** 32).chain((end) => fc.array(fc.nat(end - 1))),
      (numbers) => {
        expect(Array.from(unpackNumbers(packNumbers(numbers)))).toEqual(numbers);
      },
    ),
  );
  expect(packNumbers([0, 255])).toEqual({ bytes: 1, data: 'AP8=' });
  expect(packNumbers([256])).toEqual({ bytes: 2, data: 'AAE=' });
  expect(packNumbers([65_536]).bytes).toBe(4);
});

test('more numbers than a call has arguments are packed, too', () => {
  const many = Array.from({ length: 300_000 }, (_, i) => i);
  expect(unpackNumbers(packNumbers(many)).at(-1)).toBe(299_999);
});

test.each([-1, 0.5, NaN, 2 ** 32])('%d is no number of a column', (value) => {
  expect(() => packNumbers([value])).toThrow('no whole number');
});

test('a text that repeats is kept once', () => {
  const column = packTexts(['a', 'b', 'a']);
  expect(column.texts).toEqual(['a', 'b']);
  expect(Array.from(unpackNumbers(column.rows!))).toEqual([0, 1, 0]);
  expect(packTexts(['__proto__', 'constructor'])).toEqual({ texts: ['__proto__', 'constructor'] });
});
