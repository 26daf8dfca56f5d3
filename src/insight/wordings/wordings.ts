/** Variants of a prompt in words: what another person might have written in its place. */
import { Random } from '../../base/random.ts';
import type { Prompt, TemplatePart } from '../../language/ast.ts';
import { printTemplate } from '../../language/printTemplate.ts';
import type { WordingKind } from '../../protocol/wordings.ts';
import { otherCases } from './letterCase.ts';
import { markedText, type MarkedText } from './markedText.ts';
import { otherPunctuation } from './punctuation.ts';
import type { Rewording } from './rewording.ts';
import { synonyms, wordsIn, type NearWords } from './synonyms.ts';
import { otherOrders } from './wordOrder.ts';

/** A variant of a prompt, with one change to what is written. */
export interface Wording {
  readonly kind: WordingKind;
  /** As a clause: "exchanges “capital” and “of”". */
  readonly change: string;
  readonly parts: readonly TemplatePart[];
}

export interface WordingOptions {
  /** Draws which variants are taken where there are more than `count`. */
  readonly seed: number;
  readonly count: number;
  /** The model reads nothing behind the answer, so the answer stays last. */
  readonly answerLast: boolean;
  readonly near: NearWords;
  /** What the model reads of a template; variants that it reads alike are one. */
  readonly readingOf: (parts: readonly TemplatePart[]) => string;
}

/** The words of a prompt for which near ones are wanted. */
export function wordsOf(prompt: Prompt, answerLast: boolean): string[] {
  return wordsIn(markedText(prompt, answerLast));
}

/**
 * At most `count` variants of a discrete prompt, as many of each kind as there are, in turns. Every
 * one is a template that reads as it is printed, with the prompt's slots and its answer, and the model
 * reads it differently from the prompt and from every other.
 */
export function wordingsOf(prompt: Prompt, options: WordingOptions): Wording[] {
  const { seed, count, answerLast, near, readingOf } = options;
  const marked = markedText(prompt, answerLast);
  const random = new Random(seed);
  const kinds = [
    otherOrders(marked),
    otherPunctuation(marked),
    synonyms(marked, near),
    otherCases(marked),
  ].map((rewordings) => random.shuffled(rewordings));
  const known = new Set([readingOf(prompt.parts)]);
  const wordings: Wording[] = [];
  for (const rewording of inTurns(kinds, () => wordings.length < count)) {
    const parts = partsIfWhole(marked, rewording);
    if (!parts) continue;
    const reading = readingOf(parts);
    if (known.has(reading)) continue;
    known.add(reading);
    wordings.push({ kind: rewording.kind, change: marked.shown(rewording.change), parts });
  }
  return wordings;
}

/** The first of each list, then the second of each, and so on while `wanted`. */
function* inTurns<T>(lists: readonly (readonly T[])[], wanted: () => boolean): Generator<T> {
  const longest = Math.max(...lists.map(({ length }) => length));
  for (let turn = 0; turn < longest; turn++) {
    for (const list of lists) {
      if (!wanted()) return;
      if (turn < list.length) yield list[turn]!;
    }
  }
}

/** The parts of a rewording, unless a file could not hold it: its first and last lines are not blank. */
function partsIfWhole(marked: MarkedText, { text }: Rewording): TemplatePart[] | undefined {
  const parts = marked.partsOf(text);
  return /^\s*\n|\n\s*$/u.test(printTemplate(parts)) ? undefined : parts;
}
