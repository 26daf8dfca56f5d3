import { expect, test } from 'vitest';
import { testOutcome } from '../../src/extension/tests/testOutcome.ts';
import type { ExpectationResult } from '../../src/protocol/expectations.ts';
import type { PromptSummary, Summary } from '../../src/protocol/summary.ts';

const met: ExpectationResult = {
  metric: 'loss',
  comparison: '<',
  threshold: 2,
  met: true,
  value: 0.5,
};
const missed: ExpectationResult = {
  metric: 'accuracy',
  comparison: '>=',
  threshold: 0.8,
  met: false,
  value: 0.75,
  interval: [0.3, 0.95],
};

const prompt = (name: string, expectations?: ExpectationResult[]): PromptSummary => ({
  name,
  kind: 'discrete',
  n: 4,
  accuracy: 0.75,
  interval: [0.3, 0.95],
  accuracyAt5: 1,
  loss: 0.5,
  reciprocalRank: 0.9,
  probability: 0.5,
  ...(expectations && { expectations }),
});

const summary: Summary = {
  type: 'summary',
  file: 'a.ptune',
  model: { id: './model', sha256: '' },
  split: 'test',
  candidates: { kind: 'answers', count: 3 },
  prompts: [prompt('good', [met]), prompt('bad', [met, missed]), prompt('free')],
  unscored: [
    { name: 'new', reason: 'it was never trained', expectations: [{ ...met, met: false }] },
    { name: 'idle', reason: 'it was never trained' },
  ],
};

test('a prompt passes when it reaches every condition', () => {
  expect(testOutcome(summary, 'good')).toEqual({
    kind: 'passed',
    output: ['✓ good: loss < 2 is met: it is 0.5'],
  });
});

test('one that misses fails with the actual number and what is expected', () => {
  const text = 'accuracy >= 80 % is missed by 5 points: it is 75 % (95 %: 30 % to 95 %)';
  expect(testOutcome(summary, 'bad')).toEqual({
    kind: 'failed',
    output: ['✓ bad: loss < 2 is met: it is 0.5', `✗ bad: ${text}`],
    problems: [{ text }],
  });
});

test('one without conditions is skipped, whether it has a score or not', () => {
  expect(testOutcome(summary, 'free').kind).toBe('skipped');
  expect(testOutcome(summary, 'idle').kind).toBe('skipped');
});

test('one with conditions and no score is an error that says why', () => {
  expect(testOutcome(summary, 'new')).toMatchObject({
    kind: 'errored',
    problems: [{ text: '"new" has no score: it was never trained.' }],
  });
});
