/** `ptune sweep` with trials on this machine. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { RunStore } from '../../src/runs/runStore.ts';
import { buildBundles, jsonLines, ptune, startPtune } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { ptuneText, writeProject, type ProjectOptions } from '../support/tinyProject.ts';

beforeAll(buildBundles);

const grid = 'sweep: {encoder: [mlp, none], steps: [2, 4]}\n';
const small = ['batchSize: 4', 'seeds: [1, 2]'];

/** A project in a folder whose name has spaces and quotes. */
async function project(options: ProjectOptions = {}) {
  const folder = join(await temporaryFolder(), 'it\'s a "test"');
  await mkdir(folder);
  const path = await writeProject(folder, { settings: grid, train: small, ...options });
  return { folder, path, store: RunStore.forFile(path) };
}

interface Trial {
  readonly trial: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly reason?: string;
  readonly accuracy: number;
  readonly loss: number;
  readonly interval: readonly number[];
  readonly seeds: readonly { seed: number; run: string; steps: number; reused?: true }[];
}

interface Summary {
  readonly type: string;
  readonly sweep: string;
  readonly trials: readonly Trial[];
  readonly best: readonly {
    readonly trial: number;
    readonly lines: readonly string[];
    readonly test?: unknown;
  }[];
  readonly sentences: readonly string[];
}

const summaryOf = (stdout: string) => jsonLines(stdout).at(-1) as unknown as Summary;

async function sweep(folder: string, ...options: string[]) {
  const finished = await ptune(folder, 'sweep', 'task.ptune', '--json', ...options);
  return { ...finished, ...(finished.status === 0 && { summary: summaryOf(finished.stdout) }) };
}

describe('a grid', () => {
  test('is trained in every combination, judged on validation, and its runs say so', async () => {
    const { folder, store } = await project();
    const { status, stdout, summary, stderr } = await sweep(folder);
    expect([status, stderr]).toEqual([0, '']);
    expect(summary!.trials).toHaveLength(4);
    expect(summary!.trials.map(({ trial }) => trial).sort()).toEqual([1, 2, 3, 4]);
    const order = summary!.trials.map(({ accuracy, loss }) => [-accuracy, loss]);
    expect(order).toEqual([...order].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!));
    const { runs } = await store.list();
    expect(runs).toHaveLength(8);
    for (const { trial, settings, seeds } of summary!.trials) {
      for (const { run, seed } of seeds) {
        const manifest = runs.find(({ id }) => id === run)!;
        expect(manifest.sweep).toEqual({ id: summary!.sweep, trial });
        expect(manifest.status).toBe('completed');
        expect(manifest.seed).toBe(seed);
        expect(manifest.settings).toMatchObject(settings);
      }
    }
    const events = jsonLines(stdout).map(({ type }) => type);
    // So few steps may change nothing, of which each trial warns.
    expect(events.filter((type) => type !== 'warning')).toEqual([
      'sweepStarted',
      ...Array<string>(4).fill('trialEnded'),
      'sweep',
    ]);
    // Nothing was asked of the test split.
    expect(summary!.best[0]).not.toHaveProperty('test');
    expect(summary!.sentences.join(' ')).toContain('The test split was not looked at');
    const listed = await ptune(folder, 'runs');
    expect(listed.stdout).toContain(`trial 1 of sweep ${summary!.sweep}`);
  });

  test('prints a table, sentences and the lines to paste', async () => {
    const { folder } = await project();
    const { status, stdout, stderr } = await ptune(folder, 'sweep', 'task.ptune', '--test');
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('2 validation examples, chosen among 3 candidate answers');
    expect(lines[1]).toMatch(
      /^trial +encoder +steps +answers right +95 % +loss +steps made +time +runs$/,
    );
    expect(lines[2]).toMatch(
      /^\d +(mlp|none) +[24] +\d+ % .* seeds \d+ \d+ {2}\d{8}T\d{6}-learned-1/,
    );
    expect(stdout).toMatch(/Trial \d cannot be told from the next best, trial \d: the interval/);
    expect(stdout).toContain('There are only 2 validation examples');
    expect(stdout).toMatch(/On 4 test examples, which had no part in the choice, trial \d answers/);
    expect(stdout).toMatch(/\ntrain:\n {2}encoder: (mlp|none)\n {2}steps: [24]\n$/);
    expect(stderr).toMatch(/^task.ptune · sweep \S+ · 4 trials\n/);
    expect(stderr).toMatch(/trial 1 {2}encoder: mlp, steps: 2 {2}validation \d+ % .*\(1\/4, /);
  });

  test('takes runs that are there already, and --write makes its best the settings of the file', async () => {
    const { folder, path, store } = await project();
    const first = await sweep(folder, '--jobs', '2');
    expect(first.summary!.trials).toHaveLength(4);
    const again = await sweep(folder, '--write');
    expect(again.summary!.trials.flatMap(({ seeds }) => seeds.map(({ reused }) => reused))).toEqual(
      Array(8).fill(true),
    );
    expect((await store.list()).runs).toHaveLength(8);
    const best = again.summary!.trials[0]!.settings as { encoder: string; steps: number };
    const written = await readFile(path, 'utf8');
    expect(written).toBe(
      ptuneText({
        settings: grid,
        train: [`encoder: ${best.encoder}`, `steps: ${best.steps}`, ...small],
      }),
    );
    const scored = await ptune(folder, 'score', 'task.ptune', '--json');
    // The runs of the best trial are those of the file now.
    expect(scored.stderr).toBe('');
    expect(scored.stdout).toContain(again.summary!.trials[0]!.seeds[0]!.run);
    const third = await ptune(folder, 'sweep', 'task.ptune', '--write');
    expect(third.stdout).toContain('(as in the file)');
    expect(third.stdout).toMatch(/task.ptune has the settings of trial \d already\.\n$/);
    expect(await readFile(path, 'utf8')).toBe(written);
  });
});

test('drawn trials are the same each time, and more of them keep the first ones', async () => {
  const settings = 'sweep: {learningRate: {min: 0.001, max: 0.1, scale: log}}\n';
  const { folder, store } = await project({ settings, train: ['steps: 2'] });
  const rates = ({ trials }: Summary) =>
    [...trials].sort((a, b) => a.trial - b.trial).map((one) => one.settings['learningRate']);
  const two = await sweep(folder, '--trials', '2');
  const three = await sweep(folder, '--trials', '3');
  expect(rates(three.summary!).slice(0, 2)).toEqual(rates(two.summary!));
  expect((await store.list()).runs).toHaveLength(3);
  const other = await sweep(folder, '--trials', '2', '--seed', '5');
  expect(rates(other.summary!)).not.toEqual(rates(two.summary!));
});

describe('a sweep that was stopped', () => {
  test('goes on with --resume where it was, and does not train again what is done', async () => {
    const { folder, store } = await project({
      settings: 'sweep: {steps: [2, 3000]}\n',
      train: ['encoder: none', 'patience: 10000', 'evaluateEvery: 100'],
    });
    const started = startPtune(folder, 'sweep', 'task.ptune', '--json');
    await started.prints('"trialEnded"');
    // The second trial has begun to train.
    for (let runs = 0; runs < 2;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      runs = (await store.list()).runs.length;
    }
    started.process.kill('SIGINT');
    const { status, stderr } = await started.finished;
    expect(status).toBe(130);
    expect(stderr).toBe(
      'Cancelled. 1 of 2 trials are done; "ptune sweep task.ptune --resume" goes on.\n',
    );
    const stopped = (await store.list()).runs;
    expect(stopped.map((run) => run.status)).toEqual(['completed', 'cancelled']);
    const collected = await ptune(folder, 'sweep', 'task.ptune', '--collect', '--json');
    expect(collected.status).toBe(3);
    expect(summaryOf(collected.stdout).trials).toMatchObject([
      { trial: 1, status: 'completed' },
      { trial: 2, status: 'interrupted', reason: 'cancelled' },
    ]);
    const { summary, stdout } = await sweep(folder, '--resume');
    expect(jsonLines(stdout)[0]).toMatchObject({ type: 'sweepStarted', trials: 2, done: 1 });
    expect(summary!.trials.map((one) => one.status)).toEqual(['completed', 'completed']);
    const after = (await store.list()).runs;
    expect(after.map(({ id }) => id)).toEqual(stopped.map(({ id }) => id));
    expect(after[1]!.resumed).toHaveLength(1);
  });

  test('does not go on with another template, and says what changed', async () => {
    const { folder, path } = await project({ train: ['steps: 2'] });
    expect((await sweep(folder)).status).toBe(0);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('{*2} {country}', '{*3} {country}'));
    const resumed = await sweep(folder, '--resume');
    expect(resumed.status).toBe(2);
    expect(resumed.stderr).toContain('cannot go on: template changed since it was planned');
    expect(resumed.stderr).toContain('(sweep/changed)');
    const collected = await ptune(folder, 'sweep', 'task.ptune', '--collect');
    expect(collected.status).toBe(0);
    expect(collected.stderr).toContain('warning: these scores are stale');
  });
});

test('a trial that fails does not end the sweep, and is not tried again', async () => {
  const { folder } = await project({
    settings: 'sweep: {init: [vocabulary, "run:20260101T000000-gone-1-abcd"]}\n',
  });
  const first = await sweep(folder);
  expect(first.status).toBe(0);
  expect(first.summary!.trials).toMatchObject([
    { trial: 1, status: 'completed' },
    { trial: 2, status: 'failed', reason: expect.stringContaining('kept no vectors') as string },
  ]);
  const { stdout } = await ptune(folder, 'sweep', 'task.ptune', '--resume', '--json');
  expect(jsonLines(stdout).map(({ type }) => type)).toEqual(['sweepStarted', 'sweep']);
});

test('a process that is killed is a failed trial, which --resume tries again', async () => {
  const { folder, store } = await project({
    settings: 'sweep: {steps: [2000, 2]}\n',
    train: ['encoder: none', 'patience: 10000', 'evaluateEvery: 100'],
  });
  const started = startPtune(folder, 'sweep', 'task.ptune', '--json');
  let pid: number | undefined;
  while (pid === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    pid = (await store.list()).runs[0]?.process.pid;
  }
  process.kill(pid, 'SIGKILL');
  const { status, stdout } = await started.finished;
  expect(status).toBe(3);
  expect(summaryOf(stdout).trials).toMatchObject([
    { trial: 2, status: 'completed' },
    { trial: 1, status: 'failed', reason: expect.stringContaining('signal SIGKILL') as string },
  ]);
  const { summary } = await sweep(folder, '--resume');
  expect(summary!.trials.map((one) => one.status)).toEqual(['completed', 'completed']);
});

describe('what cannot be swept', () => {
  test.each<[string, ProjectOptions, string[], string]>([
    ['no section', { settings: '' }, [], '(sweep/nothing-to-sweep)'],
    [
      'a setting without effect',
      { settings: 'sweep: {layers: [1, 2]}\n', train: ['encoder: none'] },
      [],
      '(sweep/no-effect)',
    ],
    ['no sweep to go on with', {}, ['--resume'], '(sweep/not-found)'],
    ['a plan beside --resume', {}, ['--resume', '--trials', '3'], '(cli/usage)'],
    ['what is for Slurm, without it', {}, ['--sbatch', '-p gpu'], '(cli/usage)'],
    [
      'a best trial that is not waited for',
      {},
      ['--executor', 'slurm', '--no-wait', '--write'],
      '(cli/usage)',
    ],
    ['no such prompt', {}, ['--prompt', 'lerned'], '(file/no-such-prompt)'],
    ['a data error', { settings: `${grid}labels: {a: b}\n` }, [], '(file/has-errors)'],
  ])('%s ends with status 2 before anything is trained', async (_, options, more, code) => {
    const { folder, store } = await project(options);
    const { status, stdout, stderr } = await ptune(folder, 'sweep', 'task.ptune', ...more);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(code);
    expect((await store.list()).runs).toEqual([]);
  });

  test('when no trial can be trained, the first reason is the error', async () => {
    const { folder } = await project({
      size: { spread: 1e30 },
      settings: 'sweep: {steps: [2, 3]}\n',
    });
    const { status, stdout, stderr } = await ptune(folder, 'sweep', 'task.ptune');
    expect(status).toBe(2);
    expect(stdout).toContain('failed: ');
    expect(stderr).toContain('No trial could be trained. Trial 1: ');
    expect(stderr).toContain('(sweep/no-result)');
  });
});
