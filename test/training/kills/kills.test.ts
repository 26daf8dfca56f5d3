/**
 * Trainings on the bundled model that are killed at random times, some of them while they write a
 * checkpoint: every run can be read, and goes on to the bytes of one that nobody killed.
 *
 * PTUNE_KILLS says how many kills; a few unless told.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { buildBundles, jsonLines, startPtune, type Started } from '../../support/cli.ts';
import { root } from '../../support/project.ts';

const kills = Number(process.env['PTUNE_KILLS'] ?? 6);

/** Milliseconds that one kill with its resumption may take. */
const each = 30_000;

const steps = 60;

/** Dropout, a decay and a shuffled order, so that every part of the state counts. */
const file = `---
model: bundled/mini-mlm
data:
  train: capitals.train.jsonl
  validation: small.jsonl
  test: small.jsonl
answer: capital
train:
  steps: ${steps}
  batchSize: 4
  dropout: 0.2
  evaluateEvery: 2
  patience: 1000
---

@prompt learned
{*3} {country} {*3} {capital} .
`;

let folder: string;
let store: RunStore;
/** Files at the end of a run that nobody killed. */
let expected: readonly Buffer[];
/** Milliseconds from a run's first event to its last. */
let duration: number;

const filesOf = (run: string) =>
  Promise.all(
    ['prompt.safetensors', 'checkpoint.safetensors', 'path.safetensors'].map((name) =>
      readFile(join(store.folder(run), name)),
    ),
  );

const start = (...options: string[]) =>
  startPtune(folder, 'train', 'task.ptune', '--json', ...options);

/** The runs that are there now. */
const ids = async () => new Set(await store.ids());

beforeAll(async () => {
  await buildBundles();
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  store = RunStore.forFile(join(folder, 'task.ptune'));
  await cp(join(root, 'examples/capitals.train.jsonl'), join(folder, 'capitals.train.jsonl'));
  const some = (await readFile(join(root, 'examples/capitals.test.jsonl'), 'utf8')).split('\n');
  await writeFile(join(folder, 'small.jsonl'), `${some.slice(0, 4).join('\n')}\n`);
  await writeFile(join(folder, 'task.ptune'), file);
  const whole = start();
  await whole.prints('"type":"runStarted"');
  const from = performance.now();
  await whole.prints('"type":"runEnded"');
  duration = performance.now() - from;
  expect((await whole.finished).status).toBe(0);
  const [id] = await store.ids();
  expected = await filesOf(id!);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Waits until a new checkpoint begins to be written, at the earliest after `delay`. */
function checkpointBegins(run: string, delay: number): Promise<void> {
  return new Promise((resolve) => {
    const earliest = performance.now() + delay;
    const watcher = watch(store.folder(run), (_, name) => {
      if (!/^checkpoint\.safetensors\..+\.tmp$/.test(name ?? '')) return;
      if (performance.now() < earliest) return;
      watcher.close();
      resolve();
    });
  });
}

/** Waits until a training has made the folder of its run; gives the run's name. */
async function folderAppears(started: Started, before: ReadonlySet<string>): Promise<string> {
  for (;;) {
    const run = [...(await ids())].find((id) => !before.has(id));
    if (run !== undefined) return run;
    if (started.process.exitCode !== null) throw new Error((await started.finished).stderr);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Kills a training; gives whether a checkpoint was half written. */
async function killed(started: Started, run: string, random: Random): Promise<boolean> {
  // Each fifth one is killed at its start, before or while it writes its first checkpoint.
  const atStart = random.uniform() < 1 / 5;
  const delay = random.uniform() * (atStart ? 10 : duration);
  const pause = new Promise<void>((resolve) => setTimeout(resolve, delay));
  // Each third one is killed in a checkpoint; should none come any more, its end does, too.
  const inCheckpoint = random.uniform() < 1 / 3;
  await Promise.race([inCheckpoint ? checkpointBegins(run, delay) : pause, started.finished]);
  started.process.kill('SIGKILL');
  await started.finished;
  const left = await readdir(store.folder(run));
  return left.some((name) => name.startsWith('checkpoint') && name.endsWith('.tmp'));
}

test(
  `every one of ${kills} killed runs can be read and goes on to the same bytes`,
  async () => {
    const random = new Random(Number(process.env['PTUNE_KILLS_SEED'] ?? 1));
    const seen = {
      kills: 0,
      inCheckpoint: 0,
      beforeCheckpoint: 0,
      beforeValidation: 0,
      atTheEnd: 0,
      resumed: 0,
    };
    while (seen.kills < kills) {
      const before = await ids();
      let started = start();
      const run = await folderAppears(started, before);
      let goesOn = false;
      let again = false;
      do {
        goesOn = false;
        const half = await killed(started, run, random);
        seen.kills++;
        if (half) seen.inCheckpoint++;
        const { runs, errors } = await store.list();
        expect(errors).toEqual([]);
        const { status, reason } = runs.find(({ id }) => id === run)!;
        const left = await readdir(store.folder(run));
        if (status === 'completed') {
          seen.atTheEnd++;
          break;
        }
        expect(status).toBe('failed');
        expect(reason).toMatch(
          /^trainer stopped unexpectedly (before the first step|at step \d+)$/,
        );
        if (left.includes('prompt.safetensors')) {
          expect((await store.readPrompt(run)).vectors.every(Number.isFinite)).toBe(true);
        }
        if (!left.includes('checkpoint.safetensors')) seen.beforeCheckpoint++;
        if (!left.includes('prompt.safetensors')) seen.beforeValidation++;
        // Some are killed once more when they go on.
        again = random.uniform() < 0.25 && seen.kills < kills;
        started = start('--resume', run);
        goesOn = true;
        if (again) await started.prints('"type":"runStarted"');
      } while (again);
      if (goesOn) {
        const { status, stdout, stderr } = await started.finished;
        expect({ status, stderr }).toMatchObject({ status: 0 });
        expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'summary' });
        seen.resumed++;
      }
      const { manifest, events } = await store.read(run);
      expect(manifest.status).toBe('completed');
      const told = events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
      expect(told).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
      const files = await filesOf(run);
      files.forEach((bytes, i) => expect(bytes.equals(expected[i]!)).toBe(true));
      // What a killed process left half written goes when the run goes on.
      expect((await readdir(store.folder(run))).filter((name) => name.endsWith('.tmp'))).toEqual(
        [],
      );
      await store.removeRun(run);
    }
    console.info(`kills: ${JSON.stringify(seen)}`);
    expect(seen.resumed).toBeGreaterThan(0);
  },
  60_000 + kills * each,
);
