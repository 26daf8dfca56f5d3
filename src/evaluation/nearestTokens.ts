/**
 * Which vocabulary tokens a prompt's vectors are near. A reading aid: a vector need not mean what
 * its nearest tokens say, so every neighbor comes with how near it is.
 *
 *   P vectors   V vocabulary   D width
 */
import { invariant } from '../base/errors.ts';
import type { Metric, NearToken, TokenKind } from '../protocol/report.ts';

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
  /** What tokens are that are not ordinary ones. */
  readonly kinds?: ReadonlyMap<number, TokenKind>;
  readonly metrics: readonly Metric[];
  /** Neighbors wanted for each vector. */
  readonly count: number;
  /** For each vector the id it started from, where it started from a token. */
  readonly startIds?: readonly (number | undefined)[];
  /** Computed by the engine, which is far quicker over a large vocabulary. */
  readonly products?: TableProducts;
}

/** The products of vectors with a table of embeddings; float32, so neighbors are measured again. */
export interface TableProducts {
  /** vectors · tableᵀ, [P, V] */
  readonly dots: Float32Array;
  /** Euclidean norms of the table's rows, [V] */
  readonly norms: Float32Array;
}

/** Neighbors beyond those asked for that are measured exactly: rounding may have swapped some. */
const margin = 8;

export interface Neighborhood {
  /** For each metric asked for, nearest first. */
  readonly nearest: Readonly<Partial<Record<Metric, readonly NearToken[]>>>;
  /** The same among all tokens, those left out and rows of zeros too. */
  readonly nearestOfAll: Readonly<Partial<Record<Metric, readonly NearToken[]>>>;
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
 * lower id comes first. Time P·V, and P·V·D without `products`.
 */
export function nearestTokens(inputs: NearestInputs): Neighborhood[] {
  const { vectors, table, width, tokens, exclude, metrics, count, startIds, products } = inputs;
  invariant(
    width > 0 && vectors.length % width === 0 && table.length % width === 0,
    `Vectors of ${vectors.length} and a table of ${table.length} numbers have no common width ${width}.`,
  );
  const nVectors = vectors.length / width;
  const rows = table.length / width;
  const own = Array.from({ length: nVectors }, (_, p) => normOf(vectors, p * width, width));
  const heaps = () => own.map(() => metrics.map(() => new Nearest(count + margin)));
  const [best, leftOut] = [heaps(), heaps()];
  const shorter = new Array<number>(nVectors).fill(0);
  const known = new Uint8Array(Math.min(rows, tokens.length)).fill(1);
  for (const id of exclude) known[id] = 0;
  let counted = 0;
  known.forEach((isKnown, id) => {
    const norm = products ? products.norms[id]! : normOf(table, id * width, width);
    const counts = isKnown === 1 && norm > 0;
    if (counts) counted++;
    const offered = counts ? best : leftOut;
    for (let p = 0; p < nVectors; p++) {
      const dot = products
        ? products.dots[p * rows + id]!
        : dotOf(vectors, p * width, table, id * width, width);
      if (counts && norm < own[p]!) shorter[p]!++;
      for (let m = 0; m < metrics.length; m++) {
        offered[p]![m]!.offer(id, similarityOf(metrics[m]!, dot, own[p]!, norm));
      }
    }
  });
  const measured = (p: number, metric: Metric, id: number): NearToken => {
    const norm = normOf(table, id * width, width);
    const dot = dotOf(vectors, p * width, table, id * width, width);
    const kind = norm === 0 ? 'zero' : inputs.kinds?.get(id);
    return {
      token: tokens[id]!,
      id,
      similarity: similarityOf(metric, dot, own[p]!, norm),
      ...(kind !== undefined && { kind }),
    };
  };
  return own.map((norm, p) => {
    const lists = metrics.map((metric, m) => {
      const near = (ids: readonly number[]) => ids.map((id) => measured(p, metric, id));
      const ordinary = near(best[p]![m]!.ids);
      const all = [...ordinary, ...near(leftOut[p]![m]!.ids)];
      return { metric, nearest: firstOf(ordinary, count), all: firstOf(all, count) };
    });
    const first = lists[0]?.nearest[0];
    return {
      nearest: Object.fromEntries(lists.map(({ metric, nearest }) => [metric, nearest])),
      nearestOfAll: Object.fromEntries(lists.map(({ metric, all }) => [metric, all])),
      norm,
      normPercentile: counted === 0 ? 0 : shorter[p]! / counted,
      unmoved: first !== undefined && first.id === startIds?.[p],
    };
  });
}

/** The nearest ones first, of equally near ones the lower id. */
function firstOf(tokens: NearToken[], count: number): NearToken[] {
  return tokens.sort((a, b) => b.similarity - a.similarity || a.id - b.id).slice(0, count);
}

/** How near two vectors of width D are under a metric, as `NearToken.similarity` says. */
export function similarityBetween(metric: Metric, a: Float32Array, b: Float32Array): number {
  const { length } = a;
  return similarityOf(
    metric,
    dotOf(a, 0, b, 0, length),
    normOf(a, 0, length),
    normOf(b, 0, length),
  );
}

/** Euclidean norms of the rows of a table [V, D]. */
export function rowNorms(table: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: table.length / width }, (_, id) =>
    normOf(table, id * width, width),
  );
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

  /** Nearest first. */
  get ids(): readonly number[] {
    return this.#ids;
  }
}

/** Larger is nearer: the cosine, the dot product, or minus the distance √(a² − 2ab + b²). */
function similarityOf(metric: Metric, dot: number, ownNorm: number, rowNorm: number): number {
  switch (metric) {
    case 'cosine':
      return ownNorm === 0 || rowNorm === 0 ? 0 : dot / (ownNorm * rowNorm);
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
