import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { kernelsFile } from '../../scripts/kernels.ts';
import { Random } from '../../src/base/random.ts';
import {
  Adam,
  clipScale,
  gradientNorm,
  learningRateAt,
  type AdamOptions,
  type Schedule,
} from '../../src/training/optimizer.ts';

/**
 * Algorithm 2 of Loshchilov and Hutter 2019 for one number, line by line; with `l2` the decay goes
 * into the gradient (line 6) in place of the update (line 12).
 */
function literal(
  start: number,
  gradients: readonly number[],
  rates: readonly number[],
  options: Required<AdamOptions>,
): number[] {
  const [beta1, beta2] = options.betas;
  let theta = start;
  let m = 0;
  let v = 0;
  return gradients.map((gradient, i) => {
    const t = i + 1;
    const lambda = options.weightDecay;
    const g = gradient + (options.decay === 'l2' ? lambda * theta : 0);
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const mHat = m / (1 - beta1 ** t);
    const vHat = v / (1 - beta2 ** t);
    const shrink = options.decay === 'decoupled' ? rates[i]! * lambda * theta : 0;
    theta = theta - rates[i]! * (mHat / (Math.sqrt(vHat) + options.epsilon)) - shrink;
    return theta;
  });
}

describe('Adam', () => {
  test('moves by the learning rate in its first step, against the gradient', () => {
    const values = Float32Array.of(1, -2, 0.5);
    const adam = new Adam(new Map([['w', values]]), { weightDecay: 0 });
    adam.update({ w: Float32Array.of(0.3, -7, 1e-3) }, 0.1);
    expect(values[0]).toBeCloseTo(0.9, 5);
    expect(values[1]).toBeCloseTo(-1.9, 5);
    expect(values[2]).toBeCloseTo(0.4, 4);
  });

  test('takes the second step that the first and second moments say', () => {
    // Gradients 1 and −1: m̂ = (0.09 − 0.1)/0.19, v̂ = 1.
    const values = Float32Array.of(0);
    const adam = new Adam(new Map([['w', values]]), { weightDecay: 0 });
    adam.update({ w: Float32Array.of(1) }, 0.5);
    expect(values[0]).toBeCloseTo(-0.5, 6);
    adam.update({ w: Float32Array.of(-1) }, 0.5);
    expect(values[0]).toBeCloseTo(-0.5 + (0.5 * 0.01) / 0.19, 6);
  });

  test('shrinks what has no gradient by its decay alone', () => {
    const values = Float32Array.of(4);
    const adam = new Adam(new Map([['w', values]]), { weightDecay: 0.5 });
    adam.update({ w: Float32Array.of(0) }, 0.1);
    expect(values[0]).toBeCloseTo(4 * (1 - 0.1 * 0.5), 6);
  });

  test.each([
    {
      title: 'decoupled decay',
      betas: [0.9, 0.999],
      epsilon: 1e-8,
      weightDecay: 0.1,
      decay: 'decoupled',
    },
    {
      title: 'decay in the gradient',
      betas: [0.9, 0.98],
      epsilon: 1e-6,
      weightDecay: 0.05,
      decay: 'l2',
    },
    { title: 'no decay', betas: [0.8, 0.9], epsilon: 1e-3, weightDecay: 0, decay: 'decoupled' },
  ] as (Required<AdamOptions> & { title: string })[])(
    'follows the algorithm over many steps with $title',
    ({ betas, epsilon, weightDecay, decay }) => {
      const options = { betas, epsilon, weightDecay, decay };
      const random = new Random(1);
      const steps = 40;
      const starts = [0.5, -1.5, 2];
      const gradients = starts.map(() =>
        Array.from({ length: steps }, () => Math.fround(random.normal())),
      );
      const rates = Array.from({ length: steps }, (_step, i) => 0.05 / (1 + i / 10));
      const values = Float32Array.from(starts);
      const adam = new Adam(new Map([['w', values]]), options);
      const expected = starts.map((start, i) => literal(start, gradients[i]!, rates, options));
      for (let step = 0; step < steps; step++) {
        adam.update({ w: Float32Array.from(gradients, (own) => own[step]!) }, rates[step]!);
        expected.forEach((own, i) => expect(values[i]).toBeCloseTo(own[step]!, 5));
      }
    },
  );

  test('keeps parameters apart', () => {
    const [a, b] = [Float32Array.of(1), Float32Array.of(1)];
    const adam = new Adam(
      new Map([
        ['a', a],
        ['b', b],
      ]),
      { weightDecay: 0 },
    );
    adam.update({ a: Float32Array.of(1), b: Float32Array.of(0) }, 0.1);
    expect(a[0]).toBeCloseTo(0.9, 5);
    expect(b[0]).toBe(1);
  });
});

describe('many numbers', () => {
  const sizes = [1, 3, 4, 5, 8191, 8192, 8193, 20_001];

  test.each(sizes)('%i are all updated, each by itself', (size) => {
    const random = new Random(size);
    const draw = () => Float32Array.from({ length: size }, () => random.normal());
    const [values, gradient, another] = [draw(), draw(), draw()];
    const one = values.slice();
    const adam = new Adam(new Map([['w', values]]));
    adam.update({ w: gradient }, 0.01);
    adam.update({ w: another }, 0.01);
    for (const i of [0, size >> 1, size - 1]) {
      const own = one.slice(i, i + 1);
      const alone = new Adam(new Map([['w', own]]));
      alone.update({ w: gradient.slice(i, i + 1) }, 0.01);
      alone.update({ w: another.slice(i, i + 1) }, 0.01);
      expect(values[i]).toBe(own[0]);
      expect(values[i]).not.toBe(one[i]);
    }
  });

  test.each(sizes)('the norm of %i', (size) => {
    const random = new Random(size);
    const values = Float32Array.from({ length: size }, () => random.normal());
    const expected = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
    expect(gradientNorm([values]) / expected).toBeCloseTo(1, 12);
  });

  test('the kernels are those of their source', async () => {
    const file = await readFile('src/training/kernels/optimizerWasm.ts', 'utf8');
    expect(file).toBe(await kernelsFile('.'));
  });
});

describe('clipping', () => {
  test('scales all gradients together to the limit', () => {
    const gradients = [Float32Array.of(3, 0), Float32Array.of(4)];
    expect(gradientNorm(gradients)).toBe(5);
    expect(clipScale(5, 1)).toBe(0.2);
    const [clipped, whole] = [Float32Array.of(1), Float32Array.of(1)];
    const options: AdamOptions = { weightDecay: 0, epsilon: 1 };
    new Adam(new Map([['w', clipped]]), options).update({ w: Float32Array.of(4) }, 0.1, 0.2);
    new Adam(new Map([['w', whole]]), options).update({ w: Float32Array.of(0.8) }, 0.1);
    expect(clipped[0]).toBeCloseTo(whole[0]!, 6);
    expect(clipped[0]).toBeCloseTo(1 - (0.1 * 0.8) / 1.8, 6);
  });

  test('leaves smaller ones as they are', () => {
    expect(clipScale(gradientNorm([Float32Array.of(0.3, -0.4)]), 1)).toBe(1);
  });

  test('the norm is no number where a gradient is none', () => {
    expect(gradientNorm([Float32Array.of(NaN, 1)])).toBeNaN();
    expect(gradientNorm([Float32Array.of(Infinity)])).toBe(Infinity);
  });
});

describe('the learning rate', () => {
  const rates = (schedule: Schedule) =>
    Array.from({ length: schedule.steps }, (_, i) => learningRateAt(i + 1, schedule));
  const base = { peak: 1, warmupSteps: 2, steps: 6 };

  test('rises to its peak, then stays, falls evenly, or falls as a cosine', () => {
    const close = (found: number[], expected: number[]) => {
      expect(found).toHaveLength(expected.length);
      found.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 12));
    };
    close(rates({ ...base, kind: 'constant' }), [0.5, 1, 1, 1, 1, 1]);
    close(rates({ ...base, kind: 'linear' }), [0.5, 1, 1, 0.75, 0.5, 0.25]);
    const half = (x: number) => 0.5 * (1 + Math.cos(Math.PI * x));
    close(rates({ ...base, kind: 'cosine' }), [0.5, 1, 1, half(0.25), half(0.5), half(0.75)]);
  });

  test('starts at its peak without warming up, and never reaches zero', () => {
    for (const kind of ['constant', 'linear', 'cosine'] as const) {
      const found = rates({ kind, peak: 0.2, warmupSteps: 0, steps: 5 });
      expect(found[0]).toBeCloseTo(0.2, 12);
      expect(Math.min(...found)).toBeGreaterThan(0);
    }
  });

  test('only rises where warming up takes longer than the training', () => {
    expect(rates({ kind: 'linear', peak: 1, warmupSteps: 10, steps: 3 })).toEqual([0.1, 0.2, 0.3]);
  });
});
