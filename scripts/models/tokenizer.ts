/**
 * Builds the bundled model's tokenizer: cased WordPiece with every word of the corpus as one
 * token, and single characters and common endings for words that the corpus does not have. The
 * files are those of a Hugging Face model folder.
 */

/** The special tokens in the order of their ids, 0 to 4. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

/** The longest input in tokens, the special ones included. */
export const maxLength = 48;

/** Endings that let an unknown word be read in a few pieces. */
const endings =
  'ed er es est ing ion ions ish ism ist ity less ly ment ness or ous able age al an ance ant ary ate ble ence ent ful ia ian ic ise ive land ling man ship son stan ston th ton ty ville ward wood y'.split(
    ' ',
  );

const letters = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
const punctuation = Array.from('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');

/** The words and punctuation marks of an unaccented English text, as BERT splits it. */
export function wordsOf(text: string): string[] {
  return text.match(/[A-Za-z0-9]+|[^\sA-Za-z0-9]/g) ?? [];
}

/** The content of the tokenizer's files, each to be written as JSON. */
export interface TokenizerFiles {
  readonly 'tokenizer.json': unknown;
  readonly 'tokenizer_config.json': unknown;
  readonly 'special_tokens_map.json': unknown;
}

/** A tokenizer: its tokens in the order of their ids, and its files. */
export interface BuiltTokenizer {
  readonly vocabulary: readonly string[];
  readonly files: TokenizerFiles;
}

/** Words by falling frequency, equal ones in the order of their characters. */
function byFrequency(texts: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word);
}

/**
 * The tokenizer of a corpus. Ids: the special tokens, the corpus's words by falling frequency, then
 * characters, continued characters and endings. The same texts give the same files.
 *
 * @param corpus  the texts whose words become tokens
 * @param lexicon  further texts whose words become tokens, after those of the corpus
 */
export function buildTokenizer(
  corpus: Iterable<{ readonly text: string }>,
  lexicon: Iterable<string> = [],
): BuiltTokenizer {
  const texts = Array.from(corpus, ({ text }) => text);
  const vocabulary = [
    ...new Set([
      ...specialTokens,
      ...byFrequency(texts),
      ...byFrequency(lexicon),
      ...punctuation,
      ...letters,
      ...[...letters, ...endings].map((piece) => `##${piece}`),
    ]),
  ];
  const ids = Object.fromEntries(vocabulary.map((token, id) => [token, id]));
  const special = (token: string) => ({
    id: ids[token]!,
    content: token,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const placed = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const template = (token: string) => ({ id: token, ids: [ids[token]!], tokens: [token] });
  return {
    vocabulary,
    files: {
      'tokenizer.json': {
        version: '1.0',
        truncation: null,
        padding: null,
        added_tokens: specialTokens.map(special),
        normalizer: {
          type: 'BertNormalizer',
          clean_text: true,
          handle_chinese_chars: true,
          strip_accents: true,
          lowercase: false,
        },
        pre_tokenizer: { type: 'BertPreTokenizer' },
        post_processor: {
          type: 'TemplateProcessing',
          single: [placed('[CLS]', 0), sequence('A', 0), placed('[SEP]', 0)],
          pair: [
            placed('[CLS]', 0),
            sequence('A', 0),
            placed('[SEP]', 0),
            sequence('B', 1),
            placed('[SEP]', 1),
          ],
          special_tokens: { '[CLS]': template('[CLS]'), '[SEP]': template('[SEP]') },
        },
        decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
        model: {
          type: 'WordPiece',
          unk_token: '[UNK]',
          continuing_subword_prefix: '##',
          max_input_chars_per_word: 100,
          vocab: ids,
        },
      },
      'tokenizer_config.json': {
        tokenizer_class: 'BertTokenizer',
        do_lower_case: false,
        strip_accents: true,
        clean_up_tokenization_spaces: true,
        model_max_length: maxLength,
        pad_token: '[PAD]',
        unk_token: '[UNK]',
        cls_token: '[CLS]',
        sep_token: '[SEP]',
        mask_token: '[MASK]',
      },
      'special_tokens_map.json': {
        pad_token: '[PAD]',
        unk_token: '[UNK]',
        cls_token: '[CLS]',
        sep_token: '[SEP]',
        mask_token: '[MASK]',
      },
    },
  };
}
