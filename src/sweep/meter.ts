/** How far a sweep is, and how long it still takes, from the batches of its trials. */
import type { ProgressEvent, TrainingEvent } from '../protocol/events.ts';
import type { SweepTrial } from './manifest.ts';
import { settingsText } from './settingsText.ts';

/** From this share of the work on its speed is known. */
const speedKnown = 0.05;

export class SweepMeter {
  readonly #all: number;
  readonly #left: ReadonlyMap<number, SweepTrial>;
  readonly #started: number;
  readonly #shares = new Map<number, number>();
  #ended = 0;

  /**
   * @param trials  those that are to be trained now, of `all`
   * @param started  milliseconds
   */
  constructor(trials: readonly SweepTrial[], all: number, started: number) {
    this.#all = all;
    this.#left = new Map(trials.map((trial) => [trial.trial, trial]));
    this.#started = started;
  }

  /** Hears an event of a trial's training; whether it moved. */
  hear(trial: number, event: TrainingEvent): boolean {
    if (event.type !== 'step' && event.type !== 'runEnded') return false;
    const { seeds } = this.#left.get(trial)!;
    const before = seeds.indexOf(event.seed);
    const share = event.type === 'step' ? event.step / event.steps : 1;
    this.#shares.set(trial, (before + share) / seeds.length);
    return true;
  }

  end(trial: number): void {
    this.#ended++;
    this.#shares.set(trial, 1);
  }

  /** The present state; `now` in milliseconds. */
  event(now: number): ProgressEvent {
    const total = sum([...this.#left.values()].map(({ work }) => work));
    const done = sum(
      [...this.#left].map(([trial, { work }]) => work * (this.#shares.get(trial) ?? 0)),
    );
    const seconds = (now - this.#started) / 1000;
    const running = [...this.#shares].filter(([, share]) => share < 1);
    const detail = running
      .map(([trial]) => `trial ${trial}: ${settingsText(this.#left.get(trial)!.settings)}`)
      .join('; ');
    return {
      type: 'progress',
      text: 'trials done',
      ...(detail && { detail }),
      done: this.#all - this.#left.size + this.#ended,
      total: this.#all,
      // Starting the first trials takes long beside their first steps, and says nothing of the rest.
      ...(done >= speedKnown * total &&
        this.#ended < this.#left.size && { secondsLeft: (seconds / done) * (total - done) }),
    };
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
