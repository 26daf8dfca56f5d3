/** Words that the model has near a word: neighbors in its table of embeddings. */
import { nearestTokens } from '../../evaluation/nearestTokens.ts';
import type { PromptModel } from '../../evaluation/promptModel.ts';
import type { Tokenizer } from '../../hub/tokenizer.ts';
import type { NearWords } from './synonyms.ts';

/** Neighbors that are taken for each word. */
const count = 4;

/**
 * The words nearest to each of `words` by cosine similarity. A word that is several tokens has none,
 * and a neighbor that is the same word in another case is none.
 */
export async function nearWords(model: PromptModel, words: readonly string[]): Promise<NearWords> {
  const { tokenizer } = model.open;
  const table = await model.embeddingTable();
  const { width } = model;
  const known = words.flatMap((word) => {
    const ids = inText(tokenizer, word);
    return ids.length === 1 ? [{ word, id: ids[0]! }] : [];
  });
  if (known.length === 0) return new Map();
  const vectors = new Float32Array(known.length * width);
  known.forEach(({ id }, row) => {
    vectors.set(table.subarray(id * width, (id + 1) * width), row * width);
  });
  const texts = Array.from({ length: tokenizer.vocabularySize }, (_, id) => wordOf(tokenizer, id));
  const near = nearestTokens({
    vectors,
    table,
    products: await model.tableProducts(vectors),
    width,
    tokens: texts.map((text) => text ?? ''),
    exclude: new Set(texts.flatMap((text, id) => (text === undefined ? [id] : []))),
    metrics: ['cosine'],
    // Other cases of the word itself are among the nearest.
    count: count + 4,
  });
  return new Map(
    known.map(({ word }, i) => {
      const others = near[i]!.nearest.cosine!.map(({ token }) => token).filter(
        (token) => token.toLowerCase() !== word.toLowerCase(),
      );
      return [word, [...new Set(others)].slice(0, count)];
    }),
  );
}

/** The ids of a word as it stands behind another one. */
const inText = (tokenizer: Tokenizer, word: string): number[] =>
  tokenizer.encodePiece(tokenizer.leadingSpaceMatters ? ` ${word}` : word);

/** The text of a token that is a whole word; undefined for any other. */
function wordOf(tokenizer: Tokenizer, id: number): string | undefined {
  const text = tokenizer.decode([id]).trim();
  if (!/^\p{L}[\p{L}\p{M}]*$/u.test(text)) return undefined;
  const ids = inText(tokenizer, text);
  return ids.length === 1 && ids[0] === id ? text : undefined;
}
