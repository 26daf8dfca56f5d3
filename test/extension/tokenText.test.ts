import { expect, test } from 'vitest';
import { countsOf, tokenText } from '../../src/extension/counts/tokenText.ts';

const tokens = {
  name: 'learned',
  twin: 0,
  least: 11,
  most: 15,
  virtual: 6,
  longest: 'capitals.test.jsonl:7',
  canShorten: false,
};

test('a count says what is used of what there is, and where the longest example stands', () => {
  expect(tokenText(tokens, 48)).toEqual({
    title: '15 of 48 tokens',
    tooltip:
      'The longest input has 15 tokens, 6 virtual tokens among them (capitals.test.jsonl:7). The shortest has 11. The model reads up to 48.',
  });
});

test('a model without a limit has none to show', () => {
  expect(tokenText({ ...tokens, least: 15, virtual: 0 }, undefined)).toEqual({
    title: '15 tokens',
    tooltip: 'The longest input has 15 tokens (capitals.test.jsonl:7). The model sets no limit.',
  });
});

test('an input that is too long says so in words, and what happens to it', () => {
  expect(tokenText(tokens, 12)).toMatchObject({
    title: '$(warning) 15 of 12 tokens: too long',
    tooltip: expect.stringContaining('Write {column|shorten}') as string,
  });
  expect(tokenText({ ...tokens, canShorten: true }, 12).title).toBe(
    '$(warning) 15 of 12 tokens: is cut to fit',
  );
});

test('each of two prompts with one name has its own count, and a new one none yet', () => {
  const second = { ...tokens, twin: 1, most: 9 };
  const counts = { prompts: [tokens, second, { ...tokens, name: 'manual' }] };
  const named = (...names: string[]) => names.map((name) => ({ name }));
  expect(countsOf(named('learned', 'manual', 'learned'), counts)).toEqual([
    tokens,
    counts.prompts[2],
    second,
  ]);
  expect(countsOf(named('new', 'learned'), counts)).toEqual([undefined, tokens]);
  expect(countsOf(named('learned'), undefined)).toEqual([undefined]);
});
