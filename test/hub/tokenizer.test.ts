import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Tokenizer, loadTokenizer } from '../../src/hub/tokenizer.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

async function load(files: Record<string, unknown>): Promise<Tokenizer> {
  const folder = await temporaryFolder();
  for (const [name, value] of Object.entries(files)) {
    await writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  }
  return loadTokenizer(folder);
}

const special = (id: number, content: string) => ({
  id,
  content,
  special: true,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
});

/** A small tokenizer of BERT's kind. */
const wordPiece = {
  added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((name, id) => special(id, name)),
  normalizer: { type: 'BertNormalizer', lowercase: true, clean_text: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {},
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(
      ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'paris', 'the', '##s'].map((t, i) => [
        t,
        i,
      ]),
    ),
  },
};

/** A small tokenizer of GPT-2's kind; "Ġ" stands for a space, "Ã" and "©" for the bytes of "é". */
const byteLevel = {
  added_tokens: [special(9, '<|endoftext|>')],
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
  post_processor: { type: 'ByteLevel', trim_offsets: false, add_prefix_space: true },
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries(
      ['a', 'b', 'Ġ', 'Ã', '©', 'ab', 'Ġab', 'Ã©', 'Ġa', '<|endoftext|>'].map((t, i) => [t, i]),
    ),
    merges: ['a b', 'Ġ ab', 'Ã ©', 'Ġ a'],
  },
};

/** A small tokenizer of SentencePiece's kind, which puts a space before every text. */
const sentencePiece = {
  added_tokens: [special(0, '<unk>'), special(1, '<s>'), special(2, '</s>')],
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: null,
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
  model: {
    type: 'Unigram',
    unk_id: 0,
    vocab: ['<unk>', '<s>', '</s>', '▁', 'a', '▁a', 'Paris', '▁Paris'].map((t, i) => [t, -i]),
  },
};

describe('a WordPiece tokenizer', () => {
  it('encodes words, with special tokens around a sequence where asked', async () => {
    const tokenizer = await load({ 'tokenizer.json': wordPiece });
    expect(tokenizer.encode('The Paris as [MASK]')).toEqual([7, 6, 5, 8, 4]);
    expect(tokenizer.encode('The', { addSpecialTokens: true })).toEqual([2, 7, 3]);
    expect(tokenizer.encodePiece(' Paris')).toEqual(tokenizer.encodePiece('Paris'));
    expect(tokenizer.decode([2, 7, 6, 8, 3])).toBe('the pariss');
    expect(tokenizer.decode([])).toBe('');
  });

  it('finds special tokens by their customary names', async () => {
    expect(await load({ 'tokenizer.json': wordPiece })).toMatchObject({
      maskId: 4,
      padId: 0,
      startId: 2,
      endId: 3,
      unknownId: 1,
      specialIds: [0, 1, 2, 3, 4],
      prefixIds: [2],
      suffixIds: [3],
      vocabularySize: 9,
      leadingSpaceMatters: false,
      addsLeadingSpace: false,
    });
  });

  it('shows continuations as such, and ids without a token', async () => {
    const tokenizer = await load({ 'tokenizer.json': wordPiece });
    expect([6, 8, 4, 99].map((id) => tokenizer.tokenText(id))).toEqual([
      'paris',
      '##s',
      '[MASK]',
      '[unused]',
    ]);
  });
});

describe('a byte-level tokenizer', () => {
  it('keeps the leading space of a piece', async () => {
    const tokenizer = await load({ 'tokenizer.json': byteLevel });
    expect(tokenizer.encode('ab')).toEqual([5]);
    expect(tokenizer.encodePiece(' ab')).toEqual([6]);
    expect(tokenizer).toMatchObject({
      leadingSpaceMatters: true,
      addsLeadingSpace: false,
      maskId: undefined,
      padId: undefined,
      startId: 9,
      endId: 9,
      prefixIds: [],
      suffixIds: [],
    });
  });

  it('does not add to a piece the space that it adds to a text', async () => {
    const pre_tokenizer = { ...byteLevel.pre_tokenizer, add_prefix_space: true };
    const tokenizer = await load({ 'tokenizer.json': { ...byteLevel, pre_tokenizer } });
    expect(tokenizer.encode('ab')).toEqual([6]);
    expect(tokenizer.encodePiece('ab')).toEqual([5]);
    expect(tokenizer.addsLeadingSpace).toBe(true);
  });

  it('shows bytes as text, and bytes that are no text as bytes', async () => {
    const tokenizer = await load({ 'tokenizer.json': byteLevel });
    expect([6, 7, 3, 9].map((id) => tokenizer.tokenText(id))).toEqual([
      ' ab',
      'é',
      '\\xC3',
      '<|endoftext|>',
    ]);
  });
});

describe('a SentencePiece tokenizer', () => {
  it('does not add to a piece the space that it adds to a text', async () => {
    const tokenizer = await load({ 'tokenizer.json': sentencePiece });
    expect(tokenizer.encode('Paris')).toEqual([7]);
    expect(tokenizer.encodePiece(' Paris')).toEqual([7]);
    expect(tokenizer.encodePiece('Paris')).toEqual([6]);
    expect(tokenizer).toMatchObject({ leadingSpaceMatters: true, addsLeadingSpace: true });
    expect(tokenizer.tokenText(7)).toBe(' Paris');
  });

  it('does so too where a normalizer puts it there', async () => {
    const tokenizer = await load({
      'tokenizer.json': {
        ...sentencePiece,
        pre_tokenizer: null,
        normalizer: {
          type: 'Sequence',
          normalizers: [
            { type: 'Prepend', prepend: '▁' },
            { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
          ],
        },
      },
    });
    expect(tokenizer.encode('Paris')).toEqual([7]);
    expect(tokenizer.encodePiece(' Paris')).toEqual([7]);
    expect(tokenizer.encodePiece('Paris')).toEqual([6]);
  });

  it('keeps the marks of words where white space splits first', async () => {
    const pretokenizers = [{ type: 'WhitespaceSplit' }, sentencePiece.pre_tokenizer];
    const tokenizer = await load({
      'tokenizer.json': { ...sentencePiece, pre_tokenizer: { type: 'Sequence', pretokenizers } },
    });
    expect(tokenizer.encodePiece(' a Paris')).toEqual([5, 7]);
    expect(tokenizer.leadingSpaceMatters).toBe(false);
  });
});

describe('files beside tokenizer.json', () => {
  it('name special tokens, the configuration before the map', async () => {
    const tokenizer = await load({
      'tokenizer.json': byteLevel,
      'tokenizer_config.json': {
        eos_token: { __type: 'AddedToken', content: 'b' },
        pad_token: null,
      },
      'special_tokens_map.json': { eos_token: 'a', pad_token: { content: '<|endoftext|>' } },
    });
    expect(tokenizer).toMatchObject({ endId: 1, padId: 9, startId: 9 });
  });
});

it.each<[string, Record<string, unknown>, string]>([
  ['no tokenizer.json', {}, 'model/no-tokenizer'],
  ['one that is no JSON', { 'tokenizer.json': '{"model":' }, 'model/unreadable'],
  ['one without a model', { 'tokenizer.json': {} }, 'model/unreadable'],
  [
    'a map that is a list',
    { 'tokenizer.json': byteLevel, 'special_tokens_map.json': [] },
    'model/unreadable',
  ],
])('%s is refused', async (_name, files, code) => {
  await expect(load(files)).rejects.toMatchObject({ code });
});
