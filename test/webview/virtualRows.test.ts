import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawnRows, moved, scrolledTo } from '../../webview/virtualRows.ts';

const rowHeight = 30;
const lengths = fc.record({
  count: fc.integer({ min: 0, max: 100_000 }),
  scrollTop: fc.double({ min: 0, max: 3e6, noNaN: true }),
  height: fc.integer({ min: 0, max: 1200 }),
});

describe('the rows that are drawn', () => {
  test('are all that are seen, a few more, and none that is not there', () => {
    fc.assert(
      fc.property(lengths, ({ count, scrollTop, height }) => {
        const { first, end } = drawnRows(count, rowHeight, scrollTop, height);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        const top = Math.floor(scrollTop / rowHeight);
        const bottom = Math.ceil((scrollTop + height) / rowHeight);
        expect(first).toBeLessThanOrEqual(Math.min(top, count));
        expect(end).toBeGreaterThanOrEqual(Math.min(bottom, count));
        expect(end - first).toBeLessThanOrEqual(bottom - top + 32);
      }),
    );
  });

  test('stay the same while less than a block is scrolled', () => {
    expect(drawnRows(1000, rowHeight, 3000, 480)).toEqual(drawnRows(1000, rowHeight, 3050, 480));
  });
});

test('a row is scrolled to only as far as it takes to see it', () => {
  fc.assert(
    fc.property(lengths, fc.nat(99_999), ({ scrollTop, height }, row) => {
      fc.pre(height >= rowHeight);
      const top = scrolledTo(row, rowHeight, scrollTop, height);
      expect(row * rowHeight).toBeGreaterThanOrEqual(top);
      expect((row + 1) * rowHeight).toBeLessThanOrEqual(top + height + 1e-6);
      expect(scrolledTo(row, rowHeight, top, height)).toBeCloseTo(top, 6);
    }),
  );
  expect(scrolledTo(10, rowHeight, 100, 400)).toBe(100);
});

describe('a key', () => {
  const size = { rows: 100, columns: 5, page: 10 };
  const plain = { ctrlKey: false, metaKey: false };
  test.each([
    ['ArrowDown', plain, [51, 2]],
    ['ArrowUp', plain, [49, 2]],
    ['ArrowLeft', plain, [50, 1]],
    ['ArrowRight', plain, [50, 3]],
    ['PageDown', plain, [60, 2]],
    ['PageUp', plain, [40, 2]],
    ['Home', plain, [50, 0]],
    ['End', plain, [50, 4]],
    ['Home', { ...plain, ctrlKey: true }, [0, 0]],
    ['End', { ...plain, metaKey: true }, [99, 4]],
  ] as const)('%s with %o leads to %j', (key, modifiers, [row, column]) => {
    expect(moved({ row: 50, column: 2 }, { key, ...modifiers }, size)).toEqual({ row, column });
  });

  test('leads from the first row to the headings and no further, and nowhere out of the grid', () => {
    const up = { key: 'ArrowUp', ...plain };
    expect(moved({ row: 0, column: 2 }, up, size)).toEqual({ row: -1, column: 2 });
    expect(moved({ row: -1, column: 2 }, up, size)).toEqual({ row: -1, column: 2 });
    expect(moved({ row: 3, column: 2 }, { ...up, key: 'PageUp' }, size)?.row).toBe(0);
    expect(moved({ row: 99, column: 4 }, { ...up, key: 'ArrowDown' }, size)?.row).toBe(99);
    expect(
      moved({ row: -1, column: 0 }, { ...up, key: 'ArrowDown' }, { ...size, rows: 0 })?.row,
    ).toBe(-1);
    expect(moved({ row: 0, column: 0 }, { ...up, key: 'x' }, size)).toBeUndefined();
  });
});
