/**
 * How far a search is, by its work and not by its steps: one step of the beam is as much as dozens of
 * another method's. What is done never shrinks and what there is in all never changes; a method that
 * ends early makes a jump, a step that needs less than it may a small one.
 */

/** The most steps of a part, and the most work of each. */
export interface PartPlan {
  readonly steps: number;
  readonly workOfStep: number;
}

/** How far the work is. */
export interface WorkDone {
  readonly done: number;
  readonly total: number;
  /**
   * If all that is planned is to be done, as fast as what was done last; absent before that was
   * measured, and at the end.
   */
  readonly secondsLeft?: number;
}

/** The work that had been done at a time, in milliseconds. */
export interface Mark {
  readonly work: number;
  readonly at: number;
}

/** Less than this says nothing of a speed: milliseconds and work. */
const [leastTime, leastWork] = [500, 8];

/**
 * The milliseconds that a unit of work takes, by the later half of the work that was done: what
 * comes first is slow, and what a machine was busy with then is no matter any more. Undefined where too
 * little was measured.
 *
 * @param marks the first is the start
 */
export function timeOfWork(marks: readonly Mark[]): number | undefined {
  const last = marks.at(-1)!;
  const half = marks.findLast(({ work }) => work <= last.work / 2)!;
  const [work, time] = [last.work - half.work, last.at - half.at];
  return work < leastWork || time < leastTime ? undefined : time / work;
}

export class SearchMeter {
  readonly #plans: readonly PartPlan[];
  readonly #ends: readonly number[];
  readonly #now: () => number;
  /** What was really done, which a jump leaves alone. */
  readonly #marks: Mark[];
  #done = 0;
  #at = 0;

  /**
   * @param plans  the parts in order
   * @param now  milliseconds
   */
  constructor(plans: readonly PartPlan[], now: () => number) {
    let sum = 0;
    this.#plans = plans;
    this.#ends = plans.map(({ steps, workOfStep }) => (sum += steps * workOfStep));
    this.#now = now;
    this.#marks = [{ work: 0, at: now() }];
  }

  /** Some work of the present part is done; more than was planned counts as all of it. */
  work(amount: number): void {
    this.#marks.push({ work: this.#marks.at(-1)!.work + amount, at: this.#now() });
    this.#reach(this.#done + amount);
  }

  /** So many steps of the present part are done, whatever work they were: none of theirs is to come. */
  endStep(step: number): void {
    const start = this.#ends[this.#at - 1] ?? 0;
    this.#reach(start + step * this.#plans[this.#at]!.workOfStep);
  }

  /** The present part has ended, early perhaps; the next one begins. */
  endPart(): void {
    this.#done = this.#ends[this.#at]!;
    this.#at = Math.min(this.#at + 1, this.#ends.length - 1);
  }

  get progress(): WorkDone {
    const [done, total] = [this.#done, this.#ends.at(-1)!];
    const time = timeOfWork(this.#marks);
    return {
      done,
      total,
      ...(time !== undefined && done < total && { secondsLeft: (time / 1000) * (total - done) }),
    };
  }

  #reach(done: number): void {
    this.#done = Math.max(this.#done, Math.min(done, this.#ends[this.#at]!));
  }
}
