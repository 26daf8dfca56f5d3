/** Runs at a glance, and where they are found. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunManifest } from '../../src/runs/runManifest.ts';
import { runFolders } from '../../src/runs/runFolders.ts';
import { readHeader } from '../../src/runs/runHeader.ts';
import { changeLabel, readLabel } from '../../src/runs/runLabel.ts';
import { readRunScore, writeRunScore } from '../../src/runs/runScore.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeRun } from './support/runs.ts';

const gone = { pid: 2 ** 22 + 1, host: (await import('node:os')).hostname() };
const here = { pid: process.pid, host: gone.host };

describe('a header', () => {
  it.each<[string, Partial<RunManifest>, object]>([
    ['completed', { status: 'completed' }, {}],
    ['imported', { status: 'completed', steps: 0 }, {}],
    ['running', { status: 'running', process: here }, { step: 3 }],
    ['interrupted', { status: 'running', process: gone }, { step: 3 }],
    ['interrupted', { status: 'cancelled' }, { step: 3 }],
    ['failed', { status: 'failed', reason: 'no memory' }, { step: 3 }],
  ])('says that a run is %s', async (state, change, expected) => {
    const folder = await writeRun(await temporaryFolder(), change);
    const line = JSON.stringify({ type: 'step', step: 3, note: 'ü'.repeat(20_000) });
    await appendFile(join(folder, 'metrics.jsonl'), `${line}\n{"type":"step","step":3}\n{"type":`);
    const { step, ...header } = await readHeader(folder);
    expect(header.state).toBe(state);
    expect(step === undefined ? {} : { step }).toEqual(expected);
  });

  it('has no reason but that of the process that went away', async () => {
    const folder = await writeRun(await temporaryFolder(), { status: 'running', process: gone });
    expect((await readHeader(folder)).manifest).toMatchObject({
      status: 'failed',
      reason: 'trainer stopped unexpectedly before the first step',
    });
  });

  it('fails where there is no run', async () => {
    const folder = await temporaryFolder();
    await expect(readHeader(folder)).rejects.toMatchObject({ code: 'run/not-found' });
  });
});

describe('a label', () => {
  it('is one line of text, cut where it is too long', async () => {
    const folder = await temporaryFolder();
    await changeLabel(folder, { name: ` a\u0007b\u202e\n c${'x'.repeat(200)}`, note: '\n' });
    const { name, note } = await readLabel(folder);
    expect(name).toBe(`a b c${'x'.repeat(95)}`);
    expect(note).toBeUndefined();
  });

  it('is empty where the file is damaged, and whole again when it is changed', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'label.json'), '{"name": 3');
    expect(await readLabel(folder)).toEqual({});
    await changeLabel(folder, { pinned: true });
    expect(JSON.parse(await readFile(join(folder, 'label.json'), 'utf8'))).toEqual({
      pinned: true,
    });
  });

  it('keeps what a change does not name', async () => {
    const folder = await temporaryFolder();
    await changeLabel(folder, { name: 'a', pinned: true });
    expect(await changeLabel(folder, { note: 'b' })).toEqual({
      name: 'a',
      note: 'b',
      pinned: true,
    });
    expect(await changeLabel(folder, { name: '', pinned: false })).toEqual({ note: 'b' });
  });
});

it('a score is read as it was written, or not at all', async () => {
  const folder = await temporaryFolder();
  const candidates = { kind: 'answers', count: 57 } as const;
  const score = { split: 'test', n: 57, accuracy: 0.5, interval: [0.4, 0.6], loss: 1, candidates };
  expect(await readRunScore(folder)).toBeUndefined();
  await writeRunScore(folder, score as never);
  expect(await readRunScore(folder)).toEqual(score);
  await writeFile(join(folder, 'score.json'), JSON.stringify({ ...score, format: 2 }));
  expect(await readRunScore(folder)).toBeUndefined();
});

it('finds the runs of a folder and three levels below, but of no hidden one', async () => {
  const folder = await temporaryFolder();
  for (const home of ['.', 'b/c/d', 'a', 'a/b/c/d', '.hidden', 'node_modules/x']) {
    await mkdir(join(folder, home, '.ptune/runs'), { recursive: true });
  }
  const found = await runFolders(folder);
  const expected = ['.', 'a', 'b/c/d'].map((home) => join(folder, home, '.ptune/runs'));
  expect(found[0]).toBe(expected[0]);
  expect(found.toSorted()).toEqual(expected);
});
