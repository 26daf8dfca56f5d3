/** Which words in an answer's place one input of a model scores together. */

/** An input of the model for several words. */
export interface WordInput {
  /** The answer's tokens to encode it with. Each word is read from its first places on. */
  readonly ids: readonly number[];
  /** Indices of the words. */
  readonly words: readonly number[];
}

/**
 * The fewest inputs that score every word, each word's tokens given as ids. A masked model sees as
 * many masks as a word has tokens, so words of equal length share an input. A causal one sees a
 * word's tokens but the last, so a word shares the input of every longer one that begins like it.
 */
export function wordInputs(words: readonly (readonly number[])[], causal: boolean): WordInput[] {
  const inputs: { ids: readonly number[]; words: number[] }[] = [];
  const byContext = new Map<string, (typeof inputs)[number]>();
  const longestFirst = [...words.keys()].sort((a, b) => words[b]!.length - words[a]!.length);
  for (const index of causal ? longestFirst : words.keys()) {
    const ids = words[index]!;
    const known = byContext.get(causal ? ids.slice(0, -1).join() : String(ids.length));
    if (known) {
      known.words.push(index);
      continue;
    }
    const input = { ids, words: [index] };
    inputs.push(input);
    const contexts = causal
      ? ids.map((_, length) => ids.slice(0, length).join())
      : [String(ids.length)];
    for (const context of contexts) {
      if (!byContext.has(context)) byContext.set(context, input);
    }
  }
  return inputs;
}
