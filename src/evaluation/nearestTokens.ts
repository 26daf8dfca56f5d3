/**
 * Which vocabulary tokens a prompt's vectors are near. A reading aid: a vector need not mean what
 * its nearest tokens say, so every neighbor comes with how near it is.
 *
 *   P vectors   V vocabulary   D width
 */
import { invariant } from '../base/errors.ts';
import type { Metric, NearToken } from '../protocol/report.ts';

export interface NearestInputs {
  /** float32 [P, D] */
  readonly vectors: Float32Array;
  /** The model's token embeddings, float32 [V, D]. */
  readonly table: Float32Array;
  readonly width: number;
  /** The token of each id; rows beyond it (padding of the table) are left out. */
  readonly tokens: readonly string[];
  /** Ids to leave out, such as special tokens. */
  readonly exclude: ReadonlySet<number>;
  readonly metrics: readonly Metric[];
  /** Neighbors wanted for each vector. */
  readonly count: number;
  /** For each vector the id it started from, where it started from a token. */
  readonly startIds?: readonly (number | undefined)[];
}

export interface Neighborhood {
  /** For each metric asked for, nearest first. */
  readonly nearest: Readonly<Partial<Record<Metric, readonly NearToken[]>>>;
  /** Euclidean norm of the vector. */
  readonly norm: number;
  /** Share of the embeddings looked at whose norm is smaller, 0 … 1. */
  readonly normPercentile: number;
  /** Under the first metric the nearest token is the one that the vector started from. */
  readonly unmoved: boolean;
}

/**
 * The neighborhood of each of the P vectors, in one pass over the table. Rows that are left out or
 * have norm zero are no neighbors and do not count for percentiles; of equally near tokens the
 * lower id comes first. Time P·V·D, and no memory beyond the results.
 */
export function nearestTokens(inputs: NearestInputs): Neighborhood[] {
  const { vectors, table, width, tokens, exclude, metrics, count, startIds } = inputs;
  invariant(
    width > 0 && vectors.length % width === 0 && table.length % width === 0,
    `Vectors of ${vectors.length} and a table of ${table.length} numbers have no common width ${width}.`,
  );
  const nVectors = vectors.length / width;
  const norms = Array.from({ length: nVectors }, (_, p) => normOf(vectors, p * width, width));
  const best = norms.map(() => metrics.map(() => new Nearest(count)));
  const shorter = new Array<number>(nVectors).fill(0);
  let rows = 0;
  const nRows = Math.min(table.length / width, tokens.length);
  for (let id = 0; id < nRows; id++) {
    if (exclude.has(id)) continue;
    const norm = normOf(table, id * width, width);
    if (norm === 0) continue;
    rows++;
    for (let p = 0; p < nVectors; p++) {
      const dot = dotOf(vectors, p * width, table, id * width, width);
      const own = norms[p]!;
      if (norm < own) shorter[p]!++;
      metrics.forEach((metric, m) => best[p]![m]!.offer(id, similarityOf(metric, dot, own, norm)));
    }
  }
  return norms.map((norm, p) => {
    const lists = metrics.map((metric, m) => [metric, best[p]![m]!.tokens(tokens)] as const);
    const first = lists[0]?.[1][0];
    return {
      nearest: Object.fromEntries(lists),
      norm,
      normPercentile: rows === 0 ? 0 : shorter[p]! / rows,
      unmoved: first !== undefined && first.id === startIds?.[p],
    };
  });
}

/** The `count` best ids so far, sorted; most offers fail the first comparison. */
class Nearest {
  readonly #count: number;
  readonly #ids: number[] = [];
  readonly #similarities: number[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  offer(id: number, similarity: number): void {
    const { length } = this.#ids;
    if (length === this.#count && !(similarity > this.#similarities[length - 1]!)) return;
    let place = length;
    while (place > 0 && similarity > this.#similarities[place - 1]!) place--;
    this.#ids.splice(place, 0, id);
    this.#similarities.splice(place, 0, similarity);
    if (length === this.#count) {
      this.#ids.pop();
      this.#similarities.pop();
    }
  }

  tokens(names: readonly string[]): NearToken[] {
    return this.#ids.map((id, i) => ({
      token: names[id]!,
      id,
      similarity: this.#similarities[i]!,
    }));
  }
}

/** Larger is nearer: the cosine, the dot product, or minus the distance √(a² − 2ab + b²). */
function similarityOf(metric: Metric, dot: number, ownNorm: number, rowNorm: number): number {
  switch (metric) {
    case 'cosine':
      return ownNorm === 0 ? 0 : dot / (ownNorm * rowNorm);
    case 'dot':
      return dot;
    case 'l2':
      return -Math.sqrt(Math.max(0, ownNorm * ownNorm - 2 * dot + rowNorm * rowNorm));
  }
}

function normOf(values: Float32Array, start: number, width: number): number {
  return Math.sqrt(dotOf(values, start, values, start, width));
}

/** Accumulates in float64. */
function dotOf(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += a[i + d]! * b[j + d]!;
  return sum;
}
