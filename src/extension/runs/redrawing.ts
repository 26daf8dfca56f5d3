/**
 * Whether the editor draws a tree again. Meanwhile it has forgotten the nodes below those that it draws,
 * and says of a selected one that it is not: a key that is pressed then would have no target.
 */

/** So long without a sign of it, and it is over, in milliseconds. */
const quietMs = 400;
/** Nobody waits longer than this after a key. */
const patienceMs = 3000;
const lookMs = 50;

export class Redrawing {
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<unknown>;
  #lastSign = -Infinity;
  #nodes = 0;
  #waiting = 0;

  /** @param now milliseconds */
  constructor(
    now: () => number,
    sleep = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms)),
  ) {
    this.#now = now;
    this.#sleep = sleep;
  }

  /** The editor was told to draw nodes with others below them, or asks for those. */
  sign(): void {
    this.#lastSign = this.#now();
  }

  /** Makes what is drawn of a node. */
  async draw<T>(make: () => T | Promise<T>): Promise<T> {
    this.#nodes++;
    try {
      return await make();
    } finally {
      this.#nodes--;
    }
  }

  /** Whether more is to be drawn later: nodes are being made, or someone waits until all are known. */
  get isBusy(): boolean {
    return this.#nodes > 0 || this.#waiting > 0;
  }

  /** Resolves when all nodes are known again; at once where they are. */
  async over(): Promise<void> {
    const end = this.#now() + patienceMs;
    const goesOn = () => this.#nodes > 0 || this.#now() - this.#lastSign < quietMs;
    this.#waiting++;
    while (goesOn() && this.#now() < end) await this.#sleep(lookMs);
    this.#waiting--;
  }
}
