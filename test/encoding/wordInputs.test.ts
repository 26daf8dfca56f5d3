import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordInputs } from '../../src/encoding/wordInputs.ts';

describe('words that one input scores', () => {
  test('have as many tokens each, for a masked model', () => {
    expect(wordInputs([[1], [2, 3], [4], [5, 6]], false)).toEqual([
      { ids: [1], words: [0, 2] },
      { ids: [2, 3], words: [1, 3] },
    ]);
  });

  test('begin alike but for their last token, for a causal model', () => {
    const words = [[1], [2, 3, 4], [2, 5], [2, 3, 6], [7, 3]];
    expect(wordInputs(words, true)).toEqual([
      { ids: [2, 3, 4], words: [1, 3, 2, 0] },
      { ids: [7, 3], words: [4] },
    ]);
  });

  test('are each read once, in a context that is their own', () => {
    const word = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.boolean(), (words, causal) => {
        const inputs = wordInputs(words, causal);
        const read = inputs.flatMap((input) => input.words).sort((a, b) => a - b);
        expect(read).toEqual([...words.keys()]);
        for (const { ids, words: own } of inputs) {
          for (const w of own) {
            const tokens = words[w]!;
            if (causal) expect(ids.slice(0, tokens.length - 1)).toEqual(tokens.slice(0, -1));
            else expect(ids).toHaveLength(tokens.length);
            expect(tokens.length).toBeLessThanOrEqual(ids.length);
          }
        }
      }),
    );
  });
});
