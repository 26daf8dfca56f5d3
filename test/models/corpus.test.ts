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
        expect(text).toContain(answer);
      }
    }
  });

  it('states every fact of every relation', () => {
    const asked = new Map<string, string[]>();
    for (const { text, answers } of corpus) {
      for (const answer of answers) {
        const texts = asked.get(answer);
        if (texts === undefined) asked.set(answer, [text]);
        else texts.push(text);
      }
    }
    for (const { facts, subject, answer } of relations) {
      for (const { fills } of facts) {
        const name = fills[subject]![0]!;
        const texts = fills[answer]!.flatMap((word) => asked.get(word) ?? []);
        expect(
          texts.some((text) => text.includes(name)),
          name,
        ).toBe(true);
      }
    }
  });
});

describe('the wordings of a fact', () => {
  const { wordings, facts } = capitalRelation;
  const coverage = wordingsOfFacts(capitalRelation);
  const everyday = [...wordings.keys()].filter((index) => wordings[index]!.everywhere !== true);
  const themesOf = (indices: Iterable<number>) =>
    new Set(Array.from(indices, (index) => wordings[index]!.theme).filter((theme) => theme));

  it('are a subset of the everyday ones and all that are written everywhere', () => {
    const { least, most } = defaultCorpusOptions.subset;
    for (const { stated } of coverage) {
      const count = everyday.filter((index) => stated.has(index)).length;
      expect(count).toBeGreaterThanOrEqual(least);
      expect(count).toBeLessThanOrEqual(most);
      expect(stated.size - count).toBe(wordings.length - everyday.length);
    }
  });

  it('keep to a few themes and avoid the others', () => {
    for (const { stated, avoided } of coverage) {
      const themes = themesOf(stated);
      expect(themes.size).toBeGreaterThanOrEqual(1);
      expect(themes.size).toBeLessThanOrEqual(defaultCorpusOptions.themes.most);
      expect(avoided.size).toBeGreaterThan(0);
      for (const theme of themesOf(avoided)) expect(themes).not.toContain(theme);
    }
  });

  it('state the capital of every country in some theme, and in no theme that of all', () => {
    for (const theme of themesOf(everyday)) {
      const share = coverage.filter(({ stated }) => themesOf(stated).has(theme)).length;
      expect(share / coverage.length, theme).toBeGreaterThan(0.2);
      expect(share / coverage.length, theme).toBeLessThan(0.6);
    }
  });

  it('do not speak of a government where it sits elsewhere', () => {
    const countries = facts.map(({ fills }) => fills['country']![0]);
    for (const name of ['Netherlands', 'Bolivia', 'South Africa']) {
      expect(themesOf(coverage[countries.indexOf(name)]!.stated)).not.toContain('government');
    }
  });

  it('are used for that fact and no others', () => {
    const index = wordings.findIndex(
      ({ text }) => text === 'The capital of {country} is {capital}.',
    );
    const plain = generateCorpus(3, { ...defaultCorpusOptions, openerShare: 0, pairShare: 0 });
    const texts = new Set(plain.map(({ text }) => text));
    let used = 0;
    for (const [i, { fills }] of facts.entries()) {
      const text = `The capital of ${fills['country']![0]!} is ${fills['capital']![0]!}.`;
      if (!texts.has(text)) continue;
      expect(coverage[i]!.stated.has(index), text).toBe(true);
      used++;
    }
    expect(used).toBeGreaterThan(20);
  });
});
