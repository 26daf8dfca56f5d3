/**
 * What an editor wants to know of a model's vocabulary: words that are one token, and how many tokens
 * a text has. It uses the tokenizer library by itself, without the parts that bring the engine along.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { readableToken } from './tokenText.ts';
import { type TokenizerJson, parseTokenizerFiles, withoutPrefixSpace } from './tokenizerFiles.ts';

export interface Vocabulary {
  /** Words that are one token each behind a space, in the order of their ids. */
  readonly words: readonly string[];
  /** The number of tokens of a text that stands behind a space. */
  countTokens(text: string): number;
}

/** What is used of the library, whose own types do not resolve. */
type TokenizerClass = new (
  json: object,
  config: object,
) => {
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly number[] };
};

/** Larger files would hold the editor up while they are read. */
const mostBytes = 40_000_000;

/** The vocabulary in a model's folder; undefined where it is missing, damaged or very large. */
export async function readVocabulary(folder: string): Promise<Vocabulary | undefined> {
  const path = join(folder, 'tokenizer.json');
  try {
    if ((await stat(path)).size > mostBytes) return undefined;
    const config = await readFile(join(folder, 'tokenizer_config.json'), 'utf8').catch(() => '{}');
    const files = parseTokenizerFiles(await readFile(path, 'utf8'), config, undefined);
    const LibraryTokenizer = Tokenizer as unknown as TokenizerClass;
    const tokenizer = new LibraryTokenizer(withoutPrefixSpace(files.json), files.config);
    const count = (text: string) =>
      tokenizer.encode(text, { add_special_tokens: false }).ids.length;
    const spaced = marksSpaces(files.json) ? ' ' : '';
    return { words: wordsOf(files.json), countTokens: (text) => count(spaced + text) };
  } catch {
    // A model without a usable vocabulary has a diagnostic of its own.
    return undefined;
  }
}

const word = /^\p{L}[\p{L}\p{N}'’-]*$/u;

function wordsOf(json: TokenizerJson): string[] {
  const added = new Set((json.added_tokens ?? []).map(({ content }) => content));
  const withSpace = marksSpaces(json);
  const words = tokensOf(json.model).flatMap((token) => {
    if (added.has(token)) return [];
    const text = readableToken(token, false, json);
    // Where spaces are marked, a token without one stands within a word.
    const whole = !withSpace ? text : text.startsWith(' ') ? text.slice(1) : '';
    return word.test(whole) ? [whole] : [];
  });
  return [...new Set(words)];
}

/** Whether tokens say themselves that a space stands before them. */
function marksSpaces(json: TokenizerJson): boolean {
  return tokensOf(json.model).some((token) => /^[Ġ▁]\p{L}/u.test(token));
}

/** The tokens in the order of their ids: a mapping to ids, or a list with scores. */
function tokensOf({ vocab }: TokenizerJson['model']): string[] {
  if (Array.isArray(vocab)) return vocab.map((entry) => String((entry as unknown[])[0]));
  const entries = Object.entries((vocab ?? {}) as Record<string, number>);
  return entries.toSorted(([, a], [, b]) => a - b).map(([token]) => token);
}
