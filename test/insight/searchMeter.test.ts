/** How far a search is, and how long it still takes at most. */
import { describe, expect, test } from 'vitest';
import { SearchMeter, timeOfWork } from '../../src/insight/wordSearch/searchMeter.ts';

/** Marks of work done at times: `[work, at]`, from the start on. */
const marks = (...pairs: readonly (readonly [number, number])[]) =>
  [[0, 0] as const, ...pairs].map(([work, at]) => ({ work, at }));

describe('the speed of a search', () => {
  test('is unknown before anything was measured', () => {
    expect(timeOfWork(marks())).toBeUndefined();
    // Slow, but only a few batches; many, but in no time.
    expect(timeOfWork(marks([2, 4000], [4, 8000]))).toBeUndefined();
    expect(timeOfWork(marks([50, 100], [100, 200]))).toBeUndefined();
  });

  test('is that of the later half of the work', () => {
    // The first batches took a second each, as they do before a model is warm.
    expect(timeOfWork(marks([10, 10_000], [20, 11_000]))).toBe(100);
    expect(timeOfWork(marks([10, 10_000], [20, 11_000], [30, 12_000], [40, 13_000]))).toBe(100);
    // A machine that has become busy tells soon.
    expect(timeOfWork(marks([10, 1000], [20, 11_000]))).toBe(1000);
  });
});

describe('how long a search takes at most', () => {
  /** A search whose steps take what they may, at so many milliseconds a unit of work. */
  function run(timeOf: (work: number) => number, steps = 20) {
    let [now, worked] = [0, 0];
    const meter = new SearchMeter([{ steps, workOfStep: 10 }], () => now);
    const told: { readonly now: number; readonly secondsLeft: number | undefined }[] = [];
    for (let step = 1; step <= steps; step++) {
      for (let i = 0; i < 10; i++) {
        now += timeOf(worked++);
        meter.work(1);
        told.push({ now, secondsLeft: meter.progress.secondsLeft });
      }
      meter.endStep(step);
    }
    return { told, end: now };
  }

  test('is near what it takes from the first time that it is told, however slow the start is', () => {
    const { told, end } = run((worked) => (worked < 5 ? 1000 : 50));
    expect(told[0]!.secondsLeft).toBeUndefined();
    const shown = told.filter(({ secondsLeft }) => secondsLeft !== undefined).slice(10);
    expect(shown.length).toBeGreaterThan(150);
    for (const { now, secondsLeft } of shown) {
      expect(secondsLeft).toBeGreaterThanOrEqual((end - now) / 1000 - 1e-9);
      expect(secondsLeft).toBeLessThanOrEqual((1.01 * (end - now)) / 1000 + 1e-9);
    }
  });

  test('has no time in it that a step or a method has left undone', () => {
    let now = 0;
    const plans = [
      { steps: 3, workOfStep: 20 },
      { steps: 4, workOfStep: 10 },
    ];
    const meter = new SearchMeter(plans, () => now);
    expect(meter.progress).toEqual({ done: 0, total: 100 });
    now = 1000;
    meter.work(10);
    expect(meter.progress).toEqual({ done: 10, total: 100, secondsLeft: 9 });
    meter.endStep(1);
    expect(meter.progress).toEqual({ done: 20, total: 100, secondsLeft: 8 });
    // What was left out was not done in no time: the speed stays what it was.
    meter.endPart();
    expect(meter.progress).toEqual({ done: 60, total: 100, secondsLeft: 4 });
    meter.endStep(2);
    expect(meter.progress).toEqual({ done: 80, total: 100, secondsLeft: 2 });
    now = 2000;
    meter.work(50);
    expect(meter.progress).toEqual({ done: 100, total: 100 });
    meter.endPart();
    expect(meter.progress).toEqual({ done: 100, total: 100 });
  });
});
