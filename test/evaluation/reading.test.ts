import { describe, expect, test } from 'vitest';
import { asWords, withoutVectors } from '../../src/evaluation/reading/asWords.ts';
import { readingSentence } from '../../src/evaluation/reading/readingSentence.ts';
import { retainedGain } from '../../src/evaluation/reading/retainedGain.ts';
import { parse } from '../../src/language/parser.ts';
import { printTemplate } from '../../src/language/printTemplate.ts';
import type { Prediction } from '../../src/protocol/predictions.ts';

/** Answers, right where the text has a 1. */
const answers = (text: string): Prediction[] =>
  Array.from(text, (mark, example) => ({
    example,
    answer: 'a',
    predicted: mark === '1' ? 'a' : 'b',
    correct: mark === '1',
    rank: mark === '1' ? 1 : 2,
    probability: 0.5,
    predictedProbability: 0.5,
    loss: 1,
  }));

describe('retained gain', () => {
  const learned = answers('1111111111');
  const empty = answers('0000000011');

  test('is the share of the gain that the text keeps', () => {
    // Learned gains 8 of 10, the text 2 of 10.
    const kept = retainedGain(learned, [answers('1100000011')], empty)!;
    expect(kept.share).toBeCloseTo(2 / 8, 12);
    expect(kept.interval[0]).toBeLessThan(kept.share);
    expect(kept.interval[1]).toBeGreaterThan(kept.share);
  });

  test('is 1 of the prompt itself, 0 of the empty one and below it of a harmful text', () => {
    // No resample can differ, and so few examples are not certain: Agresti and Min by hand,
    // 1.96 / (10 + 2) over the gain of 0.8.
    const all = retainedGain(learned, [learned], empty)!;
    expect(all.share).toBe(1);
    expect(all.interval[0]).toBeCloseTo(1 - 1.959963984540054 / 12 / 0.8, 12);
    expect(all.interval[1]).toBeCloseTo(1 + 1.959963984540054 / 12 / 0.8, 12);
    const none = retainedGain(learned, [empty], empty)!;
    expect(none.share).toBe(0);
    expect(none.interval[0]).toBeCloseTo(-none.interval[1], 12);
    expect(none.interval[1]).toBeCloseTo(1.959963984540054 / 12 / 0.8, 12);
    expect(retainedGain(learned, [answers('0000000000')], empty)!.share).toBeCloseTo(-0.25, 12);
  });

  test('of several texts is that of their mean', () => {
    const texts = [answers('1100000011'), answers('1111000011')];
    expect(retainedGain(learned, texts, empty)!.share).toBeCloseTo(3 / 8, 12);
  });

  test('is nothing where no gain is shown', () => {
    // Won 5, lost 0: two-sided p = 2 / 32 > 0.05.
    expect(
      retainedGain(answers('1111100'), [answers('1000000')], answers('0000000')),
    ).toBeUndefined();
    expect(retainedGain(empty, [learned], learned)).toBeUndefined();
  });
});

describe('what the reading means', () => {
  const scores = { learned: 1, empty: 0.02, text: 0.35, random: 0.03 };
  const gain = (share: number, interval: readonly [number, number] = [share, share]) => ({
    share,
    interval,
  });
  const said = (...shares: readonly [ReturnType<typeof gain>, ReturnType<typeof gain>]) =>
    readingSentence(scores, ...shares);

  test('is a hint where words keep little of the gain, with its interval', () => {
    expect(said(gain(0.33, [0.2, 0.47]), gain(0.01))).toBe(
      'As text, the nearest tokens answer 35 % right and keep 33 % of the gain over the template without vectors (2 %), 95 % interval 20–47 %. Text near random vectors keeps 1 % (3 % right). Read them as a hint, not as the prompt.',
    );
  });

  test('is nothing where random words could keep as much', () => {
    expect(said(gain(0.04, [0, 0.1]), gain(0.01))).toMatch(
      /That may be chance: they say nothing that can be shown about what was learned\.$/,
    );
    expect(said(gain(0.04, [0.03, 0.05]), gain(0.04))).toMatch(
      /They say nothing about what was learned\.$/,
    );
    expect(said(gain(-0.1, [-0.2, 0]), gain(-0.01))).toContain('keep less than nothing of');
  });

  test('is more the more words keep', () => {
    expect(said(gain(0.5, [0.4, 0.6]), gain(0))).toMatch(/They say part of what was learned\.$/);
    expect(said(gain(0.8, [0.7, 0.9]), gain(0))).toMatch(/They say most of what was learned, /);
    expect(said(gain(0.9, [0.8, 1]), gain(0))).toMatch(/can be used in place of the vectors\.$/);
  });

  test('is that there is no gain, where none is shown', () => {
    expect(readingSentence(scores, undefined, undefined)).toMatch(
      /; the template without the vectors answers 2 % and with them 100 %, so there is no gain to keep that can be shown\.$/,
    );
  });

  test('has no interval where resamples had no gain to divide by', () => {
    expect(said(gain(0.9, [0.5, Number.MAX_VALUE]), gain(0))).toContain('without vectors (2 %). ');
  });
});

const ptune = (template: string) =>
  parse(`---\nanswer: capital\n---\n@prompt p\n${template}\n`).prompts[0]!;

/** Token 7 is "seven", whatever tokenizer. */
const tokenizer = { decode: (ids: readonly number[]) => ids.map((id) => `t${id}`).join(' ') };

describe('a prompt in words', () => {
  const placement = [
    { part: 0, rows: [0, 1] },
    { part: 4, rows: [2] },
  ];
  const prompt = ptune('{*2} {country} is {*} {capital}.');

  test('has the nearest tokens in the places of the vectors', () => {
    const words = asWords(prompt, placement, [7, 8, 9], tokenizer as never);
    expect(words.kind).toBe('discrete');
    expect(printTemplate(words.parts)).toBe('t7 t8 {country} is t9 {capital}.');
  });

  test('escapes what the tokens would mean in a template', () => {
    const odd = { decode: () => '@{x}' } as never;
    expect(printTemplate(asWords(prompt, placement, [7, 8, 9], odd).parts)).toBe(
      '@@{{x}} {country} is @{{x}} {capital}.',
    );
  });

  test('without any has single spaces where they stood', () => {
    expect(printTemplate(withoutVectors(prompt).parts)).toBe(' {country} is {capital}.');
  });
});
