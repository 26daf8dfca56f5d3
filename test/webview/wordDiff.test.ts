import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordDiff } from '../../webview/wordDiff.ts';

const shown = (before: string, after: string) =>
  wordDiff(before, after)
    .map(({ kind, text }) => ({ same: text, removed: `[-${text}-]`, added: `[+${text}+]` })[kind])
    .join('');

test.each([
  ['The capital of {x} is {y}.', 'The capital of {x} is {y}.', 'The capital of {x} is {y}.'],
  [
    'The capital of {x} is {y}.',
    'The town of {x} is {y}!',
    'The [-capital-][+town+] of {x} is {y}[-.-][+!+]',
  ],
  ['{*3} {x} {*3} {y}', '{*5} {x} {*3} {y}', '[-{*3}-][+{*5}+] {x} {*3} {y}'],
  ['{*"a } b"} {x}', '{x}', '[-{*"a } b"} -]{x}'],
  ['', 'new', '[+new+]'],
])('from %j to %j is %j', (before, after, expected) => {
  expect(shown(before, after)).toBe(expected);
});

test('what is the same or removed is the text before, what is the same or added the one after', () => {
  const text = fc
    .array(fc.constantFrom('a', 'bb', '{x}', '{*3}', ' ', '.', '😀'))
    .map((all) => all.join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const pieces = wordDiff(before, after);
      const without = (kind: string) =>
        pieces.filter((piece) => piece.kind !== kind).map((piece) => piece.text);
      expect(without('added').join('')).toBe(before);
      expect(without('removed').join('')).toBe(after);
    }),
  );
});

test('texts of many thousand words are compared as wholes', () => {
  const pieces = wordDiff('a '.repeat(5000), 'b '.repeat(5000));
  expect(pieces.map(({ kind }) => kind)).toEqual(['removed', 'added']);
});
