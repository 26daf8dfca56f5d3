import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { compareToBaseline, differenceOf } from '../../src/evaluation/compare.ts';
import { overfitAfter } from '../../src/evaluation/overfitting.ts';
import { scoreOf } from '../../src/evaluation/scores.ts';
import { verdictOf } from '../../src/evaluation/verdict.ts';
import type { Prediction } from '../../src/protocol/predictions.ts';
import { answersOf, counts } from './support/predictions.ts';

interface Given {
  readonly [name: string]: {
    readonly seeds?: readonly Prediction[][];
    readonly words?: readonly Prediction[];
    readonly overfitAfter?: number;
  };
}

function verdict(
  given: Given,
  baseline: string | undefined = 'manual',
  leftOut: readonly { readonly name: string; readonly reason: string }[] = [],
) {
  const prompts = Object.entries(given).map(([name, { seeds, words, overfitAfter }]) => ({
    name,
    kind: seeds ? ('continuous' as const) : ('discrete' as const),
    predictions: seeds ?? [words!],
    scores: scoreOf(seeds ?? [words!]),
    seeds: (seeds ?? []).map((_, i) => i + 1),
    overfitAfter: (seeds ?? []).map(() => overfitAfter),
  }));
  const differences = compareToBaseline(prompts, baseline);
  return verdictOf(
    prompts.map((prompt) => {
      const difference = differences.get(prompt.name);
      return { ...prompt, ...(difference && { difference }) };
    }),
    baseline,
    'test',
    { leftOut },
  );
}

const manual = { words: counts(24, 33) };

describe('the verdict', () => {
  test('says by how much a learned prompt is better, how surely, and in which seeds', () => {
    const seeds = [counts(52, 5), counts(53, 4), counts(53, 4)];
    expect(verdict({ manual, learned: { seeds } })).toEqual({
      outcome: 'better',
      text:
        'The prompt "learned" answers 50 points more than your baseline "manual". ' +
        'The difference is significant (p < 0.001) and holds in all 3 seeds.',
    });
  });

  test('says so when one seed carries it', () => {
    expect(verdict({ manual, learned: { seeds: [counts(53, 4)] } }).text).toContain(
      '(p < 0.001); it comes from one seed, and more seeds would tell whether it holds.',
    );
  });

  test('names the seeds that do not show it alone, and how far the seeds lie apart', () => {
    const seeds = [counts(53, 4), counts(28, 29), counts(52, 5)];
    const { text } = verdict({ manual, learned: { seeds } });
    expect(text).toContain('(p < 0.001), but seed 2 alone does not show it.');
    expect(text).toContain('Its seeds lie 44 points apart (93 %, 49 % and 91 %).');
  });

  test('also holds the learned prompt against the best wording', () => {
    const learned = { seeds: [counts(52, 5), counts(53, 4)] };
    expect(verdict({ manual, inverse: { words: counts(36, 21) }, learned }).text).toContain(
      'It is better than "inverse", the best of your wordings, by 29 points (p < 0.001).',
    );
    const close = verdict({ manual, inverse: { words: counts(50, 7) }, learned });
    expect(close.outcome).toBe('undecided');
    expect(close.text).toMatch(
      /^No difference between "learned" and "inverse", the best of your wordings, can be shown: \+4 points, 0 to \+\d+\. .* It answers 50 points more than your baseline "manual" \(p < 0\.001\) and holds in both seeds\.$/,
    );
  });

  // The best of many wordings is the luckiest one; without a correction this said "worse" in a fifth.
  test('rarely calls a learned prompt worse than wordings that are just as good', () => {
    const random = new Random(7);
    const marks = () =>
      answersOf(Array.from({ length: 100 }, () => (random.uniform() < 0.5 ? 'x' : '.')).join(''));
    const promptOf = (name: string, kind: 'discrete' | 'continuous') => {
      const predictions = [marks()];
      const seeds = kind === 'continuous' ? [1] : [];
      return { name, kind, predictions, scores: scoreOf(predictions), seeds, overfitAfter: [] };
    };
    const worse = Array.from({ length: 200 }, () => {
      const wordings = Array.from({ length: 20 }, (_, i) => promptOf(`w${i}`, 'discrete'));
      const learned = promptOf('learned', 'continuous');
      // Not significant: corrected over twenty prompts it would hardly ever be.
      const difference = { ...differenceOf(learned, wordings[0]!), significant: false };
      return verdictOf([...wordings, { ...learned, difference }], 'w0', 'test');
    }).filter(({ outcome }) => outcome === 'worse').length;
    expect(worse).toBeLessThanOrEqual(10);
  });

  test('names prompts that have no score, and why', () => {
    const prompts = { manual, inverse: { words: counts(36, 21) } };
    const leftOut = [{ name: 'learned', reason: 'it was never trained' }];
    expect(verdict(prompts, 'manual', leftOut).text).toMatch(
      /No trained prompt is among them\. "learned" has no score: it was never trained\.$/,
    );
    expect(verdict({}, 'manual', leftOut).text).toBe(
      'No prompt was scored. "learned" has no score: it was never trained.',
    );
  });

  test('says no when no difference can be shown, and what would tell', () => {
    const learned = { seeds: [answersOf('xx..'.repeat(10) + 'x..xx..x.xx.xx..x')] };
    const words = { words: answersOf('.xx.'.repeat(10) + '.xx..xx..x..x.xx.') };
    const result = verdict({ manual: words, learned });
    expect(result.outcome).toBe('undecided');
    expect(result.text).toMatch(
      /^No difference between "learned" and your baseline "manual" can be shown: \+\d points?, −\d+ to \+\d+\. To show a difference of that size takes about \d+ test examples; there are 57\.$/,
    );
  });

  test('says no when both answer the same examples right', () => {
    const result = verdict({ manual, learned: { seeds: [counts(24, 33)] } });
    expect(result.outcome).toBe('undecided');
    expect(result.text).toContain(
      'can be shown: 0 points, −3 to +3. More test examples, or more seeds, would tell.',
    );
  });

  test('says when the learned prompt is worse than the best wording, and why it may be', () => {
    const result = verdict({
      manual,
      inverse: { words: counts(45, 12) },
      learned: { seeds: [counts(30, 27)], overfitAfter: 80 },
    });
    expect(result.outcome).toBe('worse');
    expect(result.text).toBe(
      'The prompt "learned" is worse than the wording "inverse" by 26 points (p < 0.001). ' +
        'It is better than your baseline "manual" by 11 points (p = 0.03). ' +
        'The training loss of "learned" fell while its validation loss rose after step 80: it may have learned the training examples by heart. ' +
        'Fewer virtual tokens, or more examples, may help.',
    );
  });

  test('says when the learned prompt is worse than the baseline', () => {
    const result = verdict({ manual, learned: { seeds: [counts(10, 47)] } });
    expect(result.outcome).toBe('worse');
    expect(result.text).toBe(
      'The prompt "learned" is worse than your baseline "manual" by 25 points (p < 0.001).',
    );
  });

  test('of few examples warns', () => {
    const result = verdict({
      manual: { words: counts(1, 9) },
      learned: { seeds: [counts(10, 0)] },
    });
    expect(result.text).toContain('Only 10 test examples were scored: every number here is rough.');
  });

  test('of wordings alone compares them', () => {
    const result = verdict({ manual, inverse: { words: counts(36, 21) } });
    expect(result.outcome).toBe('better');
    expect(result.text).toBe(
      'The wording "inverse" answers 21 points more than your baseline "manual". ' +
        'The difference is significant (p < 0.001). No trained prompt is among them.',
    );
  });

  test('of one prompt, of none, or without a baseline compares nothing', () => {
    expect(verdict({ manual })).toEqual({
      outcome: 'nothing-to-compare',
      text: '"manual" answers 42 % of 57 test examples right. It is the only prompt scored, so there is nothing to compare it with.',
    });
    expect(verdict({}).text).toBe('No prompt was scored.');
    expect(verdict({ manual, learned: { seeds: [counts(50, 7)] } }, 'gone').text).toBe(
      '"learned" answers 88 % of 57 test examples right. No baseline is among the prompts scored, so no difference is measured.',
    );
  });
});

describe('overfitting', () => {
  const falling = Array.from({ length: 200 }, (_, i) => ({ step: i + 1, loss: 3 / (1 + i / 20) }));
  const at = (losses: readonly number[]) =>
    losses.map((loss, i) => ({ step: (i + 1) * 40, accuracy: 0.5, loss, best: false }));

  test('is a validation loss that rose while training loss fell', () => {
    expect(overfitAfter(falling, at([1.5, 1.0, 1.1, 1.3, 1.5]))).toBe(80);
  });

  test.each([
    ['validation loss went on falling', [1.5, 1.2, 1.1, 1.05, 1.0]],
    ['it rose by less than a tenth', [1.5, 1.0, 1.03, 1.05, 1.06]],
    ['it rose by less than 0.05 nats', [0.5, 0.1, 0.11, 0.13, 0.14]],
    ['only the last value is higher', [1.5, 1.4, 1.3, 1.0, 1.6]],
    ['there are two values', [1, 2]],
  ])('is not said when %s', (_, losses) => {
    expect(overfitAfter(falling, at(losses))).toBeUndefined();
  });

  test('is not said when training loss rose too', () => {
    const rising = falling.map(({ step }) => ({ step, loss: step / 10 }));
    expect(overfitAfter(rising, at([1.5, 1.0, 1.1, 1.3, 1.5]))).toBeUndefined();
  });
});
