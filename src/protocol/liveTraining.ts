/** A training while it goes on, as one value made from the stream of events. */
import type { RunEndedEvent, TrainingEvent } from './events.ts';
import type { CurvePoint, ValidationPoint } from './report.ts';

/** A run of the training, so far. */
export interface LiveRun {
  readonly prompt: string;
  readonly seed: number;
  readonly step: number;
  readonly steps: number;
  readonly status: 'running' | RunEndedEvent['status'];
  readonly secondsLeft?: number;
  readonly curve: readonly CurvePoint[];
  readonly validation: readonly ValidationPoint[];
}

export interface LiveTraining {
  /** How many runs there will be. */
  readonly planned: number;
  /** Those that have begun, in order; the last one is in progress. */
  readonly runs: readonly LiveRun[];
  /** The prompt that is being scored, after the runs. */
  readonly scoring?: string;
}

/** A chart gains nothing from more points, and every change sends them all. */
const mostPoints = 400;

/** Collects the events of a training. */
export class LiveTrainingLog {
  #planned = 0;
  #scoring: string | undefined;
  readonly #runs: RunLog[] = [];

  /** Takes in an event. Those of a run that never started are left out. */
  add(event: TrainingEvent): void {
    switch (event.type) {
      case 'started':
        this.#planned = event.trainings.length;
        return;
      case 'runStarted':
        this.#runs.push(new RunLog(event.run, event.prompt, event.seed, event.steps));
        return;
      case 'scoring':
        this.#scoring = event.prompt;
        return;
      case 'step':
      case 'validation':
      case 'runEnded':
        this.#runs.findLast(({ run }) => run === event.run)?.add(event);
        return;
      default:
        return;
    }
  }

  /** The training as it is now. */
  get value(): LiveTraining {
    return {
      planned: this.#planned,
      runs: this.#runs.map((run) => run.value),
      ...(this.#scoring !== undefined && { scoring: this.#scoring }),
    };
  }
}

type RunEvent = Extract<TrainingEvent, { type: 'step' | 'validation' | 'runEnded' }>;

class RunLog {
  readonly run: string;
  #value: LiveRun;
  #curve: CurvePoint[] = [];
  /** Steps to a point of the curve. */
  #width = 1;
  #losses: number[] = [];

  constructor(run: string, prompt: string, seed: number, steps: number) {
    this.run = run;
    const nothing = { step: 0, status: 'running', curve: [], validation: [] } as const;
    this.#value = { prompt, seed, steps, ...nothing };
  }

  get value(): LiveRun {
    return { ...this.#value, curve: [...this.#curve] };
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'step': {
        const { step, steps, secondsLeft } = event;
        this.#value = { ...this.#value, step, steps, secondsLeft };
        this.#addLoss(event);
        return;
      }
      case 'validation': {
        const { step, accuracy, loss, best } = event;
        const earlier = this.#value.validation.map((point) =>
          best ? { ...point, best: false } : point,
        );
        const validation = [...earlier, { step, accuracy, loss, best }];
        this.#value = { ...this.#value, validation };
        return;
      }
      case 'runEnded': {
        const { status } = event;
        this.#value = { ...this.#value, status };
        return;
      }
    }
  }

  /** The mean of every `#width` losses is a point; when there are too many, two become one. */
  #addLoss({ step, loss, learningRate }: Extract<RunEvent, { type: 'step' }>): void {
    this.#losses.push(loss);
    if (this.#losses.length < this.#width) return;
    const sum = this.#losses.reduce((a, b) => a + b, 0);
    this.#curve.push({ step, loss: sum / this.#losses.length, learningRate });
    this.#losses = [];
    if (this.#curve.length < mostPoints) return;
    this.#width *= 2;
    this.#curve = this.#curve.flatMap((point, i, all) =>
      i % 2 === 0 ? [] : [{ ...point, loss: (all[i - 1]!.loss + point.loss) / 2 }],
    );
  }
}
