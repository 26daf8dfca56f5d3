/**
 * How well a written answer agrees with the right one, by exact match and by the F1 of its words,
 * both after the normalization of SQuAD (Rajpurkar et al. 2016, arXiv:1606.05250): lower case,
 * without punctuation and articles, white space as single spaces.
 */

/** The ASCII characters that count as punctuation. */
const punctuation = /[!-/:-@[-`{-~]/g;

/** The articles, as words of their own. */
const articles = /(?<![\p{L}\p{N}])(a|an|the)(?![\p{L}\p{N}])/gu;

/** An answer as it is compared. */
export function normalizedAnswer(text: string): string {
  return wordsOf(text).join(' ');
}

/** Whether two answers are the same after normalization. */
export function isExactMatch(written: string, right: string): boolean {
  return normalizedAnswer(written) === normalizedAnswer(right);
}

/** The harmonic mean of the shares of common words in both; of two answers without words, 1. */
export function tokenF1(written: string, right: string): number {
  const [a, b] = [wordsOf(written), wordsOf(right)];
  if (a.length === 0 || b.length === 0) return Number(a.length === b.length);
  const left = new Map<string, number>();
  for (const word of b) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of a) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    common++;
    left.set(word, count - 1);
  }
  return (2 * common) / (a.length + b.length);
}

function wordsOf(text: string): string[] {
  const plain = text.toLowerCase().replace(punctuation, '').replace(articles, ' ');
  return plain.split(/\s+/).filter((word) => word !== '');
}
