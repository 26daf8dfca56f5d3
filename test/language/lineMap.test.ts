import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnostic } from '../../src/language/diagnostics.ts';
import { diagnosticsToJson } from '../../src/language/diagnosticsJson.ts';
import { LineMap } from '../../src/language/lineMap.ts';

describe('a line map', () => {
  test('counts lines after \\n, \\r\\n and \\r, and characters in UTF-16 units', () => {
    const map = new LineMap('a\n😀b\r\nc\rd');
    expect([0, 1, 2, 4, 5, 7, 8, 9, 10].map((offset) => map.position(offset))).toEqual([
      { line: 0, character: 0 },
      { line: 0, character: 1 },
      { line: 1, character: 0 },
      { line: 1, character: 2 },
      { line: 1, character: 3 },
      { line: 2, character: 0 },
      { line: 2, character: 1 },
      { line: 3, character: 0 },
      { line: 3, character: 1 },
    ]);
  });

  test('an offset comes back from its position', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\n', '\r', '😀') }),
        fc.nat(60),
        (text, n) => {
          const map = new LineMap(text);
          const offset = Math.min(n, text.length);
          expect(map.offset(map.position(offset))).toBe(offset);
        },
      ),
    );
  });

  test('places outside the text count as its nearer end', () => {
    const map = new LineMap('ab\ncd');
    expect(map.position(-3)).toEqual({ line: 0, character: 0 });
    expect(map.position(99)).toEqual({ line: 1, character: 2 });
    expect(map.offset({ line: 7, character: 0 })).toBe(5);
    expect(map.offset({ line: 0, character: 99 })).toBe(3);
  });
});

test('diagnostics as JSON have code, severity, message and a zero-based range', () => {
  const text = '---\r\n😀x';
  const diagnostics = [diagnostic('data/leak', { start: 7, end: 8 }, 'told')];
  expect(diagnosticsToJson([{ file: 'a.ptune', text, diagnostics }])).toEqual({
    files: [
      {
        file: 'a.ptune',
        diagnostics: [
          {
            code: 'data/leak',
            severity: 'warning',
            message: 'told',
            range: { start: { line: 1, character: 2 }, end: { line: 1, character: 3 } },
          },
        ],
      },
    ],
  });
});
