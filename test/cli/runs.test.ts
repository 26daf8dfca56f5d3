/** `ptune runs`: names, notes and pins, comparisons, and what may be removed. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunComparison } from '../../src/protocol/runComparison.ts';
import { buildBundles, jsonLines, ptune, startPtune } from '../support/cli.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { ptuneText, writeProject } from '../support/tinyProject.ts';

let folder: string;
let path: string;
let runs: readonly string[];

const settings = (steps: number) => ({ train: [`steps: ${steps}`, 'encoder: none', 'seeds: [1]'] });

beforeAll(async () => {
  await buildBundles();
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  path = await writeProject(folder, settings(2));
  await ptune(folder, 'train', 'task.ptune');
  await writeFile(path, ptuneText(settings(4)));
  await ptune(folder, 'train', 'task.ptune');
  runs = await RunStore.forFile(path).ids();
});

afterAll(() => rm(folder, { recursive: true }));

const fileOf = (run: string, name: string) => readFile(join(folder, '.ptune/runs', run, name));

test('a name, a note and a pin change nothing but label.json', async () => {
  const [run] = runs as [string];
  const names = await readdir(join(folder, '.ptune/runs', run));
  const before = await Promise.all(names.map((name) => fileOf(run, name)));
  expect(await ptune(folder, 'runs', 'name', run, 'few \u202esteps\n')).toMatchObject({
    status: 0,
    stdout: `${run}  "few steps"\n`,
  });
  await ptune(folder, 'runs', 'note', run, 'to be compared');
  expect((await ptune(folder, 'runs', 'pin', run)).stdout).toBe(
    `${run}  "few steps"  pinned  to be compared\n`,
  );
  expect(await Promise.all(names.map((name) => fileOf(run, name)))).toEqual(before);
  expect(await readdir(join(folder, '.ptune/runs', run))).toEqual([...names, 'label.json'].sort());

  const listed = (await ptune(folder, 'runs')).stdout.split('\n');
  expect(listed[0]).toMatch(
    /^\S+ {2}"few steps" {2}task\.ptune {2}learned {2}seed 1 {2}completed: step \d kept {2}⟳ stale: settings changed \(was \d+ % of 4\) {2}pinned$/,
  );
  expect(listed[1]).toBe('    to be compared');
  const [{ label, score }] = (
    jsonLines((await ptune(folder, 'runs', '--json')).stdout)[0] as { runs: Listed[] }
  ).runs as [Listed];
  expect(label).toEqual({ name: 'few steps', note: 'to be compared', pinned: true });
  expect(score).toMatchObject({ split: 'test', n: 4, candidates: { kind: 'answers' } });

  for (const word of ['name', 'note', 'unpin']) await ptune(folder, 'runs', word, run);
  expect(await readdir(join(folder, '.ptune/runs', run))).toEqual(names.toSorted());
});

interface Listed {
  readonly label: unknown;
  readonly score: unknown;
}

test('the score of a run is the one of its predictions', async () => {
  for (const run of runs) {
    const own = jsonLines(String(await fileOf(run, 'predictions.jsonl'))).filter(
      ({ prompt }) => prompt === 'learned',
    );
    const score = JSON.parse(String(await fileOf(run, 'score.json'))) as Record<string, unknown>;
    expect(score['n']).toBe(own.length);
    expect(score['accuracy']).toBe(own.filter(({ correct }) => correct).length / own.length);
  }
});

test('runs are compared by their answers to the same examples, and by what differs', async () => {
  const { status, stdout } = await ptune(folder, 'runs', 'compare', ...runs);
  expect(status).toBe(0);
  expect(stdout.split('\n')[0]).toMatch(/^ +answers right +95 % +loss +difference to A +run$/);
  expect(stdout).toMatch(/^A +\d+ % of 4, chosen among 3 candidate answers +\d/m);
  expect(stdout).toMatch(/^B .* \(.* to .*\) on the same 4, p = .*, not significant/m);
  expect(stdout).toMatch(/^steps +2 +4$/m);
  const [json] = jsonLines((await ptune(folder, 'runs', 'compare', ...runs, '--json')).stdout);
  const comparison = json as unknown as RunComparison;
  expect(comparison.runs.map(({ run }) => run)).toEqual(runs);
  expect(comparison.runs[0]).not.toHaveProperty('difference');
  expect(comparison.runs[1]!.difference).toMatchObject({ baseline: runs[0] });
  expect(comparison.settings).toContainEqual({ name: 'steps', values: ['2', '4'] });
  expect(await ptune(folder, 'runs', 'compare', runs[0]!, runs[0]!)).toMatchObject({ status: 2 });
});

test('a comparison says which runs are stale, and for what', async () => {
  const [stale, current] = runs as [string, string];
  const { stdout } = await ptune(folder, 'runs', 'compare', ...runs);
  expect(stdout).toContain(`${stale}  ⟳ stale: settings changed\n`);
  expect(stdout).toMatch(new RegExp(`${current}$`, 'm'));
  expect(stdout).toContain(
    `Stale: ${stale}. What is said of a stale run is about its file as it was`,
  );
});

describe('a run without a score', () => {
  /** What is left of a run whose training was ended before it was scored. */
  const forget = async (run: string) => {
    for (const name of ['predictions.jsonl', 'score.json']) {
      await rm(join(folder, '.ptune/runs', run, name), { force: true });
    }
  };
  const compare = async () =>
    jsonLines(
      (await ptune(folder, 'runs', 'compare', ...runs, '--json')).stdout,
    )[0] as unknown as RunComparison;

  test('is scored when it is compared, also with settings that the file no longer has', async () => {
    const before = await compare();
    await forget(runs[0]!);
    expect((await ptune(folder, 'runs')).stdout.split('\n')[0]).toMatch(/stale: settings changed$/);
    const after = await compare();
    expect(after.runs[0]!.score).toBeDefined();
    expect(after).toEqual(before);
    expect((await ptune(folder, 'runs')).stdout.split('\n')[0]).toMatch(/\(was \d+ % of 4\)$/);
  });

  test('stays without one where its data are others now, and the comparison says so', async () => {
    const data = await readFile(join(folder, 'test.jsonl'), 'utf8');
    await forget(runs[0]!);
    await writeFile(join(folder, 'test.jsonl'), `${data}{"country":"x","capital":"Oslo"}\n`);
    const { runs: compared, notes } = await compare();
    await writeFile(join(folder, 'test.jsonl'), data);
    expect(compared[0]).not.toHaveProperty('score');
    expect(notes).toContain(
      `Not scored: ${runs[0]!}. The data of task.ptune have changed since. Put them back to score it.`,
    );
    expect((await compare()).runs[0]).toHaveProperty('score');
  });
});

test('a run that is being trained is not removed', async () => {
  await writeFile(path, ptuneText(settings(200_000)));
  const training = startPtune(folder, 'train', 'task.ptune', '--json');
  await training.prints('"type":"step"');
  const running = (await RunStore.forFile(path).ids()).at(-1)!;
  const refused = await ptune(folder, 'runs', 'remove', running);
  training.process.kill('SIGKILL');
  await training.finished;
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toContain(`process ${training.process.pid} on `);
  const compared = await ptune(folder, 'runs', 'compare', runs[0]!, running);
  expect(compared.stdout).toMatch(
    new RegExp(
      `Not scored: ${running}\\. It ended early \\(failed: .+\\)\\. "ptune train task\\.ptune --resume ${running}" goes on with it\\.`,
    ),
  );
  expect(await ptune(folder, 'runs', 'delete', running)).toMatchObject({
    status: 0,
    stdout: `Removed ${running}.\n`,
  });
});
