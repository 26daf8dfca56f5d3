import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quantileSorted } from 'simple-statistics';
import { Random } from '../../../src/base/random.ts';
import { neighborhoods } from '../../../src/evaluation/neighborhoods.ts';
import { PromptModel } from '../../../src/evaluation/promptModel.ts';
import {
  envelope,
  randomLimits,
  randomNeighbors,
} from '../../../src/evaluation/vectors/randomNeighbors.ts';
import { openFolder, writeMaskedModel } from '../../support/tinyModels.ts';

const metrics = ['cosine', 'dot', 'l2'] as const;
let folder: string;
let model: PromptModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  model = new PromptModel(await openFolder(await writeMaskedModel(folder)));
});

afterAll(async () => {
  await model.release();
  await rm(folder, { recursive: true });
});

describe('random vectors', () => {
  test('say how near nearest tokens are without meaning, as brute force does', async () => {
    const table = await model.embeddingTable();
    const { width } = model;
    const special = new Set(model.open.tokenizer.specialIds);
    const rows = Array.from({ length: table.length / width }, (_, id) => id)
      .filter((id) => !special.has(id))
      .map((id) => [...table.subarray(id * width, (id + 1) * width)]);
    // Other draws than the module's, many of them: the limits are estimates of the same numbers.
    const random = new Random(5);
    const norm = 1.7;
    const found = { cosine: [] as number[], dot: [] as number[], l2: [] as number[] };
    for (let draw = 0; draw < 4000; draw++) {
      const raw = Array.from({ length: width }, () => random.normal());
      const vector = raw.map((value) => (norm * value) / Math.hypot(...raw));
      const dots = rows.map((row) => row.reduce((sum, value, d) => sum + value * vector[d]!, 0));
      found.dot.push(Math.max(...dots));
      found.cosine.push(Math.max(...dots.map((dot, i) => dot / norm / Math.hypot(...rows[i]!))));
      found.l2.push(
        -Math.min(...rows.map((row) => Math.hypot(...row.map((value, d) => value - vector[d]!)))),
      );
    }
    const limits = await randomLimits(model, 0.5, 3);
    for (const metric of metrics) {
      const sorted = found[metric].sort((a, b) => a - b);
      // 40 draws place the limit between these shares with 99.9 %.
      expect(limits(metric, norm)).toBeGreaterThan(quantileSorted(sorted, 0.8));
      expect(limits(metric, norm)).toBeLessThan(quantileSorted(sorted, 0.9995));
    }
  });

  test('have the same limits whatever the range of norms that was asked for', async () => {
    const [wide, narrow] = [await randomLimits(model, 0.01, 40), await randomLimits(model, 2, 2)];
    for (const metric of metrics) expect(wide(metric, 2)).toBeCloseTo(narrow(metric, 2), 12);
  });

  test('are the same every time, with their own neighbors', async () => {
    const asked = { norm: 2, count: 4, metrics };
    const found = await randomNeighbors(model, asked);
    expect(await randomNeighbors(model, asked)).toEqual(found);
    expect(found.nearestBy.cosine).toHaveLength(4);
    expect(found.nearestBy.cosine![0]!.similarity).toBeLessThan(found.limits.cosine!);
    expect(found).toMatchObject({ draws: 40, norm: 2 });
  });
});

test('the largest of many lines is found for every place between two', () => {
  const random = new Random(3);
  for (let round = 0; round < 50; round++) {
    const lines = Array.from({ length: 60 }, () => [random.normal(), random.normal()] as const);
    const ids = Int32Array.from(lines.keys());
    const [low, high] = round === 0 ? [1, 1] : [random.uniform() - 1, 1 + random.uniform()];
    const largest = envelope(
      ids,
      (id) => lines[id]![0],
      (id) => lines[id]![1],
      low,
      high,
    );
    for (let i = 0; i <= 20; i++) {
      const x = low + (i / 20) * (high - low);
      expect(largest(x)).toBeCloseTo(Math.max(...lines.map(([a, b]) => a * x + b)), 12);
    }
  }
  expect(envelope(new Int32Array(), Number, Number, 0, 1)(0)).toBe(-Infinity);
});

describe('neighborhoods', () => {
  const placement = [{ part: 0, rows: [0, 1] }];

  test('tell a vector on a token from one in a random direction, and how far both went', async () => {
    const { width } = model;
    const table = await model.embeddingTable();
    const id = model.open.tokenizer.encode('city')[0]!;
    const token = table.subarray(id * width, (id + 1) * width);
    const far = Float32Array.from(token, (_, d) => (d % 2 === 0 ? 3 : -3));
    const { virtualTokens } = await neighborhoods(model, {
      vectors: Float32Array.of(...token, ...far),
      placement,
      count: 3,
      tokens: [{ startId: id }, {}],
      start: Float32Array.of(...token, ...token),
    });
    const [still, moved] = virtualTokens;
    expect(still).toMatchObject({ unmoved: true, startedFrom: 'city' });
    expect(still!.likeRandom).not.toContain('cosine');
    expect(still!.likeRandom).not.toContain('l2');
    expect(still!.toStart!.cosine).toBeCloseTo(1, 6);
    expect(still!.toStart!.l2).toBeCloseTo(0, 6);
    expect(moved!.unmoved).toBe(false);
    const apart = Math.hypot(...Array.from(far, (value, d) => value - token[d]!));
    expect(moved!.toStart!.l2).toBeCloseTo(-apart, 5);
    expect(moved!.likeRandom).toContain('l2');
  });

  test('take the start token for the start where nothing else is known', async () => {
    const { width } = model;
    const id = model.open.tokenizer.encode('city')[0]!;
    const { virtualTokens } = await neighborhoods(model, {
      vectors: new Float32Array(2 * width).fill(1),
      placement,
      count: 1,
      tokens: [{ startId: id }, {}],
    });
    expect(virtualTokens[0]!.toStart).toBeDefined();
    expect(virtualTokens[1]!.toStart).toBeUndefined();
  });
});
