/** Runs that ended early and go on. */
import { copyFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readReport, reportPath } from '../../src/runs/reportFile.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { ptuneText, writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const train = ['steps: 20', 'batchSize: 3', 'evaluateEvery: 4', 'patience: 100'];

async function project(lines: readonly string[] = train): Promise<string> {
  return writeProject(await temporaryFolder(), { train: lines });
}

/** Trains until `step`, then cancels; gives the run's id. */
async function cancelledAt(path: string, step: number): Promise<string> {
  const { context, abort, of } = contextFor((event) => {
    if (event.type === 'step' && event.step === step) abort.abort();
  });
  await expect(trainFile({ path }, context)).rejects.toMatchObject({ code: 'training/cancelled' });
  return of('runEnded')[0]!.run;
}

const filesOf = async (path: string, id: string) => {
  const folder = RunStore.forFile(path).folder(id);
  return {
    prompt: await readFile(join(folder, 'prompt.safetensors')),
    checkpoint: await readFile(join(folder, 'checkpoint.safetensors')),
    path: await readFile(join(folder, 'path.safetensors')),
  };
};

describe.each([
  ['the encoder lstm', ['encoder: lstm']],
  ['no encoder', ['encoder: none']],
  ['dropout', ['dropout: 0.4']],
])('a run with %s that goes on', (_, settings) => {
  test('ends in the same bytes as one that never stopped', async () => {
    const lines = [...train, ...settings];
    const whole = await project(lines);
    const straight = contextFor();
    await trainFile({ path: whole }, straight.context);
    const broken = await project(lines);
    const id = await cancelledAt(broken, 10);
    const second = contextFor();
    await trainFile({ path: broken, resume: id }, second.context);
    expect(second.of('step')[0]!.step).toBe(9);
    expect(second.of('step').at(-1)!.step).toBe(20);
    const [a, b] = [
      await filesOf(whole, straight.of('runEnded')[0]!.run),
      await filesOf(broken, id),
    ];
    expect(a.prompt.equals(b.prompt)).toBe(true);
    expect(a.path.equals(b.path)).toBe(true);
    const losses = ({ of }: typeof second) => of('step').map(({ step, loss }) => [step, loss]);
    expect(losses(straight).slice(8)).toEqual(losses(second));
    const { manifest, events } = await RunStore.forFile(broken).read(id);
    expect(manifest.status).toBe('completed');
    // It tells where it went on, and how long both parts took: the context counts seconds.
    expect(manifest.resumed).toMatchObject([{ after: 8 }]);
    expect(manifest.timings.seconds).toBeGreaterThan(manifest.resumed![0]!.secondsBefore);
    expect(manifest.resumed![0]!.secondsBefore).toBeGreaterThan(0);
    const report = await readReport(reportPath(RunStore.forFile(broken).folders.reports, broken));
    expect(report!.prompts.flatMap(({ runs }) => runs)).toMatchObject([{ resumedAfter: [8] }]);
    expect(report!.storedRuns![0]!.outcome['resumed']).toBe('resumed after step 8');
    // The steps after the checkpoint were made twice and are told once.
    const steps = events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
    expect(steps).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});

describe('a run that was stopped before its first validation', () => {
  const lines = ['steps: 20', 'batchSize: 3', 'evaluateEvery: 10', 'patience: 100'];

  async function straight() {
    const path = await project(lines);
    const { context, of } = contextFor();
    await trainFile({ path }, context);
    return filesOf(path, of('runEnded')[0]!.run);
  }

  test.each([
    ['goes on from its start', async () => {}],
    [
      'starts over where it has written no checkpoint',
      async (folder: string) => {
        await rm(join(folder, 'checkpoint.safetensors'));
        await rm(join(folder, 'prompt.safetensors'));
      },
    ],
  ])('%s and ends in the same bytes', async (_, change) => {
    const path = await project(lines);
    const id = await cancelledAt(path, 2);
    await change(RunStore.forFile(path).folder(id));
    const { context, of } = contextFor();
    await trainFile({ path, resume: id }, context);
    expect(of('step')[0]!.step).toBe(1);
    const [a, b] = [await straight(), await filesOf(path, id)];
    expect(a.prompt.equals(b.prompt)).toBe(true);
    expect(a.checkpoint.equals(b.checkpoint)).toBe(true);
    expect(a.path.equals(b.path)).toBe(true);
    const { manifest } = await RunStore.forFile(path).read(id);
    expect(manifest.resumed).toMatchObject([{ after: 0 }]);
  });
});

test('a run that had lost its patience when it was stopped takes no further step', async () => {
  const lines = ['steps: 60', 'evaluateEvery: 1', 'patience: 2', 'learningRate: 1'];
  const path = await project(lines);
  const { context, of } = contextFor();
  await trainFile({ path }, context);
  const [ended] = of('runEnded');
  expect(ended!.steps).toBeLessThan(60);
  const before = await filesOf(path, ended!.run);
  // As if the process had been killed behind its last checkpoint.
  const manifest = join(RunStore.forFile(path).folder(ended!.run), 'run.json');
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace('"completed"', '"failed"'));
  const again = contextFor();
  await trainFile({ path, resume: ended!.run }, again.context);
  expect(again.of('step')).toEqual([]);
  expect(again.of('runEnded')[0]).toMatchObject({ steps: ended!.steps, bestStep: ended!.bestStep });
  const after = await filesOf(path, ended!.run);
  expect(before.checkpoint.equals(after.checkpoint)).toBe(true);
  expect(before.prompt.equals(after.prompt)).toBe(true);
});

test('a run goes on with the steps and seeds that it was started with', async () => {
  const path = await project();
  const { context, abort, of } = contextFor((event) => {
    if (event.type === 'step' && event.step === 7) abort.abort();
  });
  await expect(trainFile({ path, steps: 10, seeds: [5] }, context)).rejects.toThrow('Cancelled');
  const id = of('runEnded')[0]!.run;
  const second = contextFor();
  const summary = await trainFile({ path, resume: id }, second.context);
  expect(second.of('runEnded')[0]).toMatchObject({ run: id, seed: 5, steps: 10 });
  expect(summary.prompts[1]!.seeds).toMatchObject([{ seed: 5, run: id }]);
});

test('dropout changes the training from its first step, the same for the same seed', async () => {
  const straight = async (lines: readonly string[]) => {
    const { context, of } = contextFor();
    await trainFile({ path: await project([...train, ...lines]) }, context);
    return of('step').map(({ loss }) => loss);
  };
  const [without, half, again] = [
    await straight([]),
    await straight(['dropout: 0.5']),
    await straight(['dropout: 0.5']),
  ];
  expect(half[0]).not.toBe(without[0]);
  expect(half).toEqual(again);
});

describe('a run cannot go on', () => {
  const resume = (path: string, id: string) =>
    trainFile({ path, resume: id }, contextFor().context);

  test('that is completed', async () => {
    const path = await project();
    const { context, of } = contextFor();
    await trainFile({ path }, context);
    await expect(resume(path, of('runEnded')[0]!.run)).rejects.toMatchObject({
      code: 'run/unreadable',
      message: expect.stringContaining('cannot go on: it is completed.') as string,
    });
  });

  test('whose template, data or model are no longer the same', async () => {
    const path = await project();
    const id = await cancelledAt(path, 10);
    const copies = await Promise.all(['a', 'b', 'c'].map((name) => copied(path, name)));
    const [template, data, model] = copies as [string, string, string];
    await writeFile(template, ptuneText({ train }).replace('{*2} {country}', '{*2} a {country}'));
    await writeFile(join(data, '../validation.jsonl'), '{"country": "Iran", "capital": "Lima"}\n');
    await writeFile(join(model, '../model/config.json'), '{}');
    for (const one of copies) {
      await expect(resume(one, id)).rejects.toMatchObject({
        code: 'run/unreadable',
        message: expect.stringMatching(/cannot go on: the \w+.* since/) as string,
      });
    }
  });

  test('that has a damaged checkpoint', async () => {
    const path = await project();
    const early = await cancelledAt(path, 2);
    await copyFile(path, join(RunStore.forFile(path).folder(early), 'checkpoint.safetensors'));
    await expect(resume(path, early)).rejects.toMatchObject({ code: 'run/unreadable' });
  });

  test('that another process still trains', async () => {
    const path = await project();
    const id = await cancelledAt(path, 2);
    const manifest = join(RunStore.forFile(path).folder(id), 'run.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace('"cancelled"', '"running"'));
    await expect(resume(path, id)).rejects.toMatchObject({
      code: 'run/unreadable',
      message: expect.stringContaining(`process ${process.pid} on `) as string,
    });
  });

  test('that is not there', async () => {
    const path = await project();
    await expect(resume(path, '20260101T000000-learned-1-aaaa')).rejects.toMatchObject({
      code: 'run/not-found',
    });
  });
});

/** The project with its runs once more; gives the path of its `.ptune` file. */
async function copied(path: string, name: string): Promise<string> {
  const folder = join(await temporaryFolder(), name);
  await cp(join(path, '..'), folder, { recursive: true });
  return join(folder, 'task.ptune');
}
