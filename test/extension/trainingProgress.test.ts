import { describe, expect, it } from 'vitest';
import { sparkline } from '../../src/extension/jobs/sparkline.ts';
import {
  afterEvent,
  fractionDone,
  newProgress,
  progressMessage,
  statusText,
  trainingText,
  trainingWords,
} from '../../src/extension/jobs/trainingProgress.ts';
import type { TrainingEvent } from '../../src/protocol/events.ts';

const who = { run: 'r1', prompt: 'learned', seed: 2 };

const started: Extract<TrainingEvent, { type: 'started' }> = {
  type: 'started',
  file: 'capitals.ptune',
  model: { id: 'm', sha256: 's' },
  examples: { train: 1, validation: 1, test: 1 },
  runtime: { name: 'onnxruntime', version: '1', threads: 2 },
  trainings: [
    { prompt: 'learned', seed: 2 },
    { prompt: 'learned', seed: 3 },
  ],
};

function step(number: number, loss: number): TrainingEvent {
  const rest = { learningRate: 0.1, gradientNorm: 1, secondsLeft: 9 };
  return { type: 'step', ...who, step: number, steps: 4, loss, ...rest };
}

const runStarted: TrainingEvent = { type: 'runStarted', ...who, path: '/r1', steps: 4 };
const runEnded: TrainingEvent = {
  type: 'runEnded',
  ...who,
  status: 'completed',
  bestStep: 2,
  steps: 4,
  seconds: 1,
};
const scoring: TrainingEvent = { type: 'scoring', prompt: 'manual', split: 'test' };

const progressAfter = (...events: TrainingEvent[]) =>
  events.reduce(afterEvent, newProgress('/a/capitals.ptune', 'train'));

describe('the progress of a training', () => {
  it.each<[string, TrainingEvent[], number, string, string]>([
    ['before anything', [], 0, 'Loading the model', 'Training'],
    ['planned', [started], 0, 'Scoring', 'Training'],
    [
      'a run that began',
      [started, runStarted],
      0,
      'learned, seed 2 (1 of 2): step 0 of 4',
      'learned 0/4',
    ],
    [
      'after two steps',
      [started, runStarted, step(1, 3), step(2, 1.5)],
      0.25,
      'learned, seed 2 (1 of 2): step 2 of 4 · loss 1.50 · 9.0 s left for this seed, 27 s for all 2',
      // Two steps of this training and four of the next.
      'learned 2/4 · 27 s left for all 2',
    ],
    ['after a run', [started, runStarted, step(4, 1), runEnded], 0.5, 'Scoring', 'Training'],
    [
      'during a longer look',
      [scoring, { type: 'progress', text: 'Probing manual', done: 8, total: 32, secondsLeft: 3.2 }],
      0.25,
      'Probing manual: 8 of 32 · 3.2 s left',
      'Probing manual 8/32',
    ],
    [
      'during a search, whose steps are not alike',
      [
        {
          ...{ type: 'progress', text: 'Words for learned', detail: 'loss 1.29', isShare: true },
          ...{ done: 30, total: 300, secondsLeft: 40, atMost: true },
        },
      ],
      0.1,
      'Words for learned: 10 % · at most 40 s left · loss 1.29',
      'Words for learned 10 %',
    ],
    ['while scoring', [started, runStarted, runEnded, scoring], 0.5, 'Scoring manual', 'Scoring'],
  ])('%s', (_name, events, fraction, message, status) => {
    const progress = progressAfter(...events);
    expect(fractionDone(progress)).toBe(fraction);
    expect(progressMessage(progress)).toBe(`capitals.ptune · ${message}`);
    expect(statusText(progress, '/a/capitals.ptune')).toBe(status);
    // Beside another file it says which one is meant.
    expect(statusText(progress, '/a/other.ptune')).toBe(`capitals.ptune: ${status}`);
    expect(statusText(progress, undefined)).toBe(`capitals.ptune: ${status}`);
  });

  it('of one training alone has one time left', () => {
    const only = { ...started, trainings: [started.trainings[0]!] };
    const progress = progressAfter(only, runStarted, step(1, 3));
    expect(progressMessage(progress)).toMatch(/loss 3\.00 · 9\.0 s left$/);
    expect(statusText(progress, '/a/capitals.ptune')).toBe('learned 1/4 · 9.0 s left');
    expect(trainingText(progress, 'learned')).toMatch(/9\.0 s left$/);
  });

  it('stands at the line of the prompt that is trained or scored, and at no other', () => {
    const training = progressAfter(started, runStarted, step(1, 3), step(2, 1));
    expect(trainingText(training, 'learned')).toBe(
      '█▁ step 2 of 4 · loss 1.00 · 9.0 s left for seed 2',
    );
    expect(trainingWords(training, 'learned')).toBe(
      'step 2 of 4 · loss 1.00 · 9.0 s left for seed 2',
    );
    expect(trainingText(training, 'manual')).toBeUndefined();
    const scored = progressAfter(started, runStarted, runEnded, scoring);
    expect(trainingText(scored, 'manual')).toBe('scoring');
    expect(trainingText(scored, 'learned')).toBeUndefined();
  });
});

describe('a sparkline', () => {
  it.each<[number[], number, string]>([
    [[], 4, ''],
    [[2], 4, '▁'],
    [[1, 1, 1], 4, '▁▁▁'],
    [[0, 1, 2, 3, 4, 5, 6, 7], 8, '▁▂▃▄▅▆▇█'],
    [[0, 0, 4, 4, 8, 8], 3, '▁▅█'],
    [[1, NaN, 3, Infinity], 4, '▁█'],
  ])('of %j in %d', (values, width, text) => {
    expect(sparkline(values, width)).toBe(text);
  });
});

it('tells how far the download of the model is, until training starts', () => {
  const waiting = {
    type: 'download',
    model: 'owner/name',
    received: 120e6,
    total: 350e6,
    bytesPerSecond: 12e6,
  } as const;
  const event = { ...waiting, file: 'onnx/model.onnx', secondsLeft: 19.2 };
  const progress = afterEvent(newProgress('/a.ptune', 'train'), event);
  expect(progressMessage(progress)).toBe(
    'a.ptune · Downloading owner/name: 120 MB of 350 MB · 12 MB/s · 19 s left',
  );
  expect(progressMessage(afterEvent(progress, waiting))).toBe(
    'a.ptune · Waiting for another download of owner/name',
  );
});
