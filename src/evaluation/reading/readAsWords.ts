/** Reads a learned prompt as the words that its vectors are near, and scores these words. */
import { Random } from '../../base/random.ts';
import type { PromptEncoding } from '../../encoding/encodePrompt.ts';
import type { Prompt } from '../../language/ast.ts';
import { printTemplate } from '../../language/printTemplate.ts';
import type { Prediction } from '../../protocol/predictions.ts';
import type { Reading } from '../../protocol/report.ts';
import { nearestTokens } from '../nearestTokens.ts';
import type { PromptModel } from '../promptModel.ts';
import { shareRight } from '../scores.ts';
import { meanOf } from '../statistics.ts';
import { asWords, withoutVectors } from './asWords.ts';
import { readingMeaning, readingSentence } from './readingSentence.ts';
import { retainedGain } from './retainedGain.ts';
import { vocabularyTexts } from './tokenKinds.ts';

export interface ReadingInputs {
  readonly model: PromptModel;
  readonly encoding: PromptEncoding;
  /** float32 [P, D] */
  readonly vectors: Float32Array;
  /** What the learned prompt answers. */
  readonly learned: readonly Prediction[];
  /** What a discrete prompt answers to the same examples. */
  readonly answers: (prompt: Prompt) => Promise<readonly Prediction[]>;
}

/** Texts of random vectors, whose mean score counts: a single one swings by its words. */
const randomTexts = 3;
const randomSeed = 20211216;

/** The nearest tokens of a prompt's vectors as a prompt in words, with its scores. */
export async function readAsWords(inputs: ReadingInputs): Promise<Reading> {
  const { encoding, learned, answers } = inputs;
  const { prompt } = encoding;
  const words = await inWords(inputs, inputs.vectors);
  const empty = await answers(withoutVectors(prompt));
  const text = await answers(words);
  const random: (readonly Prediction[])[] = [];
  for (const vectors of randomVectors(inputs.vectors, inputs.model.width)) {
    random.push(await answers(await inWords(inputs, vectors)));
  }
  const kept = retainedGain(learned, [text], empty);
  const keptAtRandom = retainedGain(learned, random, empty);
  const scores = {
    learned: shareRight(learned),
    empty: shareRight(empty),
    text: shareRight(text),
    random: meanOf(random.map(shareRight)),
  };
  return {
    template: printTemplate(words.parts),
    scores,
    ...(kept && { retained: kept.share, retainedInterval: kept.interval }),
    ...(keptAtRandom && { retainedAtRandom: keptAtRandom.share }),
    sentence: readingSentence(scores, kept, keptAtRandom),
    ...(kept && keptAtRandom && { meaning: readingMeaning(kept, keptAtRandom) }),
  };
}

/** The prompt with the nearest token of each of `vectors` in its place, by cosine similarity. */
async function inWords({ model, encoding }: ReadingInputs, vectors: Float32Array): Promise<Prompt> {
  const { tokenizer } = model.open;
  const near = nearestTokens({
    vectors,
    table: await model.embeddingTable(),
    products: await model.tableProducts(vectors),
    width: model.width,
    tokens: Array.from({ length: tokenizer.vocabularySize }, () => ''),
    exclude: vocabularyTexts(tokenizer).unreadable,
    metrics: ['cosine'],
    count: 1,
  });
  const ids = near.map(({ nearest }) => nearest.cosine![0]!.id);
  return asWords(encoding.prompt, encoding.virtual.placement, ids, tokenizer);
}

/** Draws of as many vectors; only their directions count. */
function* randomVectors(like: Float32Array, width: number): Generator<Float32Array> {
  const random = new Random(randomSeed);
  const count = like.length / width;
  for (let i = 0; i < randomTexts; i++) {
    yield Float32Array.from({ length: count * width }, () => random.normal());
  }
}
