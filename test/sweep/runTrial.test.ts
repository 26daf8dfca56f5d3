import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runTrial } from '../../src/sweep/runTrial.ts';
import { startSweep, sweepPlaces } from '../../src/sweep/prepare.ts';
import { openPromptFile } from '../../src/training/promptFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

/** A planned sweep of one trial, and what it takes to run it. */
async function planned() {
  const path = await writeProject(await temporaryFolder(), {
    settings: 'sweep: {steps: [8]}\n',
    train: ['encoder: none', 'evaluateEvery: 2', 'patience: 100'],
  });
  const { context } = contextFor();
  const open = await openPromptFile(path, undefined, context);
  const places = sweepPlaces(path, undefined);
  const sweep = await startSweep(open, { seed: 1 }, places, context);
  await open.model.release();
  return { path, sweep, store: places.store, request: { path, folder: sweep.folder, trial: 1 } };
}

async function edit(path: string, change: (value: Record<string, unknown>) => object) {
  const value = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(change(value)));
}

test('a trial that another machine left in the middle goes on as the task that Slurm starts again', async () => {
  const { sweep, store, request } = await planned();
  const first = contextFor((event) => {
    if (event.type === 'step' && event.step === 5) first.abort.abort();
  });
  expect(await runTrial(request, first.context)).toBe('interrupted');
  const [run] = (await store.list()).runs;
  // As a node leaves it that went down.
  const elsewhere = { status: 'running', process: { pid: 1, host: 'elsewhere' } };
  await edit(join(store.folder(run!.id), 'run.json'), (value) => ({ ...value, ...elsewhere }));
  const state = join(sweep.folder, 'trials/0001.json');
  await edit(state, (value) => ({ ...value, ...elsewhere, task: '12_1' }));
  // By hand it is not touched: that machine may well be at work.
  await expect(runTrial(request, contextFor().context)).rejects.toMatchObject({
    code: 'sweep/in-use',
  });
  expect(await runTrial({ ...request, task: '12_1' }, contextFor().context)).toBe('completed');
  const { runs } = await store.list();
  expect(runs.map(({ id, status }) => [id, status])).toEqual([[run!.id, 'completed']]);
  expect(runs[0]!.resumed).toHaveLength(1);
  expect(await sweep.trial(1)).toMatchObject({ status: 'completed', task: '12_1' });
});

test('a trial whose file has changed under it fails and says what changed', async () => {
  const { path, sweep, request } = await planned();
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('{*2} {country}', '{*4} {country}'));
  expect(await runTrial(request, contextFor().context)).toBe('failed');
  expect(await sweep.trial(1)).toMatchObject({
    final: true,
    reason: expect.stringContaining('template changed since it was planned') as string,
  });
});

test('a trial that says it runs although its process has gone is interrupted', async () => {
  const { sweep } = await planned();
  await sweep.writeTrial({ trial: 1, status: 'running' });
  expect(await sweep.trial(1)).toMatchObject({ status: 'running' });
  await edit(join(sweep.folder, 'trials/0001.json'), (value) => {
    const { host } = value['process'] as { host: string };
    return { ...value, process: { pid: 2 ** 22 + 1, host } };
  });
  expect(await sweep.trial(1)).toMatchObject({ status: 'interrupted' });
});
