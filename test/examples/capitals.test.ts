/** The first example keeps what it promises: on the bundled model, in every seed. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/protocol/summary.ts';
import type { TrainRequest } from '../../src/protocol/trainerProtocol.ts';
import {
  copyOfExamples,
  deviation,
  examples,
  inWords,
  promptNamed,
  trainExample,
} from './support.ts';

describe('examples/capitals.ptune', () => {
  let summary: Summary;
  let folder: string;

  beforeAll(async () => {
    folder = copyOfExamples();
    summary = await train({});
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const train = (request: Partial<TrainRequest>) => trainExample(folder, 'capitals', request);
  const learned = () => promptNamed(summary, 'learned');

  it('beats every discrete prompt by 20 points in each of three seeds', () => {
    const best = Math.max(...inWords(summary));
    expect(learned().seeds).toHaveLength(3);
    for (const { accuracy } of learned().seeds!) expect(accuracy).toBeGreaterThan(best + 0.2);
  });

  it('reaches 90 % in every seed, which differ by little, where the best wording has 30 to 75 %', () => {
    const best = Math.max(...inWords(summary));
    expect(best).toBeGreaterThan(0.3);
    expect(best).toBeLessThan(0.75);
    const accuracies = learned().seeds!.map(({ accuracy }) => accuracy);
    for (const accuracy of accuracies) expect(accuracy).toBeGreaterThanOrEqual(0.9);
    expect(deviation(accuracies)).toBeLessThanOrEqual(0.03);
  });

  it('has discrete prompts that differ by 15 points', () => {
    const scores = inWords(summary);
    expect(scores.length).toBeGreaterThan(2);
    expect(Math.max(...scores) - Math.min(...scores)).toBeGreaterThan(0.15);
  });

  it('scores on countries that the training never saw', () => {
    const countries = (split: string) =>
      readFileSync(join(examples, `capitals.${split}.jsonl`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { country: string }).country);
    const seen = new Set([...countries('train'), ...countries('validation')]);
    const test = countries('test');
    expect(learned().n).toBe(test.length);
    expect(test.filter((country) => seen.has(country))).toEqual([]);
  });

  it('ends in the same bytes when it is trained again with the same seed', async () => {
    const vectors = async (name: string, seed: number) => {
      const output = join(folder, name);
      await train({ seeds: [seed], steps: 30, output });
      const run = readdirSync(output).find((entry) => entry.includes('learned'))!;
      return readFileSync(join(output, run, 'prompt.safetensors'));
    };
    const first = await vectors('first', 2);
    expect((await vectors('second', 2)).equals(first)).toBe(true);
    expect((await vectors('third', 3)).equals(first)).toBe(false);
  });
});
