/** Keeps the vectors of a training at its start and at its validations, within a fixed size. */
import type { VectorPath } from '../runs/vectorPath.ts';

/** A slider needs no more places, and 20 validations, as many as there are unless told, fit. */
const mostSnapshots = 33;
/** Bytes of all snapshots together; the file is written anew at every validation. */
const mostBytes = 16 * 2 ** 20;

/** What is fixed over a training. */
export type PathShape = Pick<VectorPath, 'width' | 'startIds'> & {
  /** Steps from one validation to the next. */
  readonly every: number;
};

/**
 * The path so far. Beyond the limit every second validation is left out, then every fourth, and so
 * on; the start, the best and the last stay. What is kept depends on nothing but the steps, so a
 * training that was resumed keeps the same.
 */
export class PathRecorder {
  readonly #shape: PathShape;
  readonly #capacity: number;
  readonly #taken: Map<number, Float32Array>;

  /**
   * @param earlier  what a resumed training had recorded
   * @param until    its step; later ones will happen again
   */
  constructor(shape: PathShape, earlier?: VectorPath, until = 0) {
    const bytes = shape.width * shape.startIds.length * Float32Array.BYTES_PER_ELEMENT;
    this.#shape = shape;
    this.#capacity = Math.max(3, Math.min(mostSnapshots, Math.floor(mostBytes / bytes)));
    const entries = (earlier?.steps ?? []).map(
      (step, i) => [step, earlier!.snapshots[i]!] as const,
    );
    this.#taken = new Map(entries.filter(([step]) => step <= until));
  }

  has(step: number): boolean {
    return this.#taken.has(step);
  }

  /** The path with the vectors of `step`, the latest so far; `best` is the best step so far. */
  record(step: number, vectors: Float32Array, best: number): VectorPath {
    this.#taken.set(step, vectors.slice());
    const stride = this.#strideAt(this.#indexOf(step));
    for (const taken of this.#taken.keys()) {
      const stays = taken === step || taken === best || this.#indexOf(taken) % stride === 0;
      if (!stays) this.#taken.delete(taken);
    }
    const ordered = [...this.#taken].sort(([a], [b]) => a - b);
    const { width, startIds } = this.#shape;
    return {
      steps: ordered.map(([taken]) => taken),
      snapshots: ordered.map(([, snapshot]) => snapshot),
      width,
      startIds,
    };
  }

  /** 0 for the start, 1 for the first validation; the last one may come early. */
  #indexOf(step: number): number {
    return Math.ceil(step / this.#shape.every);
  }

  /** The smallest power of two at which start, strides, best and last fit. */
  #strideAt(index: number): number {
    let stride = 1;
    while (Math.floor(index / stride) + 3 > this.#capacity) stride *= 2;
    return stride;
  }
}
