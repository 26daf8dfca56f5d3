/** Other cases of a template's letters. */
import type { MarkedText } from './markedText.ts';
import type { Rewording } from './rewording.ts';
import { capitalized, uncapitalized } from './wordOrder.ts';

/** Letters with what joins them to a word; what hangs on a slot, the "s" of "{country}'s", is none. */
export const wordForm = /(?<!['’\p{L}\p{M}])\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*/gu;

/** All letters small or large, every word with a capital, and each word by itself. */
export function otherCases({ text }: MarkedText): Rewording[] {
  const single = [...text.matchAll(wordForm)].map(({ 0: word, index }) => {
    const changed = capitalized(word) === word ? uncapitalized(word) : capitalized(word);
    return rewording(
      `writes “${word}” as “${changed}”`,
      text.slice(0, index) + changed + text.slice(index + word.length),
    );
  });
  return [
    rewording('is in small letters', text.toLowerCase()),
    rewording('is in capital letters', text.toUpperCase()),
    rewording('has a capital at every word', text.replace(wordForm, capitalized)),
    ...single,
  ];
}

const rewording = (change: string, text: string): Rewording => ({ kind: 'case', change, text });
