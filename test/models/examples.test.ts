import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateCorpus, lexicon } from '../../scripts/models/corpus.ts';
import {
  capitalFiles,
  capitalPairs,
  splitCapitals,
  writeCapitalFiles,
} from '../../scripts/models/examples.ts';
import { buildTokenizer } from '../../scripts/models/tokenizer.ts';

describe('the data of the capitals example', () => {
  const { train, validation, test } = splitCapitals();

  it('lies in examples/ as it is made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'examples-'));
    await writeCapitalFiles(folder);
    for (const [name, text] of capitalFiles()) {
      const committed = await readFile(new URL(`../../examples/${name}`, import.meta.url), 'utf8');
      expect(committed, name).toBe(text);
      expect(await readFile(join(folder, name), 'utf8')).toBe(text);
    }
    await rm(folder, { recursive: true });
  });

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

  it('keeps to one JSON object a line', () => {
    for (const [name, text] of capitalFiles()) {
      expect(name).toMatch(/^capitals\.(train|validation|test)\.jsonl$/);
      for (const line of text.trimEnd().split('\n')) {
        expect(Object.keys(JSON.parse(line) as object)).toEqual(['country', 'capital']);
      }
    }
  });
});
