/** The real trainer process, with the model that ships. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  type Trainer,
  cancelOrKill,
  startTrainer,
} from '../../src/extension/jobs/trainerProcess.ts';
import type { TrainingEvent } from '../../src/protocol/events.ts';
import { readReport, reportPath } from '../../src/runs/reportFile.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { root } from '../support/project.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const { build } = (await import(join(root, 'scripts/build.mjs'))) as {
  build: () => Promise<boolean>;
};

const text = `---
model: bundled/mini-mlm
data:
  train: capitals.train.jsonl
  validation: capitals.validation.jsonl
  test: capitals.test.jsonl
answer: capital
---

@prompt manual
The capital of {country} is {capital}.

@prompt learned {encoder: none, steps: 400}
{*3} {country} {*3} {capital} .
`;

let path: string;
let store: RunStore;

beforeAll(async () => {
  await build();
});

beforeEach(async () => {
  const folder = await temporaryFolder();
  path = join(folder, 'capitals.ptune');
  store = RunStore.forFile(path);
  for (const split of ['train', 'validation', 'test']) {
    const name = `capitals.${split}.jsonl`;
    await cp(join(root, 'examples', name), join(folder, name));
  }
  await writeFile(path, text);
});

interface Started extends Trainer {
  readonly events: TrainingEvent[];
  readonly log: string[];
  /** Resolves at the first step of a training. */
  readonly firstStep: Promise<void>;
}

function start(node = process.execPath): Started {
  const events: TrainingEvent[] = [];
  const log: string[] = [];
  let stepped: () => void;
  const firstStep = new Promise<void>((resolve) => (stepped = resolve));
  const trainer = startTrainer({
    node,
    script: join(root, 'dist/trainer.cjs'),
    log: (line) => void log.push(line),
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'step') stepped();
    },
  });
  onTestFinished(async () => {
    trainer.dispose();
    await trainer.ended;
  });
  return { ...trainer, events, log, firstStep };
}

/** Waits for the first step, or fails with the training. */
async function firstStep(trainer: Started, training: Promise<unknown>): Promise<void> {
  await Promise.race([trainer.firstStep, training]);
}

async function lastRun() {
  return (await store.read((await store.ids()).at(-1)!)).manifest;
}

describe('the trainer', () => {
  it('says hello, trains, tells every step, and leaves run and report', async () => {
    const trainer = start();
    expect(await trainer.hello).toMatchObject({
      node: process.version,
      runtime: expect.stringMatching(/^onnxruntime \d+\./) as string,
    });
    const summary = await trainer.train({ path, steps: 3 });
    expect(summary.prompts.map(({ name, kind }) => [name, kind])).toEqual([
      ['manual', 'discrete'],
      ['learned', 'continuous'],
    ]);
    const steps = trainer.events.filter((event) => event.type === 'step');
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(await lastRun()).toMatchObject({ status: 'completed', steps: 3 });
    const report = await readReport(reportPath(store.folders.reports, path));
    expect(report?.prompts.map((prompt) => prompt.summary)).toEqual(summary.prompts);
  });

  it("trains the editor's text rather than the file's", async () => {
    const trainer = start();
    await expect(
      trainer.train({ path, text: text.replace('{capital} .', '') }),
    ).rejects.toMatchObject({ code: 'file/has-errors' });
    await expect(trainer.train({ path, prompts: ['nobody'] })).rejects.toMatchObject({
      code: 'file/no-such-prompt',
    });
  });

  it('stops after its current step when it is cancelled, and can train again', async () => {
    const trainer = start();
    const training = trainer.train({ path });
    const failed = expect(training).rejects.toMatchObject({ code: 'training/cancelled' });
    await firstStep(trainer, training);
    await cancelOrKill(trainer);
    await failed;
    expect(await lastRun()).toMatchObject({ status: 'cancelled' });
    expect((await trainer.train({ path, steps: 1 })).prompts).toHaveLength(2);
  });

  it('killed, fails its request, and leaves a run that reads as failed with its step', async () => {
    const trainer = start();
    const training = trainer.train({ path });
    const failed = expect(training).rejects.toMatchObject({
      code: 'trainer/stopped',
      message: 'The trainer stopped unexpectedly (signal SIGKILL).',
    });
    await firstStep(trainer, training);
    trainer.kill();
    await failed;
    const { status, reason } = await lastRun();
    expect(status).toBe('failed');
    expect(reason).toMatch(/^trainer stopped unexpectedly at step \d+$/);
    await store.markCancelled((await lastRun()).id);
    expect(await lastRun()).toMatchObject({ status: 'cancelled' });
  });

  it('ends when the editor lets go of it, in the middle of a training', async () => {
    const trainer = start();
    const training = trainer.train({ path });
    const failed = expect(training).rejects.toMatchObject({ code: 'trainer/stopped' });
    await firstStep(trainer, training);
    trainer.dispose();
    expect(await trainer.ended).toBe('exit status 0');
    await failed;
    expect(trainer.log.at(-1)).toBe('The trainer ended: exit status 0.');
  });

  it('that cannot be started fails what is asked of it', async () => {
    const trainer = start(join(root, 'no-such-node'));
    await expect(trainer.train({ path })).rejects.toMatchObject({
      code: 'trainer/stopped',
      message: expect.stringContaining('ENOENT') as string,
    });
  });
});

it('a trainer that does not answer a cancel within a second is killed', async () => {
  const trainer = start();
  await trainer.hello;
  // A stopped process answers nothing, as one that is deep inside native code.
  process.kill(trainer.pid!, 'SIGSTOP');
  const before = performance.now();
  await cancelOrKill(trainer);
  expect(await trainer.ended).toBe('signal SIGKILL');
  expect(performance.now() - before).toBeGreaterThan(950);
});
