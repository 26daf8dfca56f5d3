import { describe, expect, test } from 'vitest';
import type { TrainingEvent } from '../../src/protocol/events.ts';
import { LiveTrainingLog } from '../../src/protocol/liveTraining.ts';

const run = { run: 'r1', prompt: 'learned', seed: 1 };
const step = (at: number, loss: number): TrainingEvent => ({
  type: 'step',
  ...run,
  step: at,
  steps: 5000,
  loss,
  learningRate: 0.01,
  gradientNorm: 1,
  secondsLeft: 9,
});
const started: TrainingEvent = { type: 'runStarted', ...run, path: '/r1', steps: 5000 };

describe('a training that is followed', () => {
  test('has its runs with curves, the best step so far, and how they ended', () => {
    const log = new LiveTrainingLog();
    expect(log.value).toEqual({ planned: 0, runs: [] });
    log.add(started);
    log.add(step(1, 3));
    log.add(step(2, 2));
    log.add({ type: 'validation', ...run, step: 1, accuracy: 0.5, loss: 2, best: true });
    log.add({ type: 'validation', ...run, step: 2, accuracy: 0.6, loss: 1, best: true });
    log.add(step(3, 1));
    expect(log.value.runs).toMatchObject([
      {
        prompt: 'learned',
        step: 3,
        steps: 5000,
        status: 'running',
        curve: [
          { step: 1, loss: 3, learningRate: 0.01 },
          { step: 2, loss: 2 },
          { step: 3, loss: 1 },
        ],
        validation: [
          { step: 1, best: false },
          { step: 2, best: true },
        ],
      },
    ]);
    log.add({ type: 'runEnded', ...run, status: 'failed', bestStep: 2, steps: 3, seconds: 1 });
    log.add({ type: 'scoring', prompt: 'manual', split: 'test' });
    expect(log.value.runs[0]!.status).toBe('failed');
    expect(log.value.scoring).toBe('manual');
  });

  test('has a curve of bounded length, each point the mean of an equal share of the steps', () => {
    const log = new LiveTrainingLog();
    log.add(started);
    for (let i = 1; i <= 3200; i++) log.add(step(i, i));
    const { curve } = log.value.runs[0]!;
    expect(curve.length).toBeLessThan(400);
    expect(curve.length).toBeGreaterThan(190);
    const width = curve[0]!.step;
    curve.forEach((point, i) => {
      expect(point.step).toBe((i + 1) * width);
      expect(point.loss).toBeCloseTo(point.step - (width - 1) / 2, 9);
    });
  });
});
