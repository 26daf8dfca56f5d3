/** AdamW with clipping and learning-rate schedules. */
import { PtuneError } from '../base/errors.ts';
import { adamStep, sumOfSquares } from './kernels/optimizerKernels.ts';

/** Trainable tensors by name; updated in place. */
export type Parameters = ReadonlyMap<string, Float32Array>;

export interface AdamOptions {
  /** Decay rates of the two moments. */
  readonly betas?: readonly [number, number];
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /**
   * How the decay works: `decoupled` shrinks the parameters themselves (AdamW, Loshchilov and Hutter
   * 2019, arXiv:1711.05101, algorithm 2); `l2` adds it to the gradient, as torch.optim.Adam does.
   */
  readonly decay?: 'decoupled' | 'l2';
}

/** Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1) with weight decay. */
export class Adam {
  readonly #parameters: Parameters;
  readonly #options: Required<AdamOptions>;
  readonly #first = new Map<string, Float32Array>();
  readonly #second = new Map<string, Float32Array>();
  #step = 0;

  constructor(parameters: Parameters, options: AdamOptions = {}) {
    this.#parameters = parameters;
    this.#options = {
      betas: [0.9, 0.999],
      epsilon: 1e-8,
      weightDecay: 0.01,
      decay: 'decoupled',
      ...options,
    };
    for (const [name, values] of parameters) {
      this.#first.set(name, new Float32Array(values.length));
      this.#second.set(name, new Float32Array(values.length));
    }
  }

  /**
   * Updates every parameter by its gradient, in single precision.
   *
   * @param scale  of the gradients: less than 1 where they are clipped
   */
  update(gradients: Readonly<Record<string, Float32Array>>, learningRate: number, scale = 1): void {
    this.#step++;
    const { betas, epsilon, weightDecay, decay } = this.#options;
    // The corrections of both moments go into the rate, so that a number costs one division.
    const root = Math.sqrt(1 - betas[1] ** this.#step);
    const constants = {
      scale,
      l2: decay === 'l2' ? weightDecay : 0,
      betas,
      shrink: decay === 'decoupled' ? 1 - learningRate * weightDecay : 1,
      rate: (learningRate / (1 - betas[0] ** this.#step)) * root,
      least: epsilon * root,
    };
    for (const [name, values] of this.#parameters) {
      const [first, second] = [this.#first.get(name)!, this.#second.get(name)!];
      adamStep(values, gradients[name]!, first, second, constants);
    }
  }

  /** The moments by parameter and the number of updates, for a checkpoint. */
  get state(): AdamState {
    return { first: this.#first, second: this.#second, step: this.#step };
  }

  /** Goes on where `state` was taken. */
  restore(state: AdamState): void {
    for (const [name, values] of state.first) this.#first.get(name)!.set(values);
    for (const [name, values] of state.second) this.#second.get(name)!.set(values);
    this.#step = state.step;
  }
}

/** What an optimizer remembers. */
export interface AdamState {
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second: ReadonlyMap<string, Float32Array>;
  /** Updates so far. */
  readonly step: number;
}

/** L2 norm of all gradients together. */
export function gradientNorm(gradients: readonly Float32Array[]): number {
  return Math.sqrt(gradients.reduce((sum, gradient) => sum + sumOfSquares(gradient), 0));
}

/** What gradients of such a norm are multiplied by so that it is at most `limit`. */
export function clipScale(norm: number, limit: number): number {
  return norm > limit ? limit / norm : 1;
}

export interface Schedule {
  readonly kind: 'constant' | 'linear' | 'cosine';
  readonly peak: number;
  readonly warmupSteps: number;
  readonly steps: number;
}

/** The learning rate of update `step`, from 1: a linear rise to the peak, then the schedule. */
export function learningRateAt(step: number, schedule: Schedule): number {
  const { kind, peak, warmupSteps, steps } = schedule;
  if (step <= warmupSteps) return (peak * step) / Math.max(1, warmupSteps);
  const progress = (step - warmupSteps - 1) / Math.max(1, steps - warmupSteps);
  switch (kind) {
    case 'constant':
      return peak;
    case 'linear':
      return peak * (1 - progress);
    case 'cosine':
      return (peak / 2) * (1 + Math.cos(Math.PI * progress));
    default:
      throw new PtuneError('bug/invariant', 'An unknown schedule.');
  }
}
