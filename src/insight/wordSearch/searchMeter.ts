/**
 * How far a search is, by its work and not by its steps: one step of the beam is as much as dozens of
 * another method's. What is done never shrinks and what there is in all never changes; a method that
 * ends early makes a jump.
 */

/** How far the work is. */
export interface WorkDone {
  readonly done: number;
  readonly total: number;
  /** If all that is planned is to be done, as fast as what was done; absent before anything was, and at the end. */
  readonly secondsLeft?: number;
}

export class SearchMeter {
  readonly #ends: readonly number[];
  readonly #now: () => number;
  readonly #started: number;
  /** What was really done, which a jump leaves alone. */
  #worked = 0;
  #done = 0;
  #at = 0;

  /**
   * @param plans  the most work of each part, in order
   * @param now  milliseconds
   */
  constructor(plans: readonly number[], now: () => number) {
    let sum = 0;
    this.#ends = plans.map((most) => (sum += most));
    this.#now = now;
    this.#started = now();
  }

  /** Some work of the present part is done; more than was planned counts as all of it. */
  work(amount: number): void {
    this.#worked += amount;
    this.#done = Math.min(this.#done + amount, this.#ends[this.#at]!);
  }

  /** The present part has ended, early perhaps; the next one begins. */
  endPart(): void {
    this.#done = this.#ends[this.#at]!;
    this.#at = Math.min(this.#at + 1, this.#ends.length - 1);
  }

  get progress(): WorkDone {
    const [done, total] = [this.#done, this.#ends.at(-1)!];
    const seconds = (this.#now() - this.#started) / 1000;
    return {
      done,
      total,
      ...(this.#worked > 0 &&
        done < total && { secondsLeft: (seconds / this.#worked) * (total - done) }),
    };
  }
}
