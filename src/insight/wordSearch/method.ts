/** What the methods that search words have in common. */
import type { Random } from '../../base/random.ts';
import type { SearchSpace } from './searchSpace.ts';

export interface SearchInputs {
  readonly space: SearchSpace;
  /** Where the search starts, one id a place; it can be written. */
  readonly start: readonly number[];
  /** Learned vectors, float32 [P, D]. */
  readonly vectors: Float32Array;
  readonly steps: number;
  readonly random: Random;
  /** Called after every step; throws when the search is to stop. */
  readonly onStep: (step: number, best: Found) => void;
}

/** Tokens with their mean loss over the validation examples, nats. */
export interface Found {
  readonly ids: readonly number[];
  readonly loss: number;
}

/** A way to search, and what it costs. */
export interface Search {
  readonly run: (inputs: SearchInputs) => Promise<Found>;
  /** How many steps it makes at most of those that were asked for. */
  readonly steps: (asked: number, space: SearchSpace) => number;
  /** The work of a step, at most (`SearchSpace.onWork`). */
  readonly workOfStep: (space: SearchSpace) => number;
}

/** Keeps the tokens with the smallest validation loss. */
export class Best {
  readonly #space: SearchSpace;
  readonly #known = new Map<string, number>();
  #found: Found | undefined;

  constructor(space: SearchSpace) {
    this.#space = space;
  }

  /** Scores `ids` on validation, unless that was done, where they can be written. */
  async offer(ids: readonly number[]): Promise<void> {
    const key = ids.join();
    if (this.#known.has(key) || !this.#space.canBeWritten(ids)) return;
    const loss = await this.#space.validationLoss(ids);
    this.#known.set(key, loss);
    if (!this.#found || loss < this.#found.loss) this.#found = { ids: [...ids], loss };
  }

  /** The best so far; something must have been offered. */
  get found(): Found {
    return this.#found!;
  }
}

/** The `count` of `ids` with the largest scores, best first; of equal ones the lower id. */
export function largest(
  ids: readonly number[],
  scoreOf: (id: number) => number,
  count: number,
): number[] {
  return ids
    .map((id) => ({ id, score: scoreOf(id) }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, count)
    .map(({ id }) => id);
}

/** Σ aᵢ·bᵢ over a row of `b` that starts at `start`. */
export function dot(a: Float32Array, b: Float32Array, start = 0): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[start + i]!;
  return sum;
}

/** The cosine similarity of each of `ids` to a vector. */
export function cosineTo(space: SearchSpace, vector: Float32Array): (id: number) => number {
  return (id) => {
    const row = space.embedding(id);
    const norm = Math.sqrt(dot(row, row));
    return norm === 0 ? -1 : dot(vector, row) / norm;
  };
}
