/** Byte-level BPE tokenizers of GPT-2's kind, made for a list of words. */

/** The printable character that stands for each byte. */
const characterOfByte: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte < 0xad) || (byte > 0xad && byte < 0x100);
    return String.fromCodePoint(printable ? byte : next++);
  });
})();

const written = (text: string) =>
  Array.from(Buffer.from(text, 'utf8'), (byte) => characterOfByte[byte]!).join('');

export const endOfText = '<|endoftext|>';

/**
 * A `tokenizer.json` in which each of `words` (a leading space included) is one token; other text
 * falls into bytes.
 */
export function byteTokenizer(words: readonly string[]): {
  readonly files: Readonly<Record<string, unknown>>;
  readonly vocabularySize: number;
} {
  const tokens = [...new Set([...characterOfByte, ...words.map(written)])];
  const special = { special: true, single_word: false, lstrip: false, rstrip: false };
  return {
    vocabularySize: tokens.length + 1,
    files: {
      'tokenizer.json': {
        version: '1.0',
        added_tokens: [{ id: tokens.length, content: endOfText, normalized: false, ...special }],
        normalizer: null,
        pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
        post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false },
        decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true },
        model: {
          type: 'BPE',
          vocab: Object.fromEntries([...tokens, endOfText].map((token, id) => [token, id])),
          // A whole word is looked up first, so that no merge is needed.
          ignore_merges: true,
          merges: [],
        },
      },
      'tokenizer_config.json': {
        tokenizer_class: 'GPT2Tokenizer',
        bos_token: endOfText,
        eos_token: endOfText,
        unk_token: endOfText,
      },
    },
  };
}
