import { expect, test } from 'vitest';
import { isExactMatch, normalizedAnswer, tokenF1 } from '../../src/evaluation/answerMatch.ts';

test.each([
  ['The  Capital, of\tPeru!', 'capital of peru'],
  ['an apple a day', 'apple day'],
  ['Theodor and Anna', 'theodor and anna'],
  ["Lily's (mom)", 'lilys mom'],
  ['a-the', 'athe'],
  ['été the à', 'été à'],
  ['The', ''],
])('%j is compared as %j', (text, normalized) => {
  expect(normalizedAnswer(text)).toBe(normalized);
});

test.each([
  ['the Lima.', 'lima', true, 1],
  ['Lima', 'Oslo', false, 0],
  // 2 common words of 3 and of 2: 2·2/5
  ['city of Lima', 'of Lima', false, 0.8],
  // A word counts as often as it stands in both: 1 of 3 and of 1.
  ['Lima Lima Lima', 'Lima', false, 0.5],
  ['', 'Lima', false, 0],
  ['', 'the', true, 1],
])('%j against %j', (written, right, exact, f1) => {
  expect(isExactMatch(written, right)).toBe(exact);
  expect(tokenF1(written, right)).toBeCloseTo(f1, 12);
});
