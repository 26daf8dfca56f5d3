/** Tells how far a piece of work of equal steps is, and stops it when it is cancelled. */
import { throwIfCancelled } from '../base/errors.ts';
import type { TrainingContext } from '../training/context.ts';

export class StepProgress {
  readonly #text: string;
  readonly #total: number;
  readonly #context: TrainingContext;
  readonly #started: number;
  #done = 0;

  /** @param text  what is done, in a few words */
  constructor(text: string, total: number, context: TrainingContext) {
    this.#text = text;
    this.#total = total;
    this.#context = context;
    this.#started = context.now();
    this.#tell();
  }

  /**
   * One more step is done.
   *
   * @throws PtuneError `training/cancelled`
   */
  step(): void {
    this.#done++;
    this.#tell();
    throwIfCancelled(this.#context.signal);
  }

  #tell(): void {
    const seconds = (this.#context.now() - this.#started) / 1000;
    const [done, total] = [this.#done, this.#total];
    this.#context.emit({
      type: 'progress',
      text: this.#text,
      done,
      total,
      ...(done > 0 && { secondsLeft: (seconds / done) * (total - done) }),
    });
  }
}
