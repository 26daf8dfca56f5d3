import { expect, test } from 'vitest';
import type { SweepTrial } from '../../src/sweep/manifest.ts';
import { SweepMeter } from '../../src/sweep/meter.ts';

const trial = (number: number, work: number): SweepTrial => ({
  trial: number,
  prompt: 'learned',
  settings: { steps: work },
  hashes: { template: '', settings: '', data: '', model: '' },
  seeds: [1, 2],
  work,
  asInFile: false,
});

const step = (seed: number, made: number, steps: number) => ({
  type: 'step' as const,
  run: 'r',
  prompt: 'learned',
  seed,
  step: made,
  steps,
  loss: 1,
  learningRate: 1,
  gradientNorm: 1,
  secondsLeft: 1,
});

test('the time left goes by the work of all trials, and is told once the speed is known', () => {
  const meter = new SweepMeter([trial(2, 100), trial(3, 300)], 3, 0);
  expect(meter.event(1000)).toEqual({ type: 'progress', text: 'trials done', done: 1, total: 3 });
  meter.hear(2, step(1, 1, 50));
  // A hundredth of the first seed: what it took to start is most of it.
  expect(meter.event(2000)).not.toHaveProperty('secondsLeft');
  meter.hear(2, step(2, 50, 50));
  expect(meter.event(10_000).secondsLeft).toBeCloseTo(30);
  meter.end(2);
  meter.hear(3, step(1, 75, 150));
  expect(meter.event(20_000)).toMatchObject({ done: 2, detail: 'trial 3: steps: 300' });
  meter.end(3);
  expect(meter.event(40_000)).toEqual({ type: 'progress', text: 'trials done', done: 3, total: 3 });
});
