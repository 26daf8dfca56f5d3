/** Which entries of a vocabulary stand for no text of their own. */
import { visibleToken } from '../../base/visibleText.ts';
import type { Tokenizer } from '../../hub/tokenizer.ts';
import type { TokenKind } from '../../protocol/report.ts';

/** A byte that is no character by itself, as byte-level and byte-fallback vocabularies write it. */
const fragment = /\\x[0-9A-F]{2}|^<0x[0-9A-F]{2}>$|\uFFFD/;

/** A vocabulary as its tokens are shown. */
export interface VocabularyTexts {
  /** By id, every character to be seen. */
  readonly texts: readonly string[];
  /** Of the tokens that no person can read or write, what they are. */
  readonly kinds: ReadonlyMap<number, TokenKind>;
  /** The ids of `kinds`. */
  readonly unreadable: ReadonlySet<number>;
}

const known = new WeakMap<Tokenizer, VocabularyTexts>();

/** The texts and kinds of all tokens; made once for each tokenizer. */
export function vocabularyTexts(tokenizer: Tokenizer): VocabularyTexts {
  let vocabulary = known.get(tokenizer);
  if (!vocabulary) {
    const texts: string[] = [];
    const kinds = new Map<number, TokenKind>();
    for (let id = 0; id < tokenizer.vocabularySize; id++) {
      const text = tokenizer.tokenText(id);
      texts.push(visibleToken(text));
      if (fragment.test(text)) kinds.set(id, 'fragment');
      else if (/^\[unused\d*\]$/.test(text)) kinds.set(id, 'unused');
    }
    for (const id of tokenizer.specialIds) kinds.set(id, 'special');
    vocabulary = { texts, kinds, unreadable: new Set(kinds.keys()) };
    known.set(tokenizer, vocabulary);
  }
  return vocabulary;
}
