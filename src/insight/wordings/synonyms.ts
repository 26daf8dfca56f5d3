/** Words of a template replaced by words that the model has near them. */
import type { MarkedText } from './markedText.ts';
import type { Rewording } from './rewording.ts';
import { wordForm } from './letterCase.ts';
import { capitalized } from './wordOrder.ts';

/** Words near a word, nearest first; none where nothing is known of it. */
export type NearWords = ReadonlyMap<string, readonly string[]>;

/** The words of a template that stand by themselves, each once. */
export function wordsIn({ text }: MarkedText): string[] {
  return [...new Set(placesOf(text).map(({ word }) => word))];
}

/** Each word replaced by each of the words near it. */
export function synonyms({ text }: MarkedText, near: NearWords): Rewording[] {
  return placesOf(text).flatMap(({ word, index }) =>
    (near.get(word) ?? []).map((other): Rewording => {
      const written = capitalized(word) === word ? capitalized(other) : other;
      return {
        kind: 'synonym',
        change: `says “${written}” for “${word}”`,
        text: text.slice(0, index) + written + text.slice(index + word.length),
      };
    }),
  );
}

/** What is written together with a slot is no word of its own. */
function placesOf(text: string): { readonly word: string; readonly index: number }[] {
  return [...text.matchAll(wordForm)]
    .filter(({ index }) => index === 0 || /[\s("“]/u.test(text[index - 1]!))
    .map(({ 0: word, index }) => ({ word, index }));
}
