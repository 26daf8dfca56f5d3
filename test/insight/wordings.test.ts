/** Other wordings of a prompt: what they change, and what they keep whatever the template. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordingsOf, wordsOf, type Wording } from '../../src/insight/wordings/wordings.ts';
import type { Prompt } from '../../src/language/ast.ts';
import { parse } from '../../src/language/parser.ts';
import { printTemplate } from '../../src/language/printTemplate.ts';
import { marked } from './support/templates.ts';

const promptOf = (template: string): Prompt =>
  parse(`---\nanswer: capital\n---\n@prompt p\n${template}\n`).prompts[0]!;

const near = new Map([
  ['capital', ['center', 'Town']],
  ['The', ['a']],
]);

interface Options {
  readonly answerLast?: boolean;
  readonly count?: number;
  readonly seed?: number;
}

function variants(template: string, options: Options = {}): Wording[] {
  const { answerLast = false, count = 1000, seed = 1 } = options;
  return wordingsOf(promptOf(template), {
    answerLast,
    count,
    seed,
    near,
    readingOf: printTemplate,
  });
}

const texts = (list: readonly Wording[]) => list.map(({ parts }) => printTemplate(parts));

const ofKind = (template: string, kind: Wording['kind'], options?: Options) =>
  texts(variants(template, options).filter((one) => one.kind === kind));

describe('the variants of a template', () => {
  const template = 'The capital of {country} is {capital}.';

  test('are other orders of its words and slots', () => {
    const orders = ofKind(template, 'order');
    expect(orders).toContain('{capital} is the capital of {country}.');
    expect(orders).toContain('Capital the of {country} is {capital}.');
    expect(orders).toContain('The capital of is {country} {capital}.');
  });

  test('say what was changed, slots as they are written', () => {
    const changes = variants(template).map(({ change }) => change);
    expect(changes).toContain('exchanges {country} and “is”');
    expect(changes).toContain('exchanges what stands before and after “is”');
    expect(changes).toContain('puts {country} in quotation marks');
    expect(changes).toContain('says “Town” for “capital”');
  });

  test('are other marks', () => {
    const marks = ofKind(template, 'punctuation');
    expect(marks).toContain('The capital of {country} is {capital}');
    expect(marks).toContain('The capital of {country} is {capital}?');
    expect(marks).toContain('The capital of {country} is: {capital}.');
    expect(marks).toContain('The capital of "{country}" is {capital}.');
    expect(marks).toContain('The capital of {country}, is {capital}.');
  });

  test('are words that the model has near a word, in its case', () => {
    expect(ofKind(template, 'synonym').sort()).toEqual([
      'A capital of {country} is {capital}.',
      'The Town of {country} is {capital}.',
      'The center of {country} is {capital}.',
    ]);
  });

  test('are other cases', () => {
    const cases = ofKind(template, 'case');
    expect(cases).toContain('the capital of {country} is {capital}.');
    expect(cases).toContain('THE CAPITAL OF {country} IS {capital}.');
    expect(cases).toContain('The Capital Of {country} Is {capital}.');
    expect(ofKind("{country}'s capital: {capital}", 'case')).not.toContain(
      "{country}'S capital: {capital}",
    );
  });

  test('keep the answer last where the model reads nothing behind it', () => {
    for (const text of texts(
      variants('The capital of {country} is {capital}.', { answerLast: true }),
    )) {
      expect(text.endsWith('{capital}.')).toBe(true);
    }
  });

  test('keep solved examples where they are', () => {
    for (const text of texts(variants('{demos:2}\nThe capital of {country} is {capital}'))) {
      expect(text.startsWith('{demos:2}\n')).toBe(true);
    }
  });

  test('come from all kinds in turns, and no more than asked for', () => {
    const some = variants(template, { count: 8 });
    const counts = new Map<string, number>();
    for (const { kind } of some) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ order: 2, punctuation: 2, synonym: 2, case: 2 });
  });

  test('are drawn by the seed', () => {
    const drawn = (seed: number) => texts(variants(template, { count: 8, seed }));
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  test('that the model reads alike are one', () => {
    const uncased = wordingsOf(promptOf(template), {
      answerLast: false,
      count: 1000,
      seed: 1,
      near,
      readingOf: (parts) => printTemplate(parts).toLowerCase(),
    });
    expect(uncased.filter(({ kind }) => kind === 'case')).toEqual([]);
  });
});

test('words with near ones are asked for once, slots and what hangs on them never', () => {
  expect(
    wordsOf(promptOf("The {country}'s capital, the capital is {capital} then"), false),
  ).toEqual(['The', 'capital', 'the', 'is', 'then']);
  expect(wordsOf(promptOf('So {capital} then'), true)).toEqual(['So']);
});

/** What a part is, without its place in a file. */
const holes = (parts: Prompt['parts']) =>
  parts.flatMap((part) => (part.kind === 'text' ? [] : [printTemplate([part])])).sort();

test('whatever the template, every variant is one that a file can hold, with its slots and its answer', () => {
  fc.assert(
    fc.property(marked, fc.boolean(), fc.nat(5), (template, answerLast, seed) => {
      const prompt = promptOf(template);
      const list = variants(template, { answerLast, seed, count: 40 });
      const printed = texts(list);
      expect(new Set([...printed, printTemplate(prompt.parts)]).size).toBe(list.length + 1);
      for (const [i, text] of printed.entries()) {
        const read = parse(`---\nanswer: capital\n---\n@prompt p\n${text}\n`);
        const [again] = read.prompts;
        expect(read.prompts).toHaveLength(1);
        expect(printTemplate(again!.parts)).toBe(text);
        expect(holes(again!.parts)).toEqual(holes(prompt.parts));
        expect(again!.kind).toBe('discrete');
        if (!answerLast) continue;
        const behind = ({ parts }: Pick<Prompt, 'parts'>) =>
          printTemplate(parts.slice(parts.findIndex((part) => part.kind === 'answer')));
        expect(behind(list[i]!)).toBe(behind(prompt));
      }
    }),
    { numRuns: 150 },
  );
});
