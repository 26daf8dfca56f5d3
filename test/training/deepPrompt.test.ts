/** Trainings of deep prompts: keys and values of every layer. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/protocol/report.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { findRun, predictWithRun } from '../../src/training/openRun.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { ptuneText, writeProject, type ProjectOptions } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const size = { past: true, layers: 2, width: 32, heads: 4, spread: 0.25, seed: 2 } as const;
const prompts =
  '@prompt manual\n{country} is {capital}\n\n@prompt learned\n{*6} {country} is {capital}';
const train = ['depth: deep', 'steps: 80', 'batchSize: 8', 'patience: 100', 'evaluateEvery: 20'];

const project = async (options: ProjectOptions = {}) =>
  writeProject(await temporaryFolder(), { model: 'causal', size, prompts, train, ...options });

describe.each([
  ['directly', 'encoder: none', 'learningRate: 0.1', true],
  ['through an mlp', 'encoder: mlp', 'learningRate: 0.01', true],
  ['in a branch of its own for the cache', 'encoder: none', 'learningRate: 0.1', 'merged'],
] as const)('a deep prompt that is trained %s', (_, encoder, rate, past) => {
  test('halves its loss, and says that no token is near it', async () => {
    const options = { size: { ...size, past }, train: [...train, encoder, rate] };
    const path = await project(options);
    const { context, of } = contextFor();
    const summary = await trainFile({ path }, context);
    const losses = of('step').map(({ loss }) => loss);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    const report = JSON.parse(await readFile(summary.report!, 'utf8')) as Report;
    const learned = report.prompts[1]!;
    expect(learned).toMatchObject({ deep: true });
    expect(learned.settings['depth']).toBe('keys and values of every layer');
    expect(learned.runs[0]!.virtualTokens).toEqual([]);
    expect(report.prompts[0]!.deep).toBeUndefined();
    // Its run answers single inputs, and its vectors may start another one or be used as they are.
    const { run } = of('runEnded')[0]!;
    const found = await findRun(join(dirname(path), '.ptune/runs', run), dirname(path));
    const [best] = await predictWithRun(found, { country: 'Mali' }, contextFor().context);
    expect(best!.candidate).toBe('Lima');
    const stored = join(RunStore.forFile(path).folder(run), 'prompt.safetensors');
    await writeFile(join(path, '../deep.safetensors'), await readFile(stored));
    const head = '@prompt learned';
    const from = ptuneText({ ...options, prompts }).replace(
      head,
      `${head} {from: deep.safetensors}`,
    );
    await writeFile(path, from);
    const again = await trainFile({ path }, contextFor().context);
    expect(again.prompts[1]!.loss).toBe(summary.prompts[1]!.loss);
    const still = [...train, encoder, `init: run:${run}`, 'learningRate: 1.0e-9'];
    await writeFile(path, ptuneText({ ...options, prompts, train: still }));
    const started = contextFor();
    await trainFile({ path, steps: 1 }, started.context);
    const ended = started.of('runEnded')[0]!.run;
    const store = RunStore.forFile(path);
    const [a, b] = [await store.readPrompt(run), await store.readPrompt(ended)];
    b.vectors.forEach((value, i) => expect(value).toBeCloseTo(a.vectors[i]!, 5));
  });
});

describe('a deep prompt is refused', () => {
  const refused = async (options: ProjectOptions) => {
    const path = await project(options);
    return trainFile({ path }, contextFor().context).then(
      () => undefined,
      (error: unknown) => error,
    );
  };

  test.each([
    ['by a causal model without a cache', { size: {} }, 'model/unsupported', 'past_key_values'],
    ['by a masked model', { model: 'masked', size: {} }, 'model/unsupported', 'past_key_values'],
    ['with an lstm', { train: ['depth: deep'] }, 'file/has-errors', '(prompt/deep-encoder)'],
    [
      'behind words',
      {
        prompts: '@prompt learned\n{country} {*2} is {capital}',
        train: ['depth: deep', 'encoder: none'],
      },
      'file/has-errors',
      'behind its first word',
    ],
  ] as const)('%s, with the reason', async (_, options, code, reason) => {
    const plain = { train: ['depth: deep', 'encoder: none'], ...options };
    expect(await refused(plain)).toMatchObject({
      code,
      message: expect.stringContaining(reason) as string,
      nextStep: expect.any(String) as string,
    });
  });
});
