/** AdamW with clipping and learning-rate schedules. */
import { PtuneError } from '../base/errors.ts';

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

  /** Updates every parameter by its gradient. */
  update(gradients: Readonly<Record<string, Float32Array>>, learningRate: number): void {
    this.#step++;
    const { betas, epsilon, weightDecay, decay } = this.#options;
    const [b1, b2] = betas;
    const [c1, c2] = [1 - b1, 1 - b2];
    const root = Math.sqrt(1 - b2 ** this.#step);
    const rate = (learningRate / (1 - b1 ** this.#step)) * root;
    const least = epsilon * root;
    for (const [name, values] of this.#parameters) {
      const gradient = gradients[name]!;
      const m = this.#first.get(name)!;
      const v = this.#second.get(name)!;
      const shrink = decay === 'decoupled' ? 1 - learningRate * weightDecay : 1;
      const extra = decay === 'l2' ? weightDecay : 0;
      // An LSTM has millions of parameters: one division each, the corrections outside of the loop.
      for (let i = 0; i < values.length; i++) {
        const x = values[i]!;
        const g = Math.fround(gradient[i]! + Math.fround(extra * x));
        // Rounded as they are stored: what is remembered is what the step is made of.
        const mi = Math.fround(b1 * m[i]! + c1 * g);
        const vi = Math.fround(b2 * v[i]! + c2 * g * g);
        m[i] = mi;
        v[i] = vi;
        values[i] = x * shrink - (rate * mi) / (Math.sqrt(vi) + least);
      }
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
export function gradientNorm(gradients: Iterable<Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients) {
    // Twice as fast as an iterator over the elements.
    for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  }
  return Math.sqrt(sum);
}

/** Scales all gradients so that their common norm is at most `limit`; returns the norm before. */
export function clipGradients(gradients: readonly Float32Array[], limit: number): number {
  const norm = gradientNorm(gradients);
  if (norm > limit) {
    const factor = limit / norm;
    for (const gradient of gradients) {
      for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor;
    }
  }
  return norm;
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
