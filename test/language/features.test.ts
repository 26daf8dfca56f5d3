import { expect, test } from 'vitest';
import type { OutlineSymbol } from '../../src/language/features/symbols.ts';
import { foldingRanges } from '../../src/language/features/folding.ts';
import { outline, promptAt } from '../../src/language/features/symbols.ts';
import { parse } from '../../src/language/parser.ts';

const text = `---
model: bundled/mini-mlm
data: {train: a.csv}
answer: capital
---
@# one
@# two

@prompt manual
{country} is {capital}

@# alone
@prompt learned
{*3 "of"} {country}
{*rel:2}{capital} {*}
`;
const file = parse(text);

function named({ name, kind, detail, children }: OutlineSymbol): unknown {
  return children.length === 0 ? [kind, name, detail] : [kind, name, detail, children.map(named)];
}

test('the outline has the settings, the prompts and their virtual tokens', () => {
  expect(outline(file).map(named)).toEqual([
    [
      'settings',
      'settings',
      'bundled/mini-mlm',
      [
        ['setting', 'model', ''],
        ['setting', 'data', ''],
        ['setting', 'answer', ''],
      ],
    ],
    ['prompt', 'manual', 'discrete'],
    [
      'prompt',
      'learned',
      'continuous',
      [
        ['virtualTokens', '{*}', '3 virtual tokens from "of"'],
        ['virtualTokens', '{*rel}', '2 virtual tokens'],
        ['virtualTokens', '{*}', '1 virtual token'],
      ],
    ],
  ]);
});

test('a symbol holds its selection and its children', () => {
  const expectNested = ({ span, selectionSpan, children }: OutlineSymbol): void => {
    for (const inner of [selectionSpan, ...children.map((child) => child.span)]) {
      expect(inner.start).toBeGreaterThanOrEqual(span.start);
      expect(inner.end).toBeLessThanOrEqual(span.end);
    }
    children.forEach(expectNested);
  };
  outline(file).forEach(expectNested);
});

test('settings, prompts and blocks of comments fold', () => {
  expect(foldingRanges(file)).toEqual([
    { startLine: 0, endLine: 4, kind: 'settings' },
    { startLine: 8, endLine: 9, kind: 'prompt' },
    { startLine: 12, endLine: 14, kind: 'prompt' },
    { startLine: 5, endLine: 6, kind: 'comment' },
  ]);
});

test('a prompt is at its line and in its template, not beside', () => {
  const nameAt = (needle: string) => promptAt(file, text.indexOf(needle))?.name;
  expect(nameAt('@prompt manual')).toBe('manual');
  expect(nameAt('is {capital}')).toBe('manual');
  expect(nameAt('@# alone')).toBeUndefined();
  expect(nameAt('{*rel:2}')).toBe('learned');
  expect(nameAt('model:')).toBeUndefined();
});
