/** The data of the examples: capitals of countries, and reviews; how they are made and split. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';
import { plainSentence } from './wordings/plain.ts';
import { opinions, type Sentiment } from './wordings/reviews.ts';
import { countries } from './world/countries.ts';

/** One line of the example's data. */
export interface CapitalPair {
  readonly country: string;
  readonly capital: string;
}

/** A country's capital where it is one word; names like "New Delhi" or "Porto-Novo" are several. */
const oneWord = /^[A-Za-z]+$/;

/**
 * Countries whose capital is one token of the bundled model. Countries whose name holds the
 * capital, like Singapore or Guinea-Bissau, are left out: the question would hold the answer.
 */
export const capitalPairs: readonly CapitalPair[] = countries
  .filter(({ name, capital }) => oneWord.test(capital) && !name.includes(capital))
  .map(({ name, capital }) => ({ country: name, capital }));

/** The splits, by the names of their files: `<data>.<split>.jsonl`. */
export type Split = 'train' | 'validation' | 'test';

/** The pairs shuffled by a fixed seed and cut: 58 % train, 10 % validation, the rest test. */
export function splitCapitals(): Readonly<Record<Split, readonly CapitalPair[]>> {
  const shuffled = new Random(20).shuffled(capitalPairs);
  const train = Math.floor(shuffled.length * 0.58);
  const validation = train + Math.floor(shuffled.length * 0.1);
  return {
    train: shuffled.slice(0, train),
    validation: shuffled.slice(train, validation),
    test: shuffled.slice(validation),
  };
}

/** One line of the reviews' data. */
export interface ReviewRow {
  readonly review: string;
  readonly sentiment: Sentiment;
}

/** Reviews of each sentiment in each split. */
const reviewCounts: Readonly<Record<Split, number>> = { train: 16, validation: 20, test: 80 };

/**
 * Reviews in which an opinion stands before or behind a sentence that has nothing to do with it, as
 * in a letter. No opinion is used twice.
 */
export function splitReviews(): Readonly<Record<Split, readonly ReviewRow[]>> {
  const random = new Random(30);
  const left = {
    positive: random.shuffled(opinions('positive')),
    negative: random.shuffled(opinions('negative')),
  };
  const split = (count: number) =>
    random.shuffled(
      (['positive', 'negative'] as const).flatMap((sentiment) =>
        left[sentiment].splice(0, count).map((opinion): ReviewRow => {
          const sentences = random.shuffled([opinion, plainSentence(random).text]);
          return { review: sentences.join(' '), sentiment };
        }),
      ),
    );
  return {
    train: split(reviewCounts.train),
    validation: split(reviewCounts.validation),
    test: split(reviewCounts.test),
  };
}

/** The data files of the examples: file name → text, one JSON object a line. */
export function exampleFiles(): ReadonlyMap<string, string> {
  const data: Readonly<Record<string, Readonly<Record<Split, readonly object[]>>>> = {
    capitals: splitCapitals(),
    reviews: splitReviews(),
  };
  return new Map(
    Object.entries(data).flatMap(([name, splits]) =>
      Object.entries(splits).map(([split, rows]): [string, string] => [
        `${name}.${split}.jsonl`,
        rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      ]),
    ),
  );
}

/** Writes the data files into a folder, which is made if need be. */
export async function writeExampleFiles(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of exampleFiles()) await writeFile(join(folder, name), text);
}
