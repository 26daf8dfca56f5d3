/**
 * The examples show what they say they show, on the bundled models. Fewer seeds than in the files:
 * examples/README.md has the full numbers, which "npm run examples" measures.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/protocol/summary.ts';
import { loadTokenizer } from '../../src/hub/tokenizer.ts';
import { root } from '../support/project.ts';
import {
  copyOfExamples,
  deviation,
  examples,
  inWords,
  promptNamed,
  trainExample,
} from './support.ts';

const folder = copyOfExamples();
afterAll(() => rmSync(folder, { recursive: true }));

/** All controls are there, and none comes near. */
function expectControlsBeaten(summary: Summary, name: string): void {
  const controls = summary.controls!.filter(({ of }) => of === name);
  expect(controls.map(({ control }) => control)).toEqual(['random', 'shuffled', 'empty']);
  const learned = promptNamed(summary, name);
  for (const { control, interval, difference } of controls) {
    expect(difference.significant, control).toBe(true);
    expect(interval[1], control).toBeLessThan(learned.interval[0]);
  }
}

describe('examples/reviews.ptune', () => {
  let summary: Summary;
  beforeAll(async () => {
    summary = await trainExample(folder, 'reviews', { seeds: [1], controls: true });
  }, 300_000);

  it('learns from 32 reviews 10 points more than the best wording has', () => {
    const best = Math.max(...inWords(summary));
    expect(promptNamed(summary, 'learned').accuracy).toBeGreaterThanOrEqual(best + 0.1);
  });

  it('beats its controls', () => expectControlsBeaten(summary, 'learned'));
});

describe('examples/capitals-causal.ptune', () => {
  let summary: Summary;
  beforeAll(async () => {
    summary = await trainExample(folder, 'capitals-causal', { seeds: [1], controls: true });
  }, 300_000);

  it('learns what the wordings do not reach', () => {
    expect(Math.max(...inWords(summary))).toBeLessThan(0.75);
    expect(promptNamed(summary, 'learned').accuracy).toBeGreaterThanOrEqual(0.9);
  });

  it('beats its controls', () => expectControlsBeaten(summary, 'learned'));

  it('asks for answers of several tokens', async () => {
    const tokenizer = await loadTokenizer(join(root, 'media', 'models', 'mini-clm'));
    const lines = readFileSync(join(examples, 'capitals.test.jsonl'), 'utf8').trim().split('\n');
    const lengths = lines.map(
      (line) =>
        tokenizer.encodePiece(` ${(JSON.parse(line) as { capital: string }).capital}`).length,
    );
    expect(lengths.filter((length) => length > 1).length).toBeGreaterThan(lengths.length / 2);
  });
});

describe('examples/encoders.ptune', () => {
  it('trains all three, and differences have intervals', async () => {
    const summary = await trainExample(folder, 'encoders', { seeds: [1] });
    expect(summary.prompts.map(({ name }) => name)).toEqual(['none', 'mlp', 'lstm']);
    for (const { name, accuracy, difference } of summary.prompts) {
      expect(accuracy, name).toBeGreaterThan(0.5);
      if (name === 'none') continue;
      const [low, high] = difference!.interval;
      expect(low).toBeLessThanOrEqual(difference!.accuracy);
      expect(high).toBeGreaterThanOrEqual(difference!.accuracy);
    }
  }, 300_000);
});

describe('examples/wordings.ptune', () => {
  it('has wordings that lie 40 points apart, ten times as wide as the seeds', async () => {
    const summary = await trainExample(folder, 'wordings', { seeds: [1, 2] });
    const words = inWords(summary);
    expect(words).toHaveLength(10);
    expect(Math.max(...words) - Math.min(...words)).toBeGreaterThanOrEqual(0.4);
    const seeds = promptNamed(summary, 'learned').seeds!.map(({ accuracy }) => accuracy);
    expect(deviation(seeds)).toBeLessThanOrEqual(deviation(words) / 10);
  }, 300_000);
});
