/**
 * Principal component analysis of a few points in many dimensions, by the eigenvectors of their Gram
 * matrix (Jolliffe 2002, Principal Component Analysis, section 3.5): n points, not n dimensions,
 * bound the work.
 */
import { invariant } from '../../base/errors.ts';

/** The axes along which points differ most. */
export interface PrincipalComponents {
  /** For each axis its share of the points' variance, 0 … 1, the largest first. */
  readonly explained: readonly number[];
  /** Where a point lies on the axes, the mean of the points being the origin. */
  readonly place: (point: ArrayLike<number>) => number[];
}

/**
 * The first axes of `points`, each of the same width. An axis points to where its largest component
 * is positive, so the same points always have the same places. Axes without variance give 0.
 */
export function principalComponents(
  points: readonly ArrayLike<number>[],
  axes: number,
): PrincipalComponents {
  const width = points[0]?.length ?? 0;
  invariant(
    points.every((point) => point.length === width),
    'Points of a principal component analysis differ in width.',
  );
  const mean = Array.from(
    { length: width },
    (_, d) => sum(points, (point) => point[d]!) / points.length,
  );
  const centered = points.map((point) => Float64Array.from(mean, (value, d) => point[d]! - value));
  const gram = centered.map((a) => centered.map((b) => dot(a, b)));
  const found = symmetricEigen(gram).slice(0, axes);
  const total = sum(gram, (_, i) => gram[i]![i]!);
  const directions = found.map(({ value, vector }) => {
    const direction = new Float64Array(width);
    // Rounding leaves tiny values where there is no variance.
    if (value <= total * 1e-12) return direction;
    centered.forEach((point, i) => {
      for (let d = 0; d < width; d++) direction[d]! += (vector[i]! * point[d]!) / Math.sqrt(value);
    });
    return oriented(direction);
  });
  return {
    explained: found.map(({ value }) => (total > 0 ? Math.max(0, value) / total : 0)),
    place: (point) => {
      const own = Float64Array.from(mean, (value, d) => point[d]! - value);
      return directions.map((direction) => dot(own, direction));
    },
  };
}

/** An eigenvalue with its eigenvector of norm 1. */
export interface Eigen {
  readonly value: number;
  readonly vector: readonly number[];
}

/** More sweeps than any matrix needs; convergence is quadratic. */
const mostSweeps = 60;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, the largest value first, by cyclic Jacobi
 * rotations (Golub & Van Loan 2013, Matrix Computations, section 8.5).
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigen[] {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((__, j) => Number(i === j)));
  const scale = Math.sqrt(sum(a, (row) => sum(row, (value) => value * value)));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    const off = sum(a, (row, i) => sum(row, (value, j) => (i === j ? 0 : value * value)));
    if (Math.sqrt(off) <= scale * 1e-14) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, p, q);
  }
  return a
    .map((row, i) => ({ value: row[i]!, vector: vectors.map((components) => components[i]!) }))
    .sort((x, y) => y.value - x.value);
}

/** The rotation in the plane of `p` and `q` that makes the element there zero. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const apq = a[p]![q]!;
  if (apq === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const row of a) [row[p], row[q]] = turned(row[p]!, row[q]!);
  const [rowP, rowQ] = [a[p]!, a[q]!];
  rowP.forEach((value, k) => ([rowP[k], rowQ[k]] = turned(value, rowQ[k]!)));
  for (const row of vectors) [row[p], row[q]] = turned(row[p]!, row[q]!);

  function turned(x: number, y: number): [number, number] {
    return [c * x - s * y, s * x + c * y];
  }
}

/** The direction or its opposite: the one whose largest component is positive. */
function oriented(direction: Float64Array): Float64Array {
  const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return largest < 0 ? direction.map((value) => -value) : direction;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let result = 0;
  for (let d = 0; d < a.length; d++) result += a[d]! * b[d]!;
  return result;
}

function sum<T>(items: readonly T[], value: (item: T, index: number) => number): number {
  return items.reduce((total, item, i) => total + value(item, i), 0);
}
