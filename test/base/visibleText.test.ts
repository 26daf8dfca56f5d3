import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visibleText, visibleToken, visibleTokens } from '../../src/base/visibleText.ts';

describe('a token', () => {
  test.each([
    [' Paris', ' Paris'],
    ['##ing', '##ing'],
    ['\n', '\\n'],
    ['\t\r', '\\t\\r'],
    ['\u001B[31m', '\\x1B[31m'],
    ['\u202Eabc', '\\u202Eabc'],
    ['a\u200Bb', 'a\\u200Bb'],
    ['\u00A0', '\\xA0'],
    ['\u3000', '\\u3000'],
    ['\u00AD', '\\xAD'],
    ['\uFE0F', '\\uFE0F'],
    ['\u{E0001}', '\\u{E0001}'],
    ['\uD800', '\\uD800'],
    ['\u0301', '◌\u0301'],
    ['é', 'é'],
    ['שלום', 'שלום'],
    ['😀', '😀'],
    ['\uFFFD', '\uFFFD'],
  ])('%j is shown as %s', (token, shown) => {
    expect(visibleToken(token)).toBe(shown);
  });

  test('whatever it is holds nothing unseen, and is shown the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (token) => {
        const shown = visibleToken(token);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(visibleToken(shown)).toBe(shown);
        expect(visibleTokens(token).split('\n').map(visibleToken).join('\n')).toBe(
          visibleTokens(token),
        );
      }),
    );
  });
});

describe('text of data', () => {
  test('keeps line breaks, tabs, joiners and marks of direction', () => {
    const text = 'می\u200Cخواهم\n\t👩\u200D👩\u200E';
    expect(visibleText(text)).toBe(text);
  });

  test('has no escape sequence and no direction that reaches beyond it', () => {
    expect(visibleText('a\u001B[2Jb\u202Ec\u2066d\u0007')).toBe('a\\x1B[2Jb\\u202Ec\\u2066d\\x07');
  });
});
