/**
 * Learns the tokenizer of the bundled causal model: byte-level byte-pair encoding (Sennrich et al.
 * 2016, arXiv:1508.07909, algorithm 1; on bytes as GPT-2 does, Radford et al. 2019), with the files
 * of a Hugging Face model folder.
 */
import type { TokenizerFiles } from './tokenizer.ts';

/** What GPT-2 puts between texts. */
export const endOfText = '<|endoftext|>';

/** How GPT-2 cuts a text before it looks for pairs: a word with the space before it is one part. */
const part = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** The printable character that stands for each byte: itself, or one from U+0100 on. */
const characterOfByte: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte < 0xad) || (byte > 0xad && byte < 0x100);
    return String.fromCodePoint(printable ? byte : next++);
  });
})();

const symbolsOf = (text: string): string[] =>
  Array.from(Buffer.from(text, 'utf8'), (byte) => characterOfByte[byte]!);

/** A learned tokenizer. */
export interface BytePairs {
  /** Tokens in the order of their ids: the bytes, the pairs as they were joined, the end of a text. */
  readonly vocabulary: readonly string[];
  readonly files: TokenizerFiles;
  /** The ids of a text, without special tokens. */
  readonly encode: (text: string) => number[];
}

/**
 * Joins the commonest pair of neighbours until the vocabulary has `size` tokens; of equally common
 * ones the first in the order of characters. The same texts give the same files.
 *
 * @param maxLength  the model's longest input in tokens, for `tokenizer_config.json`
 */
export function learnBytePairs(
  texts: Iterable<string>,
  size: number,
  maxLength: number,
): BytePairs {
  const words = wordsOf(texts);
  const merges: [string, string][] = [];
  const vocabulary = [...characterOfByte];
  while (vocabulary.length < size - 1) {
    const pair = commonestPair(words);
    if (!pair) break;
    merges.push(pair);
    vocabulary.push(pair.join(''));
    for (const word of words) join(word.symbols, pair);
  }
  vocabulary.push(endOfText);
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  return {
    vocabulary,
    files: filesOf(vocabulary, merges, maxLength),
    encode: encoder(merges, ids),
  };
}

/** A part of the texts as it is joined so far. */
interface Word {
  readonly symbols: string[];
  readonly count: number;
}

function wordsOf(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of text.match(part) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => ({ symbols: symbolsOf(word), count }));
}

/** The pair of neighbours that occurs most; undefined where none occurs twice. */
function commonestPair(words: readonly Word[]): [string, string] | undefined {
  const counts = new Map<string, number>();
  for (const { symbols, count } of words) {
    for (let i = 1; i < symbols.length; i++) {
      const pair = `${symbols[i - 1]!} ${symbols[i]!}`;
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  }
  let best: string | undefined;
  let most = 1;
  for (const [pair, count] of counts) {
    if (count > most || (count === most && best !== undefined && pair < best)) {
      [best, most] = [pair, count];
    }
  }
  return best?.split(' ') as [string, string] | undefined;
}

/** Joins every occurrence of the pair, from the left, in place. */
function join(symbols: string[], [left, right]: readonly [string, string]): void {
  for (let i = 0; i + 1 < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) symbols.splice(i, 2, left + right);
  }
}

/** Applies the pairs in the order in which they were learned, once for every part of a text. */
function encoder(
  merges: readonly (readonly [string, string])[],
  ids: ReadonlyMap<string, number>,
): (text: string) => number[] {
  const ranks = new Map(merges.map((pair, rank) => [pair.join(' '), rank]));
  const known = new Map<string, readonly number[]>();
  const encodePart = (text: string): readonly number[] => {
    const symbols = symbolsOf(text);
    for (;;) {
      let best = Infinity;
      for (let i = 1; i < symbols.length; i++) {
        best = Math.min(best, ranks.get(`${symbols[i - 1]!} ${symbols[i]!}`) ?? Infinity);
      }
      if (best === Infinity) return symbols.map((symbol) => ids.get(symbol)!);
      join(symbols, merges[best]!);
    }
  };
  return (text) =>
    (text.match(part) ?? []).flatMap((word) => {
      let found = known.get(word);
      if (!found) known.set(word, (found = encodePart(word)));
      return found;
    });
}

function filesOf(
  vocabulary: readonly string[],
  merges: readonly (readonly [string, string])[],
  maxLength: number,
): TokenizerFiles {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  const end = {
    id: vocabulary.length - 1,
    content: endOfText,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
  return {
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [end],
      normalizer: null,
      pre_tokenizer: { ...byteLevel, use_regex: true },
      post_processor: { ...byteLevel, trim_offsets: false, use_regex: true },
      decoder: { ...byteLevel, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
        vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
        merges: merges.map((pair) => pair.join(' ')),
      },
    },
    'tokenizer_config.json': {
      tokenizer_class: 'GPT2Tokenizer',
      add_prefix_space: false,
      clean_up_tokenization_spaces: false,
      model_max_length: maxLength,
      bos_token: endOfText,
      eos_token: endOfText,
      unk_token: endOfText,
    },
    'special_tokens_map.json': {
      bos_token: endOfText,
      eos_token: endOfText,
      unk_token: endOfText,
    },
  };
}
