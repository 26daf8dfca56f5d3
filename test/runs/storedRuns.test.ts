/** The runs of a file as the report has them. */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changeLabel } from '../../src/runs/runLabel.ts';
import { writeRunScore } from '../../src/runs/runScore.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { storedRuns } from '../../src/runs/storedRuns.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { manifestWith, writeRun } from './support/runs.ts';

const idOf = (second: number, seed = 1) =>
  `20261123T0102${String(second).padStart(2, '0')}-learned-${seed}-ab12`;
const at = (second: number) => ({
  startedAt: `2026-11-23T01:02:${String(second).padStart(2, '0')}.000Z`,
  seconds: 12,
});

async function newStore(): Promise<RunStore> {
  return RunStore.forFile(join(await temporaryFolder(), 'capitals.ptune'));
}

describe('the stored runs of a file', () => {
  test('come newest first, with name, settings, outcome and score', async () => {
    const store = await newStore();
    const { runs } = store.folders;
    await writeRun(runs, { id: idOf(1), timings: at(1) });
    const second = await writeRun(runs, {
      id: idOf(2),
      timings: at(2),
      settings: { encoder: 'none', steps: 400, seeds: [1, 2], learningRate: null },
      resumed: [{ after: 20, at: '2026-11-23T01:03:00.000Z', secondsBefore: 5 }],
    });
    await writeRun(runs, { id: idOf(3), timings: at(3), file: 'other.ptune' });
    await mkdir(join(runs, idOf(4)));
    await changeLabel(second, { name: 'no encoder' });
    const score = { n: 4, accuracy: 0.75, interval: [0.3, 0.95], loss: 0.5 } as const;
    const candidates = { kind: 'answers', count: 4 } as const;
    await writeRunScore(second, { ...score, split: 'test', candidates });

    const found = await storedRuns(store, 'capitals.ptune');
    expect(found.map(({ run }) => run)).toEqual([idOf(2), idOf(1)]);
    expect(found[0]).toMatchObject({ name: 'no encoder', prompt: 'learned', seed: 1, score });
    expect(found[0]!.settings).toMatchObject({ encoder: 'none', learningRate: 'default' });
    expect(found[0]!.settings).not.toHaveProperty('seeds');
    expect(found[0]!.outcome).toEqual({
      status: 'completed',
      'kept step': '380',
      resumed: 'resumed after step 20',
      took: '12 s',
    });
    expect(found[1]).not.toHaveProperty('score');
    expect(found[1]!.outcome['resumed']).toBe('no');
  });

  test('are at most a hundred', async () => {
    const store = await newStore();
    const name = (i: number) =>
      `20261123T01${String(10 + Math.floor(i / 60))}${String(i % 60).padStart(2, '0')}-learned-1-ab12`;
    for (let i = 0; i < 103; i++) {
      const startedAt = new Date(Date.UTC(2026, 10, 23, 1, 10, i)).toISOString();
      await writeRun(store.folders.runs, { id: name(i), timings: { startedAt, seconds: 1 } });
    }
    const found = await storedRuns(store, 'capitals.ptune');
    expect(found).toHaveLength(100);
    expect(found[0]!.run).toBe(name(102));
  });
});

describe('a run that goes on', () => {
  const now = Date.UTC(2026, 10, 23, 5);

  test('keeps the time that it had taken, as it wrote it down', async () => {
    const store = await newStore();
    await writeRun(store.folders.runs, { id: idOf(1), status: 'cancelled' });
    const writer = await store.reopenRun(idOf(1), 40, now);
    writer.close();
    expect(writer.manifest.resumed).toEqual([
      { after: 40, at: '2026-11-23T05:00:00.000Z', secondsBefore: 12 },
    ]);
  });

  test('reckons it from its last event where it was killed, for the second time, too', async () => {
    const store = await newStore();
    const { id } = manifestWith();
    const first = { after: 20, at: '2026-11-23T03:00:00.000Z', secondsBefore: 7 };
    const folder = await writeRun(store.folders.runs, {
      status: 'running',
      timings: { startedAt: '2026-11-23T01:02:03.000Z' },
      resumed: [first],
    });
    await writeFile(join(folder, 'metrics.jsonl'), '');
    const lastEvent = new Date('2026-11-23T03:00:30.000Z');
    await utimes(join(folder, 'metrics.jsonl'), lastEvent, lastEvent);
    const writer = await store.reopenRun(id, 60, now);
    writer.close();
    expect(writer.manifest.resumed).toEqual([
      first,
      { after: 60, at: '2026-11-23T05:00:00.000Z', secondsBefore: 37 },
    ]);
  });
});
