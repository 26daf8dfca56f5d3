import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { nearestTokens, rowNorms } from '../../src/evaluation/nearestTokens.ts';
import { buildProductGraph } from '../../src/model/promptGraph.ts';
import type { Metric } from '../../src/protocol/report.ts';
import { float32, Session } from '../../src/runtime/session.ts';

const tokens = ['[PAD]', 'the', 'capital', 'city', 'town', 'empty'];
/** Two columns: the angles and lengths are easy to see. */
const table = Float32Array.from([9, 9, 0, 8, 3, 4, 4, 3, 1, 0, 0, 0]);

function near(vector: readonly number[], metric: Metric, startId?: number) {
  const [one] = nearestTokens({
    vectors: Float32Array.from(vector),
    table,
    width: 2,
    tokens,
    exclude: new Set([0]),
    metrics: [metric],
    count: 3,
    startIds: [startId],
  });
  return one!;
}

/** As the engine computes them. */
async function productsOf(vectors: Float32Array, wide: Float32Array, width: number) {
  const [rows, size] = [vectors.length / width, wide.length / width];
  const session = await Session.create(buildProductGraph(rows, size, width));
  const { dots } = await session.run({
    vectors: float32([rows, width], vectors),
    table: float32([size, width], wide),
  });
  await session.release();
  return { dots: dots!, norms: rowNorms(wide, width) };
}

describe('nearest tokens', () => {
  test('by cosine similarity do not care for length', () => {
    const { nearest } = near([30, 40], 'cosine');
    expect(nearest.cosine?.map((n) => n.token)).toEqual(['capital', 'city', 'the']);
    expect(nearest.cosine?.map((n) => n.similarity)[0]).toBeCloseTo(1, 6);
    expect(nearest.cosine?.map((n) => n.similarity)[1]).toBeCloseTo(24 / 25, 6);
    expect(nearest.cosine?.map((n) => n.id)).toEqual([2, 3, 1]);
  });

  test('by dot product prefer long embeddings', () => {
    const { nearest } = near([3, 4], 'dot');
    expect(nearest.dot?.map((n) => n.token)).toEqual(['the', 'capital', 'city']);
    expect(nearest.dot?.[0]?.similarity).toBe(32);
  });

  test('by Euclidean distance carry the distance as a negative number', () => {
    const { nearest } = near([1, 1], 'l2');
    expect(nearest.l2?.map((n) => n.token)).toEqual(['town', 'capital', 'city']);
    expect(nearest.l2?.map((n) => n.similarity)[0]).toBeCloseTo(-1, 6);
  });

  test('leave out special tokens, rows of zeros and rows without a token', () => {
    const all = nearestTokens({
      vectors: Float32Array.from([1, 1]),
      table,
      width: 2,
      tokens: tokens.slice(0, 4),
      exclude: new Set([0]),
      metrics: ['cosine'],
      count: 9,
    });
    expect(all[0]?.nearest.cosine?.map((n) => n.token)).toEqual(['capital', 'city', 'the']);
  });

  test('among all tokens have special ones and rows of zeros, and say what they are', () => {
    const [one] = nearestTokens({
      vectors: Float32Array.from([1, 1]),
      table,
      width: 2,
      tokens,
      exclude: new Set([0, 2]),
      kinds: new Map([
        [0, 'special'],
        [2, 'fragment'],
      ]),
      metrics: ['cosine', 'l2'],
      count: 3,
    });
    const named = (metric: Metric) =>
      one!.nearestOfAll[metric]!.map(({ token, kind }) => [token, kind]);
    // Cosines: 1, .71, .99, .99, .71 and 0; distances: 11.3, 7.1, 3.6, 3.6, 1 and 1.4.
    expect(named('cosine')).toEqual([
      ['[PAD]', 'special'],
      ['capital', 'fragment'],
      ['city', undefined],
    ]);
    expect(named('l2')).toEqual([
      ['town', undefined],
      ['empty', 'zero'],
      ['capital', 'fragment'],
    ]);
    expect(one!.nearest.cosine!.map(({ token }) => token)).toEqual(['city', 'the', 'town']);
    // Counted among the ordinary tokens alone: 8, 5 and 1.
    expect(one!.normPercentile).toBeCloseTo(1 / 3, 12);
  });

  test('say where the vector is still nearest to the token it started from', () => {
    expect(near([3, 4], 'cosine', 2).unmoved).toBe(true);
    expect(near([3, 4], 'cosine', 1).unmoved).toBe(false);
    expect(near([3, 4], 'cosine').unmoved).toBe(false);
  });

  test('come with the norm and its place among the embeddings looked at', () => {
    // Norms looked at: 8, 5, 5, 1.
    expect(near([3, 4], 'cosine').norm).toBe(5);
    expect(near([3, 4], 'cosine').normPercentile).toBe(0.25);
    expect(near([60, 80], 'cosine').normPercentile).toBe(1);
    expect(near([0, 0], 'cosine').normPercentile).toBe(0);
  });

  test('of a vector of zeros have similarity 0 and the lowest ids', () => {
    const { nearest } = near([0, 0], 'cosine');
    expect(nearest.cosine?.map((n) => [n.id, n.similarity])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
  });

  test('with a table of another width are a bug', () => {
    expect(() =>
      nearestTokens({
        vectors: new Float32Array(4),
        table: new Float32Array(9),
        width: 2,
        tokens,
        exclude: new Set(),
        metrics: ['cosine'],
        count: 1,
      }),
    ).toThrow('no common width 2');
  });

  test.each([false, true])(
    'agree with sorting the whole vocabulary (by the engine: %s)',
    async (fast) => {
      const random = new Random(11);
      const width = 7;
      const big = Float32Array.from({ length: 900 * width }, () => random.normal());
      const vectors = Float32Array.from({ length: 3 * width }, () => random.normal());
      const names = Array.from({ length: 900 }, (_, id) => `t${id}`);
      const metrics = ['cosine', 'dot', 'l2'] as const;
      const found = nearestTokens({
        vectors,
        table: big,
        width,
        tokens: names,
        exclude: new Set([5]),
        metrics,
        count: 5,
        ...(fast && { products: await productsOf(vectors, big, width) }),
      });
      found.forEach((one, p) => {
        const v = vectors.subarray(p * width, (p + 1) * width);
        const scored = names.map((_, id) => {
          const row = big.subarray(id * width, (id + 1) * width);
          const dot = row.reduce((sum, x, d) => sum + x * v[d]!, 0);
          const cosine = dot / (Math.hypot(...row) * Math.hypot(...v));
          const l2 = -Math.hypot(...Array.from(row, (x, d) => x - v[d]!));
          return { id, cosine, dot, l2 };
        });
        for (const metric of metrics) {
          const sorted = scored
            .filter((s) => s.id !== 5)
            .sort((a, b) => b[metric] - a[metric])
            .slice(0, 5);
          expect(one.nearest[metric]?.map((n) => n.id)).toEqual(sorted.map((s) => s.id));
          one.nearest[metric]!.forEach((n, i) => {
            expect(n.similarity).toBeCloseTo(sorted[i]![metric], 5);
          });
          const all = scored.sort((a, b) => b[metric] - a[metric]).slice(0, 5);
          expect(one.nearestOfAll[metric]?.map((n) => n.id)).toEqual(all.map((s) => s.id));
        }
      });
    },
  );
});
