import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoTokenizer, env } from '@xenova/transformers';
import type { PreTrainedTokenizer } from '@xenova/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateCorpus, lexicon } from '../../scripts/models/corpus.ts';
import {
  buildTokenizer,
  maxLength,
  specialTokens,
  wordsOf,
} from '../../scripts/models/tokenizer.ts';

const corpus = generateCorpus(1);
const built = buildTokenizer(corpus, lexicon());
const ids = new Map(built.vocabulary.map((token, id) => [token, id]));

let folder: string;
let tokenizer: PreTrainedTokenizer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  for (const [name, content] of Object.entries(built.files)) {
    await writeFile(join(folder, name), JSON.stringify(content));
  }
  env.allowRemoteModels = false;
  tokenizer = await AutoTokenizer.from_pretrained(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the bundled tokenizer', () => {
  it('is small, and the same from the same corpus', () => {
    expect(built.vocabulary.length).toBeLessThanOrEqual(3000);
    expect(new Set(built.vocabulary).size).toBe(built.vocabulary.length);
    expect(buildTokenizer(generateCorpus(1), lexicon())).toEqual(built);
  });

  it('gives frequent words small ids', () => {
    const counts = new Map<string, number>();
    for (const { text } of corpus) {
      for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const inOrder = built.vocabulary.slice(5, 5 + counts.size).map((word) => counts.get(word)!);
    expect(inOrder).toEqual([...counts.values()].sort((a, b) => b - a));
  });

  it('has the special tokens first and puts them around a text', () => {
    expect(built.vocabulary.slice(0, 5)).toEqual([...specialTokens]);
    expect(tokenizer.encode('Lima')).toEqual([2, ids.get('Lima'), 3]);
    expect(tokenizer.mask_token_id).toBe(4);
  });

  it('reads texts of two seeds word by word, without unknown words, in at most 48 tokens', () => {
    const texts = [...corpus, ...generateCorpus(5)].map(({ text }) => text);
    for (const text of new Set(texts)) {
      const encoded = tokenizer.encode(text);
      expect(encoded, text).toEqual([2, ...wordsOf(text).map((word) => ids.get(word)), 3]);
      expect(encoded.length, text).toBeLessThanOrEqual(maxLength);
    }
  }, 120_000);

  it('gives back the text that it read', () => {
    const text = 'The capital of Peru is Lima.';
    expect(tokenizer.decode(tokenizer.encode(text), { skip_special_tokens: true })).toBe(text);
  });

  it('keeps a mask whole inside a sentence', () => {
    const encoded = tokenizer.encode('The capital of Peru is [MASK].');
    expect(encoded.filter((id) => id === 4)).toHaveLength(1);
    expect(encoded).toHaveLength(9);
  });

  it('spells words that it does not know, and reads accents as plain letters', () => {
    const encoded = tokenizer.encode('zqx');
    expect(encoded).toEqual([2, ids.get('z'), ids.get('##q'), ids.get('##x'), 3]);
    expect(tokenizer.encode('Bogotá')).toEqual(tokenizer.encode('Bogota'));
  });
});
