import { describe, expect, test } from 'vitest';
import { PathRecorder } from '../../src/training/pathRecorder.ts';
import type { VectorPath } from '../../src/runs/vectorPath.ts';

const shape = { every: 10, width: 2, startIds: [undefined, 7] };

/** The vectors of a step: its number four times. */
const vectorsAt = (step: number) => new Float32Array(4).fill(step);

/** Records the start and `count` validations; `bestAt` says which step is the best after each. */
function recorded(
  recorder: PathRecorder,
  steps: readonly number[],
  bestAt: (step: number) => number,
): VectorPath {
  let path: VectorPath | undefined;
  for (const step of steps) path = recorder.record(step, vectorsAt(step), bestAt(step));
  return path!;
}

const validations = (count: number) => Array.from({ length: count + 1 }, (_, i) => i * 10);

/** Every multiple of `distance` up to the last step, that step and the best one, 50. */
const thinnedTo = (distance: number, last: number) =>
  validations(last / 10).filter((step) => step % distance === 0 || [50, last].includes(step));

describe('the path of a training', () => {
  test('holds the start and every validation as long as they fit', () => {
    const path = recorded(new PathRecorder(shape), validations(30), () => 50);
    expect(path.steps).toEqual(validations(30));
    expect(path.snapshots.map((one) => [...one])).toEqual(
      validations(30).map((step) => [step, step, step, step]),
    );
    expect(path).toMatchObject({ width: 2, startIds: [undefined, 7] });
  });

  test('is thinned to every second validation, then to every fourth, with best and last', () => {
    const path = (count: number) => recorded(new PathRecorder(shape), validations(count), () => 50);
    expect(path(31).steps).toEqual(thinnedTo(20, 310));
    expect(path(60).steps).toEqual(thinnedTo(20, 600));
    expect(path(100).steps).toEqual(thinnedTo(40, 1000));
    for (const count of [31, 33, 64, 100, 1000]) {
      expect(path(count).steps.length).toBeLessThanOrEqual(33);
      expect(path(count).steps).toEqual(expect.arrayContaining([0, 50, count * 10]));
    }
  });

  test('drops a best step that is no longer the best, and a last one that is no longer the last', () => {
    const path = recorded(new PathRecorder(shape), validations(101), (step) =>
      step < 900 ? Math.min(step, 30) : 900,
    );
    expect(path.steps).not.toContain(30);
    expect(path.steps).toEqual(expect.arrayContaining([900, 1010]));
  });

  test('counts a last validation that comes early as one more', () => {
    const path = recorded(new PathRecorder(shape), [0, 10, 20, 23], () => 10);
    expect(path.steps).toEqual([0, 10, 20, 23]);
  });

  test('of a resumed training is that of one that never stopped, wherever it was stopped', () => {
    const best = (step: number) => Math.floor(step / 70) * 70;
    const steps = validations(90);
    const whole = recorded(new PathRecorder(shape), steps, best);
    for (let stopped = 1; stopped < steps.length; stopped++) {
      // What was written last may be one validation ahead of the checkpoint.
      for (const ahead of [0, 1]) {
        const until = steps[stopped - ahead]!;
        const earlier = recorded(new PathRecorder(shape), steps.slice(0, stopped + 1), best);
        const recorder = new PathRecorder(shape, earlier, until);
        if (!recorder.has(until)) recorder.record(until, vectorsAt(until), best(until));
        const rest = steps.filter((step) => step > until);
        const path = rest.length > 0 ? recorded(recorder, rest, best) : earlier;
        expect(path).toEqual(whole);
      }
      if (stopped > 3) stopped += 6;
    }
  });

  test('of large vectors keeps fewer, at least start, best and last', () => {
    const wide = { every: 1, width: 2 ** 20, startIds: [undefined] };
    const recorder = new PathRecorder(wide);
    const empty = new Float32Array(wide.width);
    let path: VectorPath | undefined;
    for (let step = 0; step <= 9; step++) path = recorder.record(step, empty, 3);
    // 4 MiB each, 16 MiB together.
    expect(path!.steps).toEqual([0, 3, 8, 9]);
    const huge = new PathRecorder({ ...wide, width: 2 ** 23 });
    for (let step = 0; step <= 9; step++) path = huge.record(step, new Float32Array(1), 3);
    expect(path!.steps).toEqual([0, 3, 9]);
  });
});
