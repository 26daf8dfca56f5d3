import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StepEvent } from '../../src/protocol/events.ts';
import type { RunManifest, RunStart } from '../../src/runs/runManifest.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const start: RunStart = {
  file: 'capitals.ptune',
  prompt: { name: 'learned', template: '{*2} {country} {capital}' },
  seed: 1,
  settings: { steps: 400 },
  model: { id: 'bundled/x', sha256: 'm' },
  hashes: { template: 't', settings: 's', data: 'd', model: 'm', tokenizer: 'k' },
  versions: { ptune: '0.1.0' },
  machine: { cores: 2 },
  steps: 400,
  placement: [{ part: 0, rows: [0, 1] }],
};

const moment = Date.UTC(2026, 10, 23, 1, 2, 3);

function step(number: number): StepEvent {
  const run = { run: 'r', prompt: 'learned', seed: 1, steps: 400 };
  const measures = { loss: 1, learningRate: 0.1, gradientNorm: 2, secondsLeft: 3 };
  return { type: 'step', step: number, ...run, ...measures };
}

async function newStore(): Promise<{ store: RunStore; folder: string }> {
  const folder = await temporaryFolder();
  return { store: RunStore.forFile(join(folder, 'capitals.ptune')), folder };
}

describe('RunStore', () => {
  it('lays runs and reports beside the file, or all in the output folder', () => {
    expect(RunStore.forFile('/a/b/capitals.ptune').folders).toEqual({
      runs: '/a/b/.ptune/runs',
      reports: '/a/b/.ptune/reports',
    });
    expect(RunStore.forFile('/a/b.ptune', '/o').folders).toEqual({ runs: '/o', reports: '/o' });
  });

  it('keeps a run with its events, vectors and answers', async () => {
    const { store, folder } = await newStore();
    const writer = await store.createRun(start, moment);
    writer.append(step(1));
    writer.append(step(2));
    await writer.writePrompt({ vectors: Float32Array.of(1, 2, 3, 4, 5, 6), width: 3 });
    await writer.writeCheckpoint({ tensors: {}, metadata: { step: '2' } });
    const prediction = {
      prompt: 'learned',
      example: 0,
      answer: 'Lima',
      predicted: 'Lima',
      correct: true,
      rank: 1,
      probability: 0.9,
      predictedProbability: 0.9,
      loss: 0.1,
    };
    await writer.update({ status: 'completed', bestStep: 2, endedAt: 'later', seconds: 1.5 });
    writer.close();
    const predictions = [prediction, { ...prediction, example: 1 }];
    await store.writePredictions(writer.id, predictions);

    const { manifest, events } = await store.read(writer.id);
    expect(manifest).toMatchObject({ ...start, format: 1, status: 'completed', bestStep: 2 });
    expect(manifest.timings).toEqual({
      startedAt: '2026-11-23T01:02:03.000Z',
      endedAt: 'later',
      seconds: 1.5,
    });
    expect(events).toEqual([step(1), step(2)]);
    expect(await store.readPrompt(writer.id)).toEqual({
      vectors: Float32Array.of(1, 2, 3, 4, 5, 6),
      width: 3,
      prompt: 'learned',
      template: start.prompt.template,
      placement: start.placement,
      model: 'm',
    });
    expect(await store.readPredictions(writer.id)).toEqual(predictions);
    expect((await readdir(writer.folder)).sort()).toEqual([
      'checkpoint.safetensors',
      'metrics.jsonl',
      'predictions.jsonl',
      'prompt.safetensors',
      'run.json',
    ]);
    expect(await readFile(join(folder, '.ptune', '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('leaves a .gitignore that is there as it is', async () => {
    const { store, folder } = await newStore();
    await mkdir(join(folder, '.ptune'));
    await writeFile(join(folder, '.ptune', '.gitignore'), 'runs\n');
    await store.prepare();
    expect(await readFile(join(folder, '.ptune', '.gitignore'), 'utf8')).toBe('runs\n');
  });

  it('gives runs names that sort by time and differ within one millisecond', async () => {
    const { store } = await newStore();
    const writers = await Promise.all([
      store.createRun(start, moment + 5000),
      store.createRun(start, moment),
      store.createRun(start, moment),
    ]);
    const [late, ...early] = writers.map(({ id }) => id);
    for (const writer of writers) writer.close();
    expect(early[0]).toMatch(/^20261123T010203-learned-1-[0-9a-f]{4}$/);
    expect(new Set(early).size).toBe(2);
    expect(await store.ids()).toEqual([...early.sort(), late]);
  });

  it('reads a run whose process was killed as failed, at its last step', async () => {
    const { store } = await newStore();
    const writer = await store.createRun(start, moment);
    writer.append(step(7));
    writer.close();
    // The line that the process was writing when it was killed.
    await appendFile(join(writer.folder, 'metrics.jsonl'), '{"type":"step","step":8');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const manifest: RunManifest = {
      ...writer.manifest,
      process: { ...writer.manifest.process, pid: child.pid! },
    };
    await writeFile(join(writer.folder, 'run.json'), JSON.stringify(manifest));
    expect((await store.read(writer.id)).manifest.status).toBe('running');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await store.read(writer.id)).manifest).toMatchObject({
      status: 'failed',
      reason: 'trainer stopped unexpectedly at step 7',
    });
  });

  it('believes that a run of another machine goes on', async () => {
    const { store } = await newStore();
    const writer = await store.createRun(start, moment);
    writer.close();
    const elsewhere = { ...writer.manifest, process: { pid: 1, host: 'elsewhere.example' } };
    await writeFile(join(writer.folder, 'run.json'), JSON.stringify(elsewhere));
    expect((await store.read(writer.id)).manifest.status).toBe('running');
  });

  it('lists the runs of one second in the order of their starts', async () => {
    const { store } = await newStore();
    const made: string[] = [];
    for (let i = 0; i < 12; i++) {
      const writer = await store.createRun(start, moment + i);
      writer.close();
      made.push(writer.id);
    }
    expect((await store.list()).runs.map(({ id }) => id)).toEqual(made);
    expect(made).not.toEqual(made.toSorted());
  });

  it('lists what it can read and says what it cannot', async () => {
    const { store } = await newStore();
    const writer = await store.createRun(start, moment);
    writer.close();
    const others = { '20270101T000000-a-1-0000': '{"format":2}', '20270101T000000-b-1-0000': '{' };
    for (const [id, text] of Object.entries(others)) {
      await mkdir(store.folder(id));
      await writeFile(join(store.folder(id), 'run.json'), text);
    }
    const { runs, errors } = await store.list();
    expect(runs.map(({ id }) => id)).toEqual([writer.id]);
    expect(errors.map(({ code }) => code)).toEqual(['run/newer-format', 'run/unreadable']);
    expect(errors[0]!.message).toContain('format 2; this version reads up to 1');
  });

  it('names the part of run.json that is wrong', async () => {
    const { store } = await newStore();
    const writer = await store.createRun(start, moment);
    writer.close();
    const text = JSON.stringify({ ...writer.manifest, seed: 'one' });
    await writeFile(join(writer.folder, 'run.json'), text);
    await expect(store.read(writer.id)).rejects.toThrow(/no usable "seed"/);
  });

  it.each(['../..', '20270101T000000-a-1-0000', 'x/../../y'])('knows no run %s', async (id) => {
    const { store, folder } = await newStore();
    await store.prepare();
    const acts = [() => store.read(id), () => store.readPrompt(id), () => store.removeRun(id)];
    for (const act of acts) await expect(act()).rejects.toMatchObject({ code: 'run/not-found' });
    expect(await readdir(folder)).toEqual(['.ptune']);
  });

  it('removes a run', async () => {
    const { store } = await newStore();
    const writer = await store.createRun(start, moment);
    await expect(store.removeRun(writer.id)).rejects.toMatchObject({ code: 'run/in-use' });
    await writer.update({ status: 'completed' });
    writer.close();
    await store.removeRun(writer.id);
    expect(await store.ids()).toEqual([]);
  });

  it('refuses vectors that ptune did not write', async () => {
    const { store } = await newStore();
    const writer = await store.createRun(start, moment);
    await writer.writeCheckpoint({ tensors: {}, metadata: {} });
    const bytes = await readFile(join(writer.folder, 'checkpoint.safetensors'));
    await writeFile(join(writer.folder, 'prompt.safetensors'), bytes);
    writer.close();
    await expect(store.readPrompt(writer.id)).rejects.toThrow(/no float32 matrix/);
  });
});
