import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateCorpus, lexicon } from '../../scripts/models/corpus.ts';
import {
  capitalPairs,
  exampleFiles,
  splitCapitals,
  splitReviews,
  writeExampleFiles,
} from '../../scripts/models/examples.ts';
import { opinions } from '../../scripts/models/wordings/reviews.ts';
import { buildTokenizer } from '../../scripts/models/tokenizer.ts';

describe('the data of the examples', () => {
  it('lies in examples/ as it is made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'examples-'));
    await writeExampleFiles(folder);
    for (const [name, text] of exampleFiles()) {
      const committed = await readFile(new URL(`../../examples/${name}`, import.meta.url), 'utf8');
      expect(committed, name).toBe(text);
      expect(await readFile(join(folder, name), 'utf8')).toBe(text);
    }
    await rm(folder, { recursive: true });
  });

  it('keeps to one JSON object a line', () => {
    for (const [name, text] of exampleFiles()) {
      expect(name).toMatch(/^(capitals|reviews)\.(train|validation|test)\.jsonl$/);
      const columns = name.startsWith('capitals')
        ? ['country', 'capital']
        : ['review', 'sentiment'];
      for (const line of text.trimEnd().split('\n')) {
        expect(Object.keys(JSON.parse(line) as object)).toEqual(columns);
      }
    }
  });
});

describe('the data of the reviews', () => {
  const splits = splitReviews();
  const all = Object.values(splits).flat();

  it('has as many good as bad reviews, 16 of each to train on', () => {
    for (const rows of Object.values(splits)) {
      const good = rows.filter(({ sentiment }) => sentiment === 'positive');
      expect(2 * good.length).toBe(rows.length);
    }
    expect(splits.train).toHaveLength(32);
    expect(splits.test).toHaveLength(160);
  });

  it('uses no opinion twice', () => {
    const said = [...opinions('positive'), ...opinions('negative')];
    const used = all.map(
      ({ review }) =>
        // Of two that stand there, the longer one: "I fell asleep." is part of others.
        said.filter((opinion) => review.includes(opinion)).sort((a, b) => b.length - a.length)[0],
    );
    expect(used).not.toContain(undefined);
    expect(new Set(used).size).toBe(all.length);
  });

  it('never says its label words', () => {
    for (const { review } of all) expect(review).not.toMatch(/great|terrible/i);
  });
});

describe('the data of the capitals', () => {
  const { train, validation, test } = splitCapitals();

  it('is cut into parts that share no country, with enough to test on', () => {
    const names = [train, validation, test].flat().map(({ country }) => country);
    expect(new Set(names).size).toBe(capitalPairs.length);
    expect(names).toHaveLength(capitalPairs.length);
    expect(test.length).toBeGreaterThanOrEqual(50);
    expect(train.length).toBeGreaterThan(test.length);
    expect(validation.length).toBeGreaterThanOrEqual(15);
  });

  it('asks only for capitals that are one token, and never named in the question', () => {
    const tokens = new Set(buildTokenizer(generateCorpus(1), lexicon()).vocabulary);
    for (const { country, capital } of capitalPairs) {
      expect(tokens.has(capital), capital).toBe(true);
      expect(country).not.toContain(capital);
    }
  });
});
