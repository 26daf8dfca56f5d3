import { describe, expect, it } from 'vitest';
import {
  defaultCorpusOptions,
  generateCorpus,
  lexicon,
  relations,
  wordingsOfFacts,
} from '../../scripts/models/corpus.ts';
import { wordsOf } from '../../scripts/models/tokenizer.ts';
import { capitalRelation } from '../../scripts/models/wordings/capitals.ts';

const corpus = generateCorpus(1);

describe('the corpus', () => {
  it('is the same for the same seed and another for another', () => {
    expect(generateCorpus(1)).toEqual(corpus);
    expect(generateCorpus(2)).not.toEqual(corpus);
  });

  it('has the size of one epoch', () => {
    expect(corpus.length).toBeGreaterThan(30_000);
    expect(corpus.length).toBeLessThan(80_000);
  });

  it('holds only words of the lexicon, from any seed', () => {
    const known = new Set(lexicon().flatMap(wordsOf));
    const words = new Set([corpus, generateCorpus(77)].flat().flatMap(({ text }) => wordsOf(text)));
    expect([...words].filter((word) => !known.has(word))).toEqual([]);
  });

  it('names answers that stand in the text, and leaves no slot open', () => {
    for (const { text, answers } of corpus) {
      expect(text).not.toMatch(/[{}]|undefined| {2}|^\s|\s$/);
      for (const answer of answers) {
        expect(text.toLowerCase(), answer).toContain(answer.toLowerCase());
      }
    }
  });

  it('states every fact of every relation', () => {
    const text = corpus.map((document) => document.text).join('\n');
    for (const { facts, subject, answer } of relations) {
      for (const { fills } of facts) {
        const name = fills[subject]![0]!;
        const found = fills[answer]!.some((word) =>
          new RegExp(`^.*${name}.*${word}|^.*${word}.*${name}`, 'im').test(text),
        );
        expect(found, name).toBe(true);
      }
    }
  }, 120_000);
});

describe('the wordings of a fact', () => {
  const coverage = wordingsOfFacts(capitalRelation);
  const everyday = capitalRelation.wordings.flatMap((wording, index) =>
    wording.everywhere === true ? [] : [index],
  );

  it('are a subset of the everyday ones and all that are written everywhere', () => {
    const { least, most } = defaultCorpusOptions.subset;
    for (const covered of coverage) {
      const count = everyday.filter((index) => covered.has(index)).length;
      expect(count).toBeGreaterThanOrEqual(least);
      expect(count).toBeLessThanOrEqual(most);
      expect(covered.size - count).toBe(capitalRelation.wordings.length - everyday.length);
    }
  });

  it('are uneven: common wordings cover more countries than rare ones', () => {
    const share = everyday.map(
      (index) => coverage.filter((covered) => covered.has(index)).length / coverage.length,
    );
    expect(share[0]).toBeGreaterThan(0.4);
    expect(share[0]).toBeLessThan(0.9);
    expect(share.at(-1)).toBeLessThan(share[0]! / 2);
  });

  it('do not speak of a government where it sits elsewhere', () => {
    const countries = capitalRelation.facts.map(({ fills }) => fills['country']![0]);
    const covered = coverage[countries.indexOf('Netherlands')]!;
    const groups = [...covered].map((index) => capitalRelation.wordings[index]!.group);
    expect(groups).not.toContain('government');
  });

  it('are used for that fact and no others', () => {
    const patterns = capitalRelation.wordings.map(({ text }) => text);
    const index = patterns.indexOf('The capital of {country} is {capital}.');
    const plain = generateCorpus(3, { ...defaultCorpusOptions, openerShare: 0, pairShare: 0 });
    const texts = new Set(plain.map(({ text }) => text));
    for (const [i, { fills }] of capitalRelation.facts.entries()) {
      const text = `The capital of ${fills['country']![0]!} is ${fills['capital']![0]!}.`;
      if (texts.has(text)) expect(coverage[i]!.has(index), text).toBe(true);
    }
    expect(texts).toContain('The capital of Peru is Lima.');
  });
});
