/** Trainings whose numbers blow up: they go back, with half the rate, and fail in the end. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RunStore } from '../../src/runs/runStore.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject, type ProjectOptions } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

/** The decay makes the vectors nine times as large at each step, at half the rate four times. */
const explosive = [
  'encoder: none',
  'steps: 200',
  'learningRate: 10',
  'weightDecay: 1',
  'schedule: constant',
  'warmupSteps: 0',
  'patience: 1000',
];

async function project(options: ProjectOptions): Promise<string> {
  return writeProject(await temporaryFolder(), options);
}

describe('a training that blows up', () => {
  test.each([
    ['at every step', 'evaluateEvery: 1', 1],
    ['now and then', 'evaluateEvery: 25', 25],
    ['only at the end', 'evaluateEvery: 200', 200],
  ])('goes on with half the rate when it validates %s', async (_, line, every) => {
    const path = await project({ train: [...explosive, line] });
    const { context, of } = contextFor();
    await trainFile({ path }, context);
    const warnings = of('warning').filter(({ code }) => code === 'training/rolled-back');
    expect(warnings.length).toBeGreaterThanOrEqual(1);
    expect(warnings[0]!.message).toMatch(
      /^The .+ became (NaN|-?Infinity) at step \d+\. "learned" \(seed 1\) goes on from (its start|step \d+) with half the learning rate, 5 \(1 of 3\)$/,
    );
    const rates = [...new Set(of('step').map(({ learningRate }) => learningRate))];
    expect(rates).toEqual([10, 5, 2.5, 1.25].slice(0, warnings.length + 1));
    const [ended] = of('runEnded');
    expect(ended).toMatchObject({ status: 'completed', steps: 200 });
    const store = RunStore.forFile(path);
    const { events } = await store.read(ended!.run);
    // What was undone is not told, but that it was.
    const steps = events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
    expect(steps).toEqual(Array.from({ length: 200 }, (_step, i) => i + 1));
    expect(events.filter(({ type }) => type === 'warning')).toEqual(warnings);
    const validations = events.flatMap((e) => (e.type === 'validation' ? [e.step] : []));
    expect(validations).toEqual(Array.from({ length: 200 / every }, (_v, i) => (i + 1) * every));
    expect((await store.readPrompt(ended!.run)).vectors.every(Number.isFinite)).toBe(true);
  });

  test('that goes on after it was cancelled ends in the same bytes', async () => {
    const train = [...explosive, 'evaluateEvery: 25'];
    const straight = contextFor();
    const whole = await project({ train });
    await trainFile({ path: whole }, straight.context);
    const [rolled] = straight.of('warning');
    const broken = await project({ train });
    // Cancelled before the blow-up, then once more in the first steps after it.
    let halved = false;
    const first = contextFor((event) => {
      if (event.type === 'step' && event.step === rolled!.step! - 1) first.abort.abort();
    });
    await expect(trainFile({ path: broken }, first.context)).rejects.toThrow('Cancelled');
    const id = first.of('runEnded')[0]!.run;
    const second = contextFor((event) => {
      if (event.type === 'warning' && event.code === 'training/rolled-back') halved = true;
      if (event.type === 'validation' && halved) second.abort.abort();
    });
    await expect(trainFile({ path: broken, resume: id }, second.context)).rejects.toThrow();
    const third = contextFor();
    await trainFile({ path: broken, resume: id }, third.context);
    expect(third.of('step')[0]!.learningRate).toBeLessThan(10);
    const bytes = async (path: string, run: string) =>
      Promise.all(
        ['prompt.safetensors', 'checkpoint.safetensors', 'path.safetensors'].map((name) =>
          readFile(join(RunStore.forFile(path).folder(run), name)),
        ),
      );
    const [a, b] = [await bytes(whole, straight.of('runEnded')[0]!.run), await bytes(broken, id)];
    a.forEach((file, i) => expect(file.equals(b[i]!)).toBe(true));
  });

  test('three times and once more ends as failed, with what to do', async () => {
    const path = await project({ size: { spread: 1e30 }, train: ['steps: 10'] });
    const { context, of } = contextFor();
    await expect(trainFile({ path }, context)).rejects.toMatchObject({
      code: 'training/not-finite',
      message: expect.stringMatching(
        /^The loss became (NaN|Infinity) at step 1\. Going back and halving the learning rate 3 times, to 0\.000125, did not help\.$/,
      ) as string,
      nextStep: expect.stringContaining('ptune models verify') as string,
    });
    expect(of('warning').map(({ code }) => code)).toEqual(Array(3).fill('training/rolled-back'));
    const { runs } = await RunStore.forFile(path).list();
    expect(runs).toMatchObject([
      { status: 'failed', reason: expect.stringContaining('did not help') as string },
    ]);
    expect(of('runEnded')).toMatchObject([{ status: 'failed' }]);
  });
});
