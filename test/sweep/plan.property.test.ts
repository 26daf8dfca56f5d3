import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TrainKey, trainShape } from '../../src/language/schema.ts';
import { parse } from '../../src/language/parser.ts';
import { planSweep } from '../../src/sweep/plan.ts';
import { dimensionsOf, drawnChoices, sizeOf, valueAt } from '../../src/sweep/space.ts';
import { sweptFile } from './support.ts';

const words = {
  encoder: ['lstm', 'mlp', 'none'],
  variant: ['lama', 'peft'],
  schedule: ['constant', 'linear', 'cosine'],
} as const;
const whole = {
  steps: [1, 500],
  layers: [1, 8],
  hiddenSize: [1, 64],
  batchSize: [1, 32],
  patience: [1, 9],
} as const;
const real = {
  learningRate: [0.0001, 10],
  weightDecay: [0, 1],
  dropout: [0, 0.99],
  gradientClip: [0, 1000],
} as const;

/** A value of `sweep` for one key, as it is written. */
function valuesOf(key: string): fc.Arbitrary<unknown> {
  if (key in words) {
    return fc.uniqueArray(fc.constantFrom(...words[key as keyof typeof words]), { minLength: 1 });
  }
  const isWhole = key in whole;
  const [min, max] = isWhole ? whole[key as keyof typeof whole] : real[key as keyof typeof real];
  const number = isWhole
    ? fc.integer({ min, max })
    : fc.double({ min, max, noNaN: true, noDefaultInfinity: true });
  const range = fc
    .tuple(number, number, fc.constantFrom('linear', 'log'))
    .filter(([a, b, scale]) => a !== b && (scale === 'linear' || Math.min(a, b) > 0))
    .map(([a, b, scale]) => ({ min: Math.min(a, b), max: Math.max(a, b), scale }));
  return fc.oneof(fc.uniqueArray(number, { minLength: 1, maxLength: 4 }), range);
}

const keys = [...Object.keys(words), ...Object.keys(whole), ...Object.keys(real)];
const sweeps = fc
  .uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 4 })
  .chain((chosen) =>
    fc.record(Object.fromEntries(chosen.map((key) => [key, valuesOf(key)])), {
      requiredKeys: chosen,
    }),
  );

/** What is planned for a sweep; undefined where it is refused. */
function planned(sweep: Record<string, unknown>, request: { trials?: number; seed: number }) {
  const file = parse(sweptFile(sweep));
  expect(file.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  try {
    return planSweep(file, request).trials.map(({ settings }) => settings);
  } catch (error) {
    if ((error as { code?: string }).code === 'sweep/no-effect') return undefined;
    throw error;
  }
}

const within = (sweep: Record<string, unknown>, key: string, value: unknown): boolean => {
  const written = sweep[key];
  if (Array.isArray(written)) return written.includes(value);
  const { min, max } = written as { min: number; max: number };
  return typeof value === 'number' && min <= value && value <= max;
};

describe('the trials of any sweep', () => {
  test('are the same each time, never twice the same, and within what was written', () => {
    fc.assert(
      fc.property(sweeps, fc.integer({ min: 1, max: 30 }), fc.nat(), (sweep, trials, seed) => {
        const once = planned(sweep, { trials, seed });
        expect(planned(sweep, { trials, seed })).toEqual(once);
        if (once === undefined) return;
        expect(once.length).toBeGreaterThan(0);
        expect(once.length).toBeLessThanOrEqual(trials);
        expect(new Set(once.map((one) => JSON.stringify(one))).size).toBe(once.length);
        for (const settings of once) {
          for (const [key, value] of Object.entries(settings)) {
            expect([key, value, within(sweep, key, value)]).toEqual([key, value, true]);
            expect(trainShape[key as TrainKey].safeParse(value).success).toBe(true);
          }
        }
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test('begin with those of a shorter sweep', () => {
    fc.assert(
      fc.property(sweeps, fc.integer({ min: 1, max: 20 }), fc.nat(), (sweep, trials, seed) => {
        const short = planned(sweep, { trials, seed });
        const long = planned(sweep, { trials: 2 * trials, seed });
        const all = new Set(long?.map((one) => JSON.stringify(one)));
        for (const one of short ?? []) expect(all.has(JSON.stringify(one))).toBe(true);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test('are every combination where all are lists whose values work in all of them', () => {
    const lists = fc.record({
      schedule: fc.uniqueArray(fc.constantFrom(...words.schedule), { minLength: 1 }),
      steps: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
      learningRate: fc.uniqueArray(fc.constantFrom(0.001, 0.01, 0.1, 'find'), { minLength: 1 }),
    });
    fc.assert(
      fc.property(lists, (sweep) => {
        const combinations = sweep.steps.flatMap((steps) =>
          sweep.learningRate.flatMap((learningRate) =>
            sweep.schedule.map((schedule) => ({ steps, learningRate, schedule })),
          ),
        );
        expect(planned(sweep, { seed: 1 })).toEqual(combinations);
        // As many as there are, and more than that, are all of them.
        expect(planned(sweep, { seed: 1, trials: combinations.length + 3 })).toEqual(combinations);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('drawing', () => {
  test('spreads over a range: of 16 draws each eighth has one, in its scale', () => {
    const [dimension] = dimensionsOf(
      new Map([['learningRate', { kind: 'range', min: 1e-4, max: 1, scale: 'log' }]]),
    );
    const found = new Set<number>();
    let n = 0;
    for (const choice of drawnChoices([dimension!], 1)) {
      if (n++ === 16) break;
      const share = Math.log10((choice.learningRate as number) / 1e-4) / 4;
      found.add(Math.min(7, Math.floor(8 * share)));
    }
    expect([...found].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('reaches both ends of a range of whole numbers, and numbers that can be read', () => {
    const dimensions = dimensionsOf(
      new Map([
        ['layers', { kind: 'range', min: 1, max: 3, scale: 'linear' }],
        ['steps', { kind: 'range', min: 10, max: 1000, scale: 'log' }],
        ['learningRate', { kind: 'range', min: 0.001, max: 0.1, scale: 'log' }],
        ['dropout', { kind: 'range', min: 0, max: 0.5, scale: 'linear' }],
      ]),
    );
    const [layers, steps, rate, dropout] = dimensions as [
      (typeof dimensions)[0],
      (typeof dimensions)[0],
      (typeof dimensions)[0],
      (typeof dimensions)[0],
    ];
    const last = 1 - 1e-12;
    expect([0, 0.34, last].map((share) => valueAt(layers, share))).toEqual([1, 2, 3]);
    expect([0, 0.5, last].map((share) => valueAt(steps, share))).toEqual([10, 100, 1000]);
    expect([0, 0.5, last].map((share) => valueAt(rate, share))).toEqual([0.001, 0.01, 0.1]);
    expect([0, 1 / 3, last].map((share) => valueAt(dropout, share))).toEqual([0, 0.1667, 0.5]);
    expect(sizeOf(dimensions)).toBe(Infinity);
    expect(sizeOf([layers, steps])).toBe(3 * 991);
  });
});
