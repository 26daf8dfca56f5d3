/**
 * The learning-rate range test (Smith 2017, arXiv:1506.01186, section 3.3): a training whose rate
 * grows at every step, from far too small to far too large. A good rate lies below the one at which
 * the loss falls fastest. It sees training examples only, and its vectors are thrown away.
 */
import { PtuneError, throwIfCancelled } from '../base/errors.ts';
import type { RangeTestPoint } from '../protocol/events.ts';
import { learningRateOf, PromptTrainer, type TrainerInputs } from './promptTrainer.ts';

const lowest = 1e-5;
const highest = 10;
const steps = 100;

/** Share of the earlier losses in the smoothed one. */
const smoothing = 0.9;

/** The sweep ends when the smoothed loss is this many times the smallest: nothing good comes after. */
const diverged = 2;

/** The chosen rate is the one of the steepest descent over this. */
const caution = 3;

/** The curve of a range test and the rate chosen from it. */
export interface RangeTest {
  readonly learningRate: number;
  /** The rates in order, each with the smoothed loss. */
  readonly curve: readonly RangeTestPoint[];
}

/** Sweeps the learning rate in a training of its own; the same inputs give the same curve. */
export async function rangeTest(inputs: TrainerInputs, signal: AbortSignal): Promise<RangeTest> {
  const settings = { ...inputs.settings, schedule: 'constant', warmupSteps: 0 } as const;
  const trainer = await PromptTrainer.start({ ...inputs, settings });
  const curve: RangeTestPoint[] = [];
  let average = 0;
  let smallest = Infinity;
  for (let i = 0; i < steps; i++) {
    throwIfCancelled(signal);
    const learningRate = lowest * (highest / lowest) ** (i / (steps - 1));
    const raw = await lossOfUpdate(trainer, learningRate);
    if (raw === undefined) break;
    average = smoothing * average + (1 - smoothing) * raw;
    const loss = average / (1 - smoothing ** (i + 1));
    curve.push({ learningRate, loss });
    smallest = Math.min(smallest, loss);
    if (loss > diverged * smallest) break;
  }
  return { learningRate: chosenRate(curve) ?? learningRateOf(inputs.settings), curve };
}

/**
 * A third of the rate at which the smoothed loss falls fastest over the logarithm of the rate, up to
 * where it is smallest; undefined when it falls nowhere.
 */
export function chosenRate(curve: readonly RangeTestPoint[]): number | undefined {
  const least = curve.reduce((best, { loss }, i) => (loss < curve[best]!.loss ? i : best), 0);
  let steepest: number | undefined;
  let fall = 0;
  for (let i = 1; i < least; i++) {
    // The rates are evenly spaced in their logarithm, so differences of the loss are slopes.
    const slope = curve[i + 1]!.loss - curve[i - 1]!.loss;
    if (slope < fall) {
      fall = slope;
      steepest = curve[i]!.learningRate;
    }
  }
  return steepest === undefined ? undefined : Number((steepest / caution).toPrecision(3));
}

/** The loss before an update, or undefined when it is no number any more. */
async function lossOfUpdate(trainer: PromptTrainer, rate: number): Promise<number | undefined> {
  try {
    return (await trainer.update(rate)).loss;
  } catch (error) {
    if (error instanceof PtuneError && error.code === 'training/not-finite') return undefined;
    throw error;
  }
}
