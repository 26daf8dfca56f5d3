import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import {
  bootstrapInterval,
  examplesNeeded,
  holmCorrected,
  mcNemarExact,
  pairedBootstrapInterval,
  wilsonInterval,
} from '../../src/evaluation/statistics.ts';

describe('the Wilson interval', () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", Statistics in
  // Medicine 17, table I, method 3 (score without continuity correction), four decimals.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i agrees with Newcombe', (right, n, low, high) => {
    const interval = wilsonInterval(right / n, n);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });

  test('solves |p − π| = z √(π(1 − π)/n) at both ends, which defines it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, p) => {
          for (const bound of wilsonInterval(p, n)) {
            const z = Math.abs(p - bound) / Math.sqrt((bound * (1 - bound)) / n || 1);
            if (bound > 1e-9 && bound < 1 - 1e-9) expect(z).toBeCloseTo(1.959963984540054, 5);
          }
        },
      ),
    );
  });

  test('ends exactly at 0 and 1 where nothing, or everything, is right', () => {
    expect(wilsonInterval(0, 57)[0]).toBe(0);
    expect(wilsonInterval(1, 57)[1]).toBe(1);
  });

  test('of no example is a bug', () => {
    expect(() => wilsonInterval(0.5, 0)).toThrow('of 0 examples');
  });
});

describe("McNemar's exact test", () => {
  // Fagerland, Lydersen and Laake 2013, BMC Medical Research Methodology 13:91: airway
  // hyper-responsiveness before and after transplantation, 1 and 7 discordant pairs, p = 0.070.
  test('agrees with Fagerland, Lydersen and Laake', () => {
    expect(mcNemarExact(1, 7)).toBeCloseTo(0.0703125, 12);
    expect(mcNemarExact(7, 1)).toBeCloseTo(0.0703125, 12);
  });

  test.each([
    [0, 0, 1],
    [4, 4, 1],
    [4, 5, 1],
    [0, 1, 1],
    [0, 5, 2 / 32],
    [1, 9, (2 * 11) / 1024],
    [2, 10, (2 * (1 + 12 + 66)) / 4096],
  ])('of %i and %i is the binomial tail in closed form', (won, lost, p) => {
    expect(mcNemarExact(won, lost)).toBeCloseTo(p, 12);
  });

  test('stays exact where the terms underflow', () => {
    // 2·2^−1060 is a subnormal number; 2·2^−2000 is none at all.
    expect(Math.log2(mcNemarExact(0, 1060))).toBeCloseTo(-1059, 9);
    expect(mcNemarExact(0, 2000)).toBe(0);
    // Normal approximation with continuity correction: z = (200 − 1)/√40000 → p = 0.3197.
    expect(mcNemarExact(20_100, 19_900)).toBeCloseTo(0.3197, 3);
  });

  test('agrees with the sum of its terms for every small table', () => {
    for (let n = 0; n <= 40; n++) {
      for (let k = 0; 2 * k <= n; k++) {
        let term = 0.5 ** n;
        let tail = 0;
        for (let i = 0; i <= k; i++) {
          tail += term;
          term *= (n - i) / (i + 1);
        }
        expect(mcNemarExact(k, n - k)).toBeCloseTo(Math.min(1, 2 * tail), 12);
      }
    }
  });
});

describe("Holm's correction", () => {
  test('multiplies by the number of hypotheses left and never falls', () => {
    // By hand: 0.005·4, 0.01·3, 0.03·2, then 0.04·1 raised to 0.06.
    const corrected = holmCorrected([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((p, i) => expect(corrected[i]).toBeCloseTo(p, 12));
  });

  test('leaves one p-value as it is, caps at 1 and takes none', () => {
    expect(holmCorrected([0.3])).toEqual([0.3]);
    expect(holmCorrected([0.7, 0.6])).toEqual([1, 1]);
    expect(holmCorrected([])).toEqual([]);
  });

  test('keeps the order of the p-values and never lowers one', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (ps) => {
        const corrected = holmCorrected(ps);
        ps.forEach((p, i) => {
          expect(corrected[i]).toBeGreaterThanOrEqual(p);
          ps.forEach((q, j) => {
            if (p < q) expect(corrected[i]).toBeLessThanOrEqual(corrected[j]!);
          });
        });
      }),
    );
  });
});

describe('the bootstrap', () => {
  const rightOf = (right: number, n: number) =>
    Array.from({ length: n }, (_, i) => Number(i < right));

  test('of a share agrees with p ± 1.96 √(p(1 − p)/n) on a large split', () => {
    const [low, high] = bootstrapInterval(rightOf(840, 2000), new Random(1));
    const half = 1.96 * Math.sqrt((0.42 * 0.58) / 2000);
    expect(Math.abs(low - (0.42 - half))).toBeLessThan(0.0015);
    expect(Math.abs(high - (0.42 + half))).toBeLessThan(0.0015);
  });

  test('of two values spans both, as 1 in 4 resamples is all one value', () => {
    expect(bootstrapInterval([0, 1], new Random(1))).toEqual([0, 1]);
  });

  test('covers the true share about 95 times in 100', () => {
    const random = new Random(7);
    let covered = 0;
    for (let trial = 0; trial < 400; trial++) {
      const sample = Array.from({ length: 60 }, () => Number(random.uniform() < 0.6));
      const [low, high] = bootstrapInterval(sample, random, 400);
      if (low <= 0.6 && 0.6 <= high) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.9);
    expect(covered / 400).toBeLessThan(0.98);
  });

  test('of pairs agrees with the standard error of a paired difference', () => {
    // 2000 pairs, 300 won and 200 lost: d = 0.05, SE = √((0.25 − 0.05²)/2000).
    const a = rightOf(1300, 2000);
    const b = a.map((value, i) => (i >= 1000 && i < 1300 ? 0 : i >= 1300 && i < 1500 ? 1 : value));
    const [low, high] = pairedBootstrapInterval(a, b, new Random(3));
    const half = 1.96 * Math.sqrt((0.25 - 0.05 ** 2) / 2000);
    expect(Math.abs(low - (0.05 - half))).toBeLessThan(0.0015);
    expect(Math.abs(high - (0.05 + half))).toBeLessThan(0.0015);
  });

  test('gives the same interval for the same seed', () => {
    const values = rightOf(20, 57);
    expect(bootstrapInterval(values, new Random(5))).toEqual(
      bootstrapInterval(values, new Random(5)),
    );
  });

  test('of lists of different length is a bug', () => {
    expect(() => pairedBootstrapInterval([1], [1, 0], new Random(1))).toThrow('no pairs');
  });
});

describe('the examples needed', () => {
  test("follow Connor's formula", () => {
    // By hand: d = 0.1, discordant 0.3: (1.95996·√0.3 + 0.84162·√0.29)²/0.01 = 233.1.
    expect(examplesNeeded(0.1, 0.3)).toBe(234);
    expect(examplesNeeded(-0.1, 0.3)).toBe(234);
    expect(examplesNeeded(0, 0.3)).toBe(Infinity);
  });
});
