/** What the importance of virtual tokens is said to mean. */
import { expect, test } from 'vitest';
import { importanceSentences } from '../../src/insight/importance/importanceSentences.ts';
import type { Change } from '../../src/protocol/importance.ts';

const change = (value: number, pValue: number): Change => ({
  change: value,
  interval: [value - 0.05, value + 0.05],
  pValue,
});
const facts = {
  prompt: 'learned',
  run: 'r',
  seed: 1,
  examples: 52,
  available: 52,
  replacement: 'vocabulary',
  accuracy: 1,
  loss: 0.05,
  neighborsOnly: false,
  seconds: 1,
  fingerprint: { template: 't', settings: 's', data: 'd', model: 'm' },
} as const;
const without = (accuracy: Change, loss: Change) => ({ accuracy, loss });
const exchanges = (...list: readonly [Change, Change][]) =>
  list.map(([accuracy, loss], i) => ({ first: 0, second: i + 1, exchanged: { accuracy, loss } }));

test('a change of answers that may be chance is not called none', () => {
  const tokens = [
    { index: 0, without: without(change(-0.02, 1), change(0.3, 1e-6)) },
    { index: 1, without: without(change(-0.4, 1e-6), change(1.2, 1e-6)) },
    { index: 2, without: without(change(0, 1), change(0.01, 0.4)) },
  ];
  const [said] = importanceSentences({ ...facts, tokens, exchanges: [] });
  expect(said).toBe(
    'With all its virtual tokens learned answers 100 % right. What it answers changes without 2; without virtual token 2 it answers 40 points less (−45 to −35). Without 1 the loss changes, by at most 0.30 nats; that the answers do cannot be shown. Without 3 no difference can be shown.',
  );
});

test('that order counts is said only where exchanges change answers', () => {
  const noise = change(0, 1);
  const lossOnly = exchanges([noise, change(0.07, 1e-5)], [noise, change(0.01, 0.3)]);
  expect(importanceSentences({ ...facts, tokens: [], exchanges: lossOnly })[1]).toBe(
    "Their order counts little: 1 of 2 exchanges change the loss, none is shown to change the answers; with 1 and 2 in each other's places it has 0.07 nats more loss.",
  );
  const both = exchanges([change(-0.3, 1e-5), change(0.9, 1e-5)], [noise, change(0.07, 1e-5)]);
  expect(importanceSentences({ ...facts, tokens: [], exchanges: both })[1]).toMatch(
    /^Their order counts: 1 of 2 exchanges change the answers; with 1 and 2 in each other's places it answers 30 points less/,
  );
});

test('one small p-value of many is chance', () => {
  const list = Array.from({ length: 15 }, (_, i): [Change, Change] => [
    change(0, 1),
    change(0.07, i === 0 ? 0.01 : 0.5),
  ]);
  const said = importanceSentences({ ...facts, tokens: [], exchanges: exchanges(...list) })[1];
  expect(said).toBe(
    'Exchanging any two of them makes no difference that can be shown: their order says little.',
  );
});
