import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoTokenizer, env } from '@xenova/transformers';
import type { PreTrainedTokenizer } from '@xenova/transformers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOfText, learnBytePairs } from '../../scripts/models/bytePairs.ts';
import { generateCorpus } from '../../scripts/models/corpus.ts';

const texts = generateCorpus(1)
  .slice(0, 5000)
  .map(({ text }) => text);
const built = learnBytePairs(texts, 800, 64);

let folder: string;
let tokenizer: PreTrainedTokenizer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byte-pairs-'));
  for (const [name, content] of Object.entries(built.files)) {
    await writeFile(join(folder, name), JSON.stringify(content));
  }
  env.allowRemoteModels = false;
  tokenizer = await AutoTokenizer.from_pretrained(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** What the library makes of a text, as the ids of our own encoder. */
const read = (text: string) => tokenizer.encode(text, { add_special_tokens: false });

describe('byte pairs', () => {
  it('are joined by falling frequency, of equal ones in the order of characters', () => {
    const { vocabulary } = learnBytePairs(['low low low lower lower newest'], 260, 8);
    // "lo" and "ow" occur five times each, " low" four times, "er" twice.
    expect(vocabulary.slice(256)).toEqual(['lo', 'low', 'Ġlow', endOfText]);
  });

  it('stop where no pair occurs twice', () => {
    const { vocabulary } = learnBytePairs(['ab ab'], 1000, 8);
    expect(vocabulary.slice(256)).toEqual(['ab', endOfText]);
  });

  it('are the same from the same texts, as many as asked for, each token once', () => {
    expect(built.vocabulary).toHaveLength(800);
    expect(new Set(built.vocabulary).size).toBe(800);
    expect(learnBytePairs(texts, 800, 64).files).toEqual(built.files);
  });
});

describe('the tokenizer of byte pairs', () => {
  it('is read by the library as it was learned', () => {
    const inText = [...texts.slice(0, 500), "N'Djamena's zebra isn't 12 years old,  is it?"];
    for (const text of inText) expect(read(text), text).toEqual(built.encode(text));
  });

  it('gives any text back', () => {
    const unit = fc.oneof(
      fc.constantFrom("'", ' ', 's', '\n', '日', '🙂', 'é'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1 }), (text) => {
        const ids = built.encode(text);
        expect(read(text)).toEqual(ids);
        expect(tokenizer.decode(ids)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('has the end of a text as its last token, and puts nothing around a text', () => {
    const end = built.vocabulary.length - 1;
    expect(built.vocabulary[end]).toBe(endOfText);
    expect(read(endOfText)).toEqual([end]);
    expect(tokenizer.encode('Lima')).toEqual(built.encode('Lima'));
  });

  it('writes frequent words as one token, with the space before them', () => {
    expect(built.vocabulary).toContain('Ġcapital');
    expect(built.encode(' capital')).toHaveLength(1);
    expect(built.encode(' Ouagadougou').length).toBeGreaterThan(1);
  });
});
