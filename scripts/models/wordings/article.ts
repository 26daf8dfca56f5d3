/** The indefinite article of English. */

/** The word with "a" or "an" before it, by its first letter; "a ukulele" keeps "a". */
export function anA(word: string): string {
  return /^[aeio]|^u(?!n?i|k)/.test(word) ? `an ${word}` : `a ${word}`;
}
