/** What a search for words is told by, on the page and in what is saved of it. */
import type { SearchMethod, SplitScore, WordSearch } from '../src/protocol/wordSearch.ts';

export const methodNames: Readonly<Record<SearchMethod, string>> = {
  beam: 'a beam over the nearest words',
  projection: 'projected training',
  flips: 'exchanging single words',
};

/** The prompts that stand beside what was found, each with what it is. */
export function comparedWith({
  prompt,
  written,
  learned,
  empty,
}: WordSearch): (readonly [role: string, score: SplitScore])[] {
  return [
    ...(written ? [[`the best of your own: ${written.name}`, written] as const] : []),
    ...(learned ? [[`the vectors: ${prompt}, seed ${learned.seed}`, learned] as const] : []),
    ['the template without vectors', empty],
  ];
}
