/**
 * What random vectors are near. Some token is always the nearest, and in a large vocabulary it is not
 * far: a similarity says something only beside that of a vector that says nothing.
 *
 *   R draws   V vocabulary   D width
 */
import { quantileSorted } from 'simple-statistics';
import { Random } from '../../base/random.ts';
import type { Metric, RandomNeighbors } from '../../protocol/report.ts';
import { nearestTokens, type Neighborhood, type TableProducts } from '../nearestTokens.ts';
import type { PromptModel } from '../promptModel.ts';
import { vocabularyTexts } from '../reading/tokenKinds.ts';
import { differing } from './nearTokens.ts';

/** R, enough for the share below. */
const draws = 40;
/** Share of the draws whose nearest token is no nearer than the limit. */
const level = 0.95;
const seed = 20211217;

/** Random directions of unit length, the same for every prompt of a model, with their products. */
interface Directions extends TableProducts {
  /** float32 [R, D] */
  readonly vectors: Float32Array;
  /** Ids that can be near: neither left out nor of norm zero. */
  readonly ids: Int32Array;
  /** For each draw the cosine similarity and the dot product of its nearest token. */
  readonly cosines: readonly number[];
  readonly largestDots: readonly number[];
}

const known = new WeakMap<PromptModel, Promise<Directions>>();

/** Gives for a norm the similarity that the nearest tokens of 19 in 20 random vectors do not exceed. */
export type RandomLimits = (metric: Metric, norm: number) => number;

/** The limits for vectors of norms from `shortest` to `longest`. */
export async function randomLimits(
  model: PromptModel,
  shortest: number,
  longest: number,
): Promise<RandomLimits> {
  const { dots, norms, ids, cosines, largestDots } = await directionsOf(model);
  const lines = cosines.map((_, draw) => {
    const own = productsOf(dots, norms.length, draw);
    const [slope, intercept] = [(id: number) => 2 * own[id]!, (id: number) => -(norms[id]! ** 2)];
    return envelope(ids, slope, intercept, shortest, longest);
  });
  return (metric, norm) => {
    switch (metric) {
      case 'cosine':
        return atLevel(cosines);
      case 'dot':
        return norm * atLevel(largestDots);
      case 'l2':
        // |n u − e|² = n² − (2 n u·e − |e|²), smallest where the line in brackets is largest.
        return -Math.sqrt(Math.max(0, norm ** 2 - atLevel(lines.map((largest) => largest(norm)))));
    }
  };
}

export interface RandomInputs {
  /** Of all the vectors. */
  readonly norm: number;
  /** Neighbors wanted. */
  readonly count: number;
  readonly metrics: readonly Metric[];
}

/** The neighbors of random vectors of a norm: of one draw, and how near those of all are. */
export async function randomNeighbors(
  model: PromptModel,
  { norm, count, metrics }: RandomInputs,
): Promise<RandomNeighbors> {
  const limits = await randomLimits(model, norm, norm);
  const { vectors, dots, norms, cosines } = await directionsOf(model);
  const { texts, kinds, unreadable } = vocabularyTexts(model.open.tokenizer);
  const { width } = model;
  const draw = middleOf(cosines);
  const scaled = (values: Float32Array) => values.map((value) => value * norm);
  const [{ nearest, nearestOfAll }] = nearestTokens({
    vectors: scaled(vectors.subarray(draw * width, (draw + 1) * width)),
    table: await model.embeddingTable(),
    products: { dots: scaled(productsOf(dots, norms.length, draw)), norms },
    width,
    tokens: texts,
    exclude: unreadable,
    kinds,
    metrics,
    count,
  }) as [Neighborhood];
  const ofAll = differing(nearestOfAll, nearest);
  return {
    draws,
    norm,
    nearestBy: nearest,
    ...(ofAll && { nearestOfAll: ofAll }),
    limits: Object.fromEntries(metrics.map((metric) => [metric, limits(metric, norm)])),
  };
}

function directionsOf(model: PromptModel): Promise<Directions> {
  let directions = known.get(model);
  if (!directions) {
    directions = drawDirections(model);
    known.set(model, directions);
  }
  return directions;
}

async function drawDirections(model: PromptModel): Promise<Directions> {
  const vectors = unitVectors(draws, model.width, new Random(seed));
  const { dots, norms } = await model.tableProducts(vectors);
  const { texts, unreadable } = vocabularyTexts(model.open.tokenizer);
  const ids = Int32Array.from({ length: Math.min(norms.length, texts.length) }, (_, id) => id);
  const near = ids.filter((id) => !unreadable.has(id) && norms[id]! > 0);
  const largest = (value: (dot: number, norm: number) => number) =>
    Array.from({ length: draws }, (_, draw) => {
      const own = productsOf(dots, norms.length, draw);
      return largestOf(near, (id) => value(own[id]!, norms[id]!));
    });
  return {
    vectors,
    dots,
    norms,
    ids: near,
    cosines: largest((dot, norm) => dot / norm),
    largestDots: largest((dot) => dot),
  };
}

/** `count` random directions, float32 [count, width], each of norm 1. */
function unitVectors(count: number, width: number, random: Random): Float32Array {
  const vectors = Float32Array.from({ length: count * width }, () => random.normal());
  for (let start = 0; start < vectors.length; start += width) {
    const one = vectors.subarray(start, start + width);
    const norm = Math.hypot(...one);
    for (let d = 0; d < width; d++) one[d]! /= norm;
  }
  return vectors;
}

const productsOf = (dots: Float32Array, rows: number, draw: number) =>
  dots.subarray(draw * rows, (draw + 1) * rows);

const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);

const atLevel = (values: readonly number[]) => quantileSorted(ascending(values), level);

/** The index of the value in the middle. */
const middleOf = (values: readonly number[]) =>
  values.indexOf(ascending(values)[Math.floor(values.length / 2)]!);

function largestOf(ids: Int32Array, value: (id: number) => number): number {
  let largest = -Infinity;
  for (const id of ids) largest = Math.max(largest, value(id));
  return largest;
}

/**
 * The largest of the lines `slope(id) · x + intercept(id)` as a function of x from `low` to `high`.
 * Lines that are nowhere the largest there are left out first, which are nearly all of them.
 */
export function envelope(
  ids: Int32Array,
  slope: (id: number) => number,
  intercept: (id: number) => number,
  low: number,
  high: number,
): (x: number) => number {
  if (ids.length === 0) return () => -Infinity;
  const at = (x: number) => (id: number) => slope(id) * x + intercept(id);
  const [first, last] = [largestAt(ids, at(low)), largestAt(ids, at(high))];
  const steeper = slope(last) - slope(first);
  // Both ends' largest lines cross here. A line below both at the crossing and the ends is below
  // between them, too.
  const crossing = steeper > 0 ? (intercept(first) - intercept(last)) / steeper : low;
  const between = at(Math.min(high, Math.max(low, crossing)));
  const bound = Math.max(between(first), between(last));
  const candidates = ids.filter((id) => id === first || id === last || between(id) > bound);
  return (x) => largestOf(candidates, at(x));
}

function largestAt(ids: Int32Array, value: (id: number) => number): number {
  let largest = ids[0]!;
  for (const id of ids) if (value(id) > value(largest)) largest = id;
  return largest;
}
