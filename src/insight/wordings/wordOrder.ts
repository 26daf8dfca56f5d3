/** Other orders of a template's words and slots, line by line. */
import { isMark, type MarkedText } from './markedText.ts';
import type { Rewording } from './rewording.ts';

/** A word or slot without the marks behind it, and where it stands. */
interface Unit {
  readonly text: string;
  readonly start: number;
}

/**
 * Neighbors that are exchanged, and the two sides of a word that are: "The capital of X is Y" becomes
 * "Y is the capital of X". Spaces and marks keep their places.
 */
export function otherOrders(marked: MarkedText): Rewording[] {
  return linesOf(marked.text).flatMap(({ start, end }) => {
    const units = unitsOf(marked, start, end);
    const order = (change: string, texts: readonly string[]): Rewording => ({
      kind: 'order',
      change,
      text: rebuilt(marked.text, units, texts),
    });
    const texts = units.map(({ text }) => text);
    const swaps = texts.slice(1).map((second, i) => {
      const first = texts[i]!;
      const change = `exchanges ${shown(first)} and ${shown(second)}`;
      return order(change, texts.with(i, second).with(i + 1, first));
    });
    const turns = texts.flatMap((pivot, i) => {
      // With a single word on each side this is more than a swap; at the ends it is nothing.
      if (i === 0 || i === texts.length - 1) return [];
      const turned = [...texts.slice(i + 1), pivot, ...texts.slice(0, i)];
      return [order(`exchanges what stands before and after ${shown(pivot)}`, turned)];
    });
    return [...swaps, ...turns];
  });
}

function linesOf(text: string): { readonly start: number; readonly end: number }[] {
  let start = 0;
  return text.split('\n').map((line) => {
    const place = { start, end: start + line.length };
    start = place.end + 1;
    return place;
  });
}

/** The words and slots of a line that may move. */
function unitsOf({ text, fixed }: MarkedText, start: number, end: number): Unit[] {
  return [...text.slice(start, end).matchAll(/\S+/gu)].flatMap(({ 0: word, index }) => {
    const own = word.replace(/[.,:;!?…]+$/u, '');
    const characters = Array.from(own);
    if (!characters.some((c) => isMark(c) || /[\p{L}\p{N}]/u.test(c))) return [];
    if (characters.some((c) => fixed.has(c))) return [];
    return [{ text: own, start: start + index }];
  });
}

/** `text` with other texts in the places of its units; a capital at the start stays at the start. */
function rebuilt(text: string, units: readonly Unit[], texts: readonly string[]): string {
  const first = units[0]!.text;
  const starts = texts[0]!;
  const moved = first !== starts && isCapitalized(first);
  let result = '';
  let at = 0;
  units.forEach((unit, i) => {
    let word = texts[i]!;
    if (moved && i === 0) word = capitalized(word);
    else if (moved && word === first) word = uncapitalized(word);
    result += text.slice(at, unit.start) + word;
    at = unit.start + unit.text.length;
  });
  return result + text.slice(at);
}

const isCapitalized = (word: string): boolean => /^\p{Lu}\p{Ll}+$/u.test(word);

export const capitalized = (word: string): string =>
  word.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

export const uncapitalized = (word: string): string =>
  word.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase());

/** A word in quotation marks, and a slot, which has braces, without. */
const shown = (word: string): string => (Array.from(word).some(isMark) ? word : `“${word}”`);
