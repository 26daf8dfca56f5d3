import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import {
  principalComponents,
  symmetricEigen,
} from '../../../src/evaluation/vectors/principalComponents.ts';

describe('eigenvalues of a symmetric matrix', () => {
  test('are those computed by hand', () => {
    // (2 − λ)² = 1: 3 and 1, along (1, 1) and (1, −1).
    const [first, second] = symmetricEigen([
      [2, 1],
      [1, 2],
    ]);
    expect(first!.value).toBeCloseTo(3, 12);
    expect(Math.abs(first!.vector[0]! + first!.vector[1]!)).toBeCloseTo(Math.SQRT2, 12);
    expect(second!.value).toBeCloseTo(1, 12);
    expect(Math.abs(second!.vector[0]! - second!.vector[1]!)).toBeCloseTo(Math.SQRT2, 12);
    // (2 − λ)((2 − λ)² − 2) = 0: 2 and 2 ± √2.
    const values = symmetricEigen([
      [2, -1, 0],
      [-1, 2, -1],
      [0, -1, 2],
    ]).map(({ value }) => value);
    [2 + Math.SQRT2, 2, 2 - Math.SQRT2].forEach((value, i) =>
      expect(values[i]).toBeCloseTo(value, 12),
    );
    expect(
      symmetricEigen([
        [0, 0],
        [0, 0],
      ]).map(({ value }) => value),
    ).toEqual([0, 0]);
    expect(symmetricEigen([])).toEqual([]);
  });

  test('and their vectors give the matrix back, and are at right angles', () => {
    const random = new Random(1);
    for (const n of [1, 3, 20, 60]) {
      const half = Array.from({ length: n }, () =>
        Array.from({ length: n }, () => random.normal()),
      );
      const matrix = half.map((row, i) => row.map((value, j) => value + half[j]![i]!));
      const found = symmetricEigen(matrix);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const product = found.reduce(
            (total, { value, vector }) => total + value * vector[i]! * vector[j]!,
            0,
          );
          expect(product).toBeCloseTo(matrix[i]![j]!, 9);
          const angle = found[i]!.vector.reduce((t, x, k) => t + x * found[j]!.vector[k]!, 0);
          expect(angle).toBeCloseTo(Number(i === j), 9);
        }
      }
      expect(found.map(({ value }) => value)).toEqual(
        found.map(({ value }) => value).toSorted((a, b) => b - a),
      );
    }
  });
});

describe('principal components', () => {
  test('are those computed by hand', () => {
    // Mean (2, 1). Along (3, 4) / 5: −10, 0, 10; along (4, −3) / 5: 1, −2, 1.
    const along = (a: number, b: number) => [2 + (3 * a + 4 * b) / 5, 1 + (4 * a - 3 * b) / 5];
    const points = [along(-10, 1), along(0, -2), along(10, 1)];
    const { explained, place } = principalComponents(points, 2);
    expect(explained[0]).toBeCloseTo(200 / 206, 12);
    expect(explained[1]).toBeCloseTo(6 / 206, 12);
    [
      [-10, 1],
      [0, -2],
      [10, 1],
    ].forEach(([first, second], i) => {
      expect(place(points[i]!)[0]).toBeCloseTo(first!, 10);
      expect(place(points[i]!)[1]).toBeCloseTo(second!, 10);
    });
    // A point that was not among them, twice as far out.
    expect(place(along(20, 0))[0]).toBeCloseTo(20, 10);
  });

  test('point to where their largest component is positive', () => {
    for (const sign of [1, -1]) {
      const { place } = principalComponents(
        [
          [0, 0],
          [sign * -1, sign * -5],
        ],
        1,
      );
      expect(place([1, 5])[0]).toBeGreaterThan(place([0, 0])[0]!);
    }
  });

  test('keep distances where the points lie in a plane', () => {
    const random = new Random(4);
    const [a, b] = [0, 1].map(() => Array.from({ length: 30 }, () => random.normal()));
    const points = Array.from({ length: 12 }, () => {
      const [x, y] = [random.normal(), random.normal()];
      return a!.map((value, d) => 7 + x * value + y * b![d]!);
    });
    const { explained, place } = principalComponents(points, 2);
    expect(explained[0]! + explained[1]!).toBeCloseTo(1, 12);
    for (const p of points) {
      for (const q of points) {
        const apart = Math.hypot(...p.map((value, d) => value - q[d]!));
        const [u, v] = [place(p), place(q)];
        expect(Math.hypot(u[0]! - v[0]!, u[1]! - v[1]!)).toBeCloseTo(apart, 9);
      }
    }
  });

  test('of points without variance are zero', () => {
    expect(principalComponents([[1, 2]], 2).place([5, 5])).toEqual([0]);
    const { explained, place } = principalComponents(
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      2,
    );
    expect(explained).toEqual([0, 0]);
    expect(place([5, 5])).toEqual([0, 0]);
    // All on one line: the second axis has nothing to show.
    const line = principalComponents(
      [
        [0, 0],
        [1, 1],
        [3, 3],
      ],
      2,
    );
    expect(line.explained[0]).toBeCloseTo(1, 12);
    expect(line.place([9, 0])[1]).toBe(0);
  });
});
