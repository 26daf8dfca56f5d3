/** The data of the capitals example: which countries it asks for and how they are split. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';
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

/** The example's splits, by the names of their files: `capitals.<split>.jsonl`. */
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

/** The example's data files: file name → text, one JSON object a line. */
export function capitalFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(splitCapitals()).map(([split, pairs]) => [
      `capitals.${split}.jsonl`,
      pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''),
    ]),
  );
}

/** Writes the example's data files into a folder, which is made if need be. */
export async function writeCapitalFiles(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of capitalFiles()) await writeFile(join(folder, name), text);
}
