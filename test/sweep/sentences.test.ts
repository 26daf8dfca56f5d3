import { describe, expect, test } from 'vitest';
import type { BestTrial, JudgedTrial, SweepResult } from '../../src/sweep/result.ts';
import { sweepSentences, testSentences } from '../../src/sweep/sentences.ts';

const judged = (trial: number, accuracy: number, n = 100): JudgedTrial => ({
  trial,
  prompt: 'learned',
  settings: {},
  asInFile: false,
  status: 'completed',
  n,
  accuracy,
  interval: [0, 1],
  loss: 1,
  seconds: 1,
  seeds: [],
});

const lead = (trial: number, accuracy: number, interval: readonly [number, number]) => ({
  baseline: `trial ${trial}`,
  trial,
  accuracy,
  interval,
  pValue: 0.5,
  significant: false,
  won: 1,
  lost: 0,
});

const best = (more: Partial<BestTrial>): BestTrial => ({
  prompt: 'learned',
  trial: 1,
  settings: {},
  asInFile: false,
  among: 8,
  notToldApart: 7,
  ...more,
});

const said = (one: Partial<BestTrial>, trials = [judged(1, 0.9), judged(2, 0.87)]) =>
  sweepSentences({ judged: trials, unjudged: [], best: [best(one)] });

describe('the sentences on a sweep', () => {
  test('say that a lead whose interval includes 0 is none', () => {
    expect(said({ lead: lead(2, 0.03, [-0.04, 0.1]) })[0]).toBe(
      'Trial 1 cannot be told from the next best, trial 2: the interval of the difference includes 0 (+3 points, −4 to +10, on 100 validation examples).',
    );
  });

  test('say how far a lead goes that is more than chance', () => {
    const sentences = said({ lead: lead(2, 0.12, [0.03, 0.21]), notToldApart: 2 });
    expect(sentences.slice(0, 2)).toEqual([
      'Trial 1 answers 12 points more of 100 validation examples right than the next best, trial 2 (+3 to +21).',
      '5 of the 7 other trials are shown to be worse (McNemar, corrected for 7 comparisons).',
    ]);
  });

  test('say how much the choice flatters the score', () => {
    const tied = lead(2, 0, [-0.1, 0.1]);
    expect(said({ lead: tied, unpicked: 0.86 }).at(-1)).toBe(
      'It was picked as the best of 8 on the examples that judge it, which flatters it: of others it would answer about 86 % right, not 90 % (bootstrap).',
    );
    expect(said({ lead: tied, unpicked: 0.899 }).at(-1)).toContain('by less than 1 point');
  });

  test('hold the best against the settings of the file, and say when it has them', () => {
    const tied = lead(2, 0.01, [-0.1, 0.1]);
    const over = lead(5, 0.2, [0.1, 0.3]);
    expect(said({ lead: tied, overFile: over })[1]).toBe(
      'It answers 20 points more of 100 validation examples right than the settings of the file, trial 5 (+10 to +30).',
    );
    expect(said({ lead: tied, asInFile: true })).toContain('Its settings are those of the file.');
  });

  test('say that there is nothing to compare, or nothing at all', () => {
    expect(said({ among: 1, notToldApart: 0 })).toEqual([
      'Trial 1 alone has a score: there is nothing to compare it with.',
    ]);
    const none: SweepResult = { judged: [], unjudged: [], best: [] };
    expect(sweepSentences(none)).toEqual(['No trial has a score.']);
  });

  test('name the prompt where there are several, and warn of few examples', () => {
    const sentences = sweepSentences({
      judged: [judged(1, 0.9, 9), { ...judged(2, 0.8, 9), prompt: 'other' }],
      unjudged: [],
      best: [best({ among: 1 }), best({ prompt: 'other', trial: 2, among: 1 })],
    });
    expect(sentences[0]).toContain('Trial 1 of "learned" alone');
    expect(sentences[1]).toContain('Trial 2 of "other" alone');
    expect(sentences[2]).toBe('There are only 9 validation examples: every number here is rough.');
  });

  test('say of the test split whether it was looked at', () => {
    expect(testSentences([{ trial: 3 }])).toEqual([
      'The test split was not looked at; --test scores trial 3 on it.',
    ]);
    expect(testSentences([{ trial: 3 }, { trial: 5 }])).toEqual([
      'The test split was not looked at; --test scores trials 3 and 5 on it.',
    ]);
    expect(testSentences([])).toEqual([]);
    const test = { n: 52, accuracy: 0.9, interval: [0.8, 0.95], loss: 1 } as const;
    expect(testSentences([{ trial: 3, test }])).toEqual([
      'On 52 test examples, which had no part in the choice, trial 3 answers 90 % right (80–95 %).',
    ]);
  });
});
