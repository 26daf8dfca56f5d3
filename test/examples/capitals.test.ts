/** The first example keeps what it promises: on the bundled model, in every seed. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/protocol/summary.ts';
import type { TrainRequest } from '../../src/protocol/trainerProtocol.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { root } from '../support/project.ts';

const examples = join(root, 'examples');

describe('examples/capitals.ptune', () => {
  let summary: Summary;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ptune-capitals-'));
    for (const name of ['ptune', 'train.jsonl', 'validation.jsonl', 'test.jsonl']) {
      cpSync(join(examples, `capitals.${name}`), join(folder, `capitals.${name}`));
    }
    summary = await train({});
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const train = (request: Partial<TrainRequest>) =>
    trainFile(
      { path: join(folder, 'capitals.ptune'), ...request },
      {
        emit: () => undefined,
        signal: new AbortController().signal,
        now: () => Date.now(),
        bundledModels: join(root, 'media', 'models'),
        version: 'test',
      },
    );

  const discrete = () => summary.prompts.filter((p) => p.kind === 'discrete');
  const learned = () => summary.prompts.find((p) => p.name === 'learned')!;

  it('beats every discrete prompt by 20 points in each of three seeds', () => {
    const best = Math.max(...discrete().map((p) => p.accuracy));
    expect(learned().seeds).toHaveLength(3);
    for (const { accuracy } of learned().seeds!) expect(accuracy).toBeGreaterThan(best + 0.2);
  });

  it('has discrete prompts that differ by 15 points', () => {
    const scores = discrete().map((p) => p.accuracy);
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
