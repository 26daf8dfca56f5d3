import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { relations } from '../../scripts/models/corpus.ts';
import { review, verdicts } from '../../scripts/models/wordings/reviews.ts';
import { anA } from '../../scripts/models/wordings/article.ts';
import { animals, colouredThings, elements } from '../../scripts/models/world/nature.ts';
import { instruments, occupations } from '../../scripts/models/world/people.ts';
import { opposites, plurals } from '../../scripts/models/world/words.ts';

function expectUnique(names: readonly string[]): void {
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
}

describe('the tables beside the countries', () => {
  it('hold every entry once', () => {
    expectUnique(animals.map(({ name }) => name));
    expectUnique(elements.map(({ name }) => name));
    expectUnique(elements.map(({ symbol }) => symbol));
    expectUnique(colouredThings.map(({ thing }) => thing));
    expectUnique(occupations.map(({ name }) => name));
    expectUnique(instruments.map(({ name }) => name));
    expectUnique(opposites.flat());
    expectUnique(plurals.map(([one]) => one));
  });

  it('hold one lower-case word in a cell, and symbols as chemists write them', () => {
    const cells = [
      ...animals.flatMap((animal) => Object.values(animal) as string[]),
      ...elements.flatMap(({ name, kind }) => [name, kind]),
      ...colouredThings.flatMap(({ thing, colour }) => [thing, colour]),
      ...occupations.flatMap((occupation) => Object.values(occupation) as string[]),
      ...instruments.flatMap(({ name, family }) => [name, family]),
      ...opposites.flat(),
      ...plurals.flat(),
    ];
    expect(cells.filter((cell) => !/^[a-z]+$/.test(cell))).toEqual([]);
    for (const { symbol } of elements) expect(symbol).toMatch(/^[A-Z][a-z]?$/);
  });

  it('keep to closed lists of kinds', () => {
    const kindsOf = (kinds: readonly string[]) => [...new Set(kinds)].sort();
    expect(kindsOf(animals.map(({ kind }) => kind))).toEqual([
      'amphibian',
      'arachnid',
      'bird',
      'fish',
      'insect',
      'mammal',
      'reptile',
    ]);
    expect(kindsOf(elements.map(({ kind }) => kind))).toEqual([
      'gas',
      'liquid',
      'metal',
      'metalloid',
      'nonmetal',
    ]);
    expect(kindsOf(instruments.map(({ family }) => family))).toEqual([
      'brass',
      'keyboard',
      'percussion',
      'string',
      'woodwind',
    ]);
  });
});

describe('the relations', () => {
  it('have names of their own and words for every slot of some fact', () => {
    expectUnique(relations.map(({ name }) => name));
    for (const { name, facts, wordings, answer } of relations) {
      for (const { text, detours } of wordings) {
        for (const pattern of [text, ...(detours ?? [])]) {
          for (const [, slot] of pattern.matchAll(/\{(\w+)\}/g)) {
            expect(
              facts.some(({ fills }) => (fills[slot!] ?? []).length > 0),
              `${name}: ${pattern}`,
            ).toBe(true);
          }
        }
        expect(facts[0]!.fills[answer], name).toBeDefined();
      }
    }
  });
});

describe('a review', () => {
  it('judges in the mood of what it says', () => {
    const random = new Random(3);
    const seen = { positive: 0, negative: 0 };
    for (let i = 0; i < 500; i++) {
      const { sentiment, judgement, text } = review(random);
      seen[sentiment]++;
      expect(verdicts[sentiment]).toContain(judgement.answer);
      expect(`${text} ${judgement.text}`).not.toMatch(/[{}]|\b[Aa] [aeo]|\b[Aa]n [^aeo]/);
    }
    expect(seen.positive).toBeGreaterThan(150);
    expect(seen.negative).toBeGreaterThan(150);
  });
});

describe('anA', () => {
  it.each([
    ['owl', 'an owl'],
    ['horse', 'a horse'],
    ['ukulele', 'a ukulele'],
    ['upholsterer', 'an upholsterer'],
    ['infant', 'an infant'],
  ])('%s', (word, expected) => {
    expect(anA(word)).toBe(expected);
  });
});
