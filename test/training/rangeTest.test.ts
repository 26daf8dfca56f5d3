/** The learning-rate range test, alone and in a run. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/protocol/report.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { chosenRate } from '../../src/training/rangeTest.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

describe('the chosen rate', () => {
  const rates = Array.from({ length: 61 }, (_, i) => 1e-5 * 10 ** (i / 10));
  const curve = (lossAt: (decades: number) => number) =>
    rates.map((learningRate, i) => ({ learningRate, loss: lossAt(i / 10) }));

  test('lies a third of the way to where the loss falls fastest', () => {
    // A logistic fall, steepest at 1e-2, and a rise from 1 on.
    const found = chosenRate(
      curve((x) => 2 / (1 + Math.exp(4 * (x - 3))) + (x > 5 ? 3 * (x - 5) : 0)),
    );
    expect(found).toBeCloseTo(1e-2 / 3, 4);
  });

  test('never lies behind the smallest loss', () => {
    // Steeper down again after a rise, but not as far down.
    const found = chosenRate(
      curve((x) => (x < 2 ? 1 - x / 10 : x < 4 ? 0.8 + 5 * (x - 2) : 10.8 - 4 * (x - 4))),
    );
    expect(found).toBeLessThan(1e-3);
  });

  test('is none where the loss falls nowhere', () => {
    expect(chosenRate(curve(() => 1))).toBeUndefined();
    expect(chosenRate(curve((x) => x))).toBeUndefined();
    expect(chosenRate([])).toBeUndefined();
  });
});

describe('a run with "learningRate: find"', () => {
  const train = ['learningRate: find', 'encoder: none', 'steps: 8', 'evaluateEvery: 4'];
  const size = { layers: 1, width: 16, heads: 4, spread: 0.4, seed: 3 };
  const project = async () => writeProject(await temporaryFolder(), { train, size });

  async function trained(path: string, request: object = {}) {
    const { context, of } = contextFor();
    const summary = await trainFile({ path, ...request }, context);
    return { of, summary };
  }

  test('trains with the rate that it found, and says so everywhere', async () => {
    const path = await project();
    const { of, summary } = await trained(path);
    const [found] = of('rangeTest');
    const { learningRate, curve } = found!;
    expect(curve.length).toBeGreaterThan(20);
    expect(curve[0]!.learningRate).toBeCloseTo(1e-5, 12);
    const best = curve.reduce((a, b) => (b.loss < a.loss ? b : a));
    expect(best.loss).toBeLessThan(curve[0]!.loss);
    expect(learningRate).toBeGreaterThan(1e-5);
    expect(learningRate).toBeLessThan(best.learningRate);
    expect(Math.max(...of('step').map((step) => step.learningRate))).toBe(learningRate);
    const { manifest, events } = await RunStore.forFile(path).read(found!.run);
    expect(manifest.learningRate).toBe(learningRate);
    expect(manifest.settings['learningRate']).toBe('find');
    expect(events.filter(({ type }) => type === 'rangeTest')).toEqual([found]);
    const report = JSON.parse(await readFile(summary.report!, 'utf8')) as Report;
    const { settings } = report.prompts.find((prompt) => prompt.summary.name === 'learned')!;
    expect(settings['learning rate']).toBe(`found: ${learningRate} (seed 1), linear`);
    expect(settings['range test, seed 1']).toMatch(
      /^loss by rate 0\.000010: \d+\.\d\d, 0\.0001\d: \d+\.\d\d, /,
    );
  });

  test('finds the same with the same seed, whatever is validated and tested', async () => {
    const [one, other] = [await project(), await project()];
    for (const split of ['validation', 'test']) {
      await writeFile(join(other, `../${split}.jsonl`), '{"country":"great","capital":"Rome"}\n');
    }
    const [a, b] = [await trained(one), await trained(other)];
    expect(a.of('rangeTest')[0]!.curve).toEqual(b.of('rangeTest')[0]!.curve);
    const c = await trained(one, { seeds: [2] });
    expect(a.of('rangeTest')[0]!.curve).not.toEqual(c.of('rangeTest')[0]!.curve);
  });

  test('that goes on keeps its rate and ends in the same bytes', async () => {
    const whole = await project();
    const straight = await trained(whole);
    const broken = await project();
    const first = contextFor((event) => {
      if (event.type === 'step' && event.step === 5) first.abort.abort();
    });
    await expect(trainFile({ path: broken }, first.context)).rejects.toThrow('Cancelled');
    const id = first.of('runEnded')[0]!.run;
    const resumed = await trained(broken, { resume: id });
    expect(resumed.of('rangeTest')).toEqual([]);
    const bytes = (path: string, run: string) =>
      readFile(join(RunStore.forFile(path).folder(run), 'prompt.safetensors'));
    const end = await bytes(whole, straight.of('runEnded')[0]!.run);
    expect(end.equals(await bytes(broken, id))).toBe(true);
  });

  test('that is cancelled while it searches is a cancelled run', async () => {
    const path = await project();
    const { context, abort, of } = contextFor((event) => {
      if (event.type === 'runStarted') abort.abort();
    });
    await expect(trainFile({ path }, context)).rejects.toThrow('Cancelled');
    expect(of('runEnded')).toMatchObject([{ status: 'cancelled', steps: 0 }]);
    expect((await RunStore.forFile(path).list()).runs).toMatchObject([{ status: 'cancelled' }]);
  });
});
