/** Seeded random numbers. Nothing in the project takes chance from anywhere else. */
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random numbers; the same seed gives the same stream on every machine. */
export class Random {
  #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
    // The first draws of close seeds are alike: skip past them.
    for (let i = 0; i < 16; i++) this.#generator.next();
  }

  /** A stream that goes on where `state` was taken. */
  static fromState(state: readonly number[]): Random {
    const random = new Random(0);
    random.#generator = xoroshiro128plusFromState(state);
    return random;
  }

  /** The whole state, for a checkpoint. */
  get state(): readonly number[] {
    return this.#generator.getState();
  }

  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number {
    return (this.#generator.next() >>> 0) / 0x1_0000_0000;
  }

  /** A whole number in [0, n). */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal, by Box and Muller's transform. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A shuffled copy (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }
}
