/** A training that changes nothing says so. */
import { describe, expect, test } from 'vitest';
import { unchangedBy } from '../../src/evaluation/unchanged.ts';
import type { Prediction } from '../../src/protocol/predictions.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const predictions = (answers: readonly string[], loss: number): Prediction[] =>
  answers.map((predicted, example) => ({
    example,
    answer: 'Lima',
    predicted,
    correct: predicted === 'Lima',
    rank: 1,
    probability: 0.5,
    predictedProbability: 0.5,
    loss,
  }));

describe('two lists of answers', () => {
  const before = predictions(['Lima', 'Oslo'], 1);

  test('are unchanged when both answers and loss are', () => {
    expect(unchangedBy(before, predictions(['Lima', 'Oslo'], 1.004))).toBeCloseTo(0.004, 9);
    expect(unchangedBy(before, predictions(['Lima', 'Oslo'], 0.996))).toBeCloseTo(0.004, 9);
  });

  test('are changed when one answer or the loss is', () => {
    expect(unchangedBy(before, predictions(['Lima', 'Rome'], 1))).toBeUndefined();
    expect(unchangedBy(before, predictions(['Lima', 'Oslo'], 1.02))).toBeUndefined();
    expect(unchangedBy(before, predictions(['Lima', 'Oslo'], 0.98))).toBeUndefined();
  });
});

describe('a training', () => {
  const size = { layers: 1, width: 16, heads: 4, spread: 0.4, seed: 3 };
  const warnings = async (train: readonly string[], cancelAt?: number) => {
    const path = await writeProject(await temporaryFolder(), { train, size });
    const first = contextFor((event) => {
      if (event.type === 'step' && event.step === cancelAt) first.abort.abort();
    });
    const whole = trainFile({ path }, first.context);
    if (cancelAt === undefined) await whole;
    else await expect(whole).rejects.toThrow('Cancelled');
    if (cancelAt === undefined) return first.of('warning');
    const second = contextFor();
    await trainFile({ path, resume: first.of('runEnded')[0]!.run }, second.context);
    return second.of('warning');
  };

  test.each(['none', 'lstm'])('with a tiny rate warns, with the encoder %s', async (encoder) => {
    const found = await warnings([`encoder: ${encoder}`, 'steps: 4', 'learningRate: 1.0e-8']);
    expect(found).toMatchObject([{ code: 'training/no-change', prompt: 'learned', step: 4 }]);
    expect(found[0]!.message).toMatch(
      /^"learned" \(seed 1\) answers all 2 validation examples as its start vectors do, and its loss moved by 0\.00\d\d nats\. Try a larger learning rate/,
    );
  });

  test('that was stopped and goes on warns, too', async () => {
    const train = ['steps: 8', 'learningRate: 1.0e-8', 'evaluateEvery: 2', 'patience: 100'];
    expect(await warnings(train, 5)).toMatchObject([{ code: 'training/no-change', step: 8 }]);
  });

  test('that learns does not', async () => {
    expect(await warnings(['encoder: none', 'steps: 60', 'learningRate: 0.1'])).toEqual([]);
  });
});
