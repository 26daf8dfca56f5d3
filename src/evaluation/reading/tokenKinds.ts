/** Which entries of a vocabulary stand for no text of their own. */
import type { Tokenizer } from '../../hub/tokenizer.ts';

/** A byte that is no character by itself, as byte-level and byte-fallback vocabularies write it. */
const fragment = /\\x[0-9A-F]{2}|^<0x[0-9A-F]{2}>$|\uFFFD/;

const known = new WeakMap<Tokenizer, readonly number[]>();

/** Ids of tokens that are parts of characters or unused places: no person can read or write them. */
export function fragmentIds(tokenizer: Tokenizer): readonly number[] {
  let ids = known.get(tokenizer);
  if (!ids) {
    ids = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id).filter((id) => {
      const text = tokenizer.tokenText(id);
      return fragment.test(text) || /^\[unused\d*\]$/.test(text);
    });
    known.set(tokenizer, ids);
  }
  return ids;
}
