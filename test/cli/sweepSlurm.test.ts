/** `ptune sweep --executor slurm` on a real Slurm. */
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunStore } from '../../src/runs/runStore.ts';
import { buildBundles, jsonLines, ptune, startPtuneWith } from '../support/cli.ts';
import { type Slurm, startSlurm } from '../support/slurm.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { type ProjectOptions, writeProject } from '../support/tinyProject.ts';

let slurm: Slurm;

beforeAll(async () => {
  await buildBundles();
  slurm = await startSlurm();
}, 300_000);

afterAll(async () => {
  await slurm.stop();
}, 30_000);

interface Trial {
  readonly trial: number;
  readonly status: string;
  readonly reason?: string;
}

const trialsOf = (stdout: string) => {
  const { trials } = jsonLines(stdout).at(-1) as unknown as { trials: Trial[] };
  return [...trials].sort((a, b) => a.trial - b.trial);
};

async function project(options: ProjectOptions) {
  const folder = join(await temporaryFolder(), 'it\'s a "%A test"');
  await mkdir(folder);
  const path = await writeProject(folder, options);
  const start = (...args: string[]) =>
    startPtuneWith(slurm.variables, folder, 'sweep', 'task.ptune', '--json', ...args);
  return { folder, store: RunStore.forFile(path), start };
}

/** The job that a sweep has told. */
const jobOf = (stdout: string) =>
  (jsonLines(stdout).find(({ type }) => type === 'submitted') as { job: string }).job;

describe('a sweep in Slurm', () => {
  test('is a job array with one task a trial, whose results are collected', async () => {
    const { folder, start, store } = await project({
      settings: 'sweep: {encoder: [mlp, none]}\n',
      train: ['steps: 2'],
    });
    const options = ['--sbatch', '--partition=debug --comment "two words"', '--jobs', '2'];
    const { status, stdout, stderr } = await start('--executor', 'slurm', ...options).finished;
    expect([status, stderr]).toEqual([0, '']);
    expect(trialsOf(stdout)).toMatchObject([
      { trial: 1, status: 'completed' },
      { trial: 2, status: 'completed' },
    ]);
    const job = jobOf(stdout);
    const told = await slurm.call('scontrol', 'show', 'job', job);
    expect(told).toContain('Partition=debug');
    expect(told).toContain('Comment=two words');
    const { runs } = await store.list();
    expect(runs.map((run) => [run.status, run.sweep?.trial]).sort()).toEqual([
      ['completed', 1],
      ['completed', 2],
    ]);
    const [sweep] = await readdir(join(folder, '.ptune/sweeps'));
    const logs = await readdir(join(folder, '.ptune/sweeps', sweep!, 'slurm'));
    expect(logs.sort()).toEqual([`${job}_1.log`, `${job}_2.log`, 'trial.sh']);
  });

  test('whose task is cancelled says so with the state of Slurm, and goes on with --resume', async () => {
    const { folder, start, store } = await project({
      settings: 'sweep: {steps: [2, 3000]}\n',
      train: ['encoder: none', 'patience: 100000', 'evaluateEvery: 100'],
    });
    const submitted = await start('--executor', 'slurm', '--no-wait').finished;
    expect([submitted.status, submitted.stderr]).toEqual([0, '']);
    const job = jobOf(submitted.stdout);
    const following = start('--resume', '--executor', 'slurm');
    // Neither is submitted a second time; the long one is cancelled in the middle of its training.
    for (let isTraining = false; !isTraining;) {
      await setTimeout(100);
      isTraining = (await store.list()).runs.some((run) => run.sweep?.trial === 2);
    }
    await slurm.call('scancel', `${job}_2`);
    const { status, stdout } = await following.finished;
    expect(status).toBe(3);
    expect(jsonLines(stdout).filter(({ type }) => type === 'submitted')).toEqual([]);
    expect(trialsOf(stdout)).toMatchObject([
      { trial: 1, status: 'completed' },
      {
        trial: 2,
        status: 'interrupted',
        reason: `Slurm ended its task ${job}_2 as CANCELLED; slurm/${job}_2.log in the folder of the sweep may say more`,
      },
    ]);
    const before = (await store.list()).runs;
    expect(before.map((run) => run.status).sort()).toEqual(['cancelled', 'completed']);
    const resumed = await start('--resume', '--executor', 'slurm').finished;
    expect([resumed.status, resumed.stderr]).toEqual([0, '']);
    expect(jsonLines(resumed.stdout)[1]).toMatchObject({ type: 'submitted', trials: [2] });
    expect(trialsOf(resumed.stdout).map((one) => one.status)).toEqual(['completed', 'completed']);
    const after = (await store.list()).runs;
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after.find((run) => run.sweep?.trial === 2)!.resumed).toHaveLength(1);
    const collected = await ptune(folder, 'sweep', 'task.ptune', '--collect');
    expect(collected.status).toBe(0);
  });

  test('is left in the queue by Ctrl+C, and not trained here beside it', async () => {
    const { start } = await project({
      settings: 'sweep: {steps: [100000, 100001]}\n',
      train: ['encoder: none', 'patience: 100000', 'evaluateEvery: 50000'],
    });
    const following = start('--executor', 'slurm');
    await following.prints('"submitted"');
    following.process.kill('SIGINT');
    const { status, stdout, stderr } = await following.finished;
    const job = jobOf(stdout);
    expect(status).toBe(130);
    expect(stderr).toBe(
      `No longer followed. 0 of 2 trials are done, and the others stay in the queue: "ptune sweep task.ptune --resume --executor slurm" follows them again, "scancel ${job}" ends them.\n`,
    );
    const here = await start('--resume').finished;
    expect(here.status).toBe(2);
    expect(here.stderr).toContain(`Trial 1 is task ${job}_1 in the queue of Slurm.`);
    await slurm.call('scancel', job);
  });

  test('that sbatch does not take says what sbatch says', async () => {
    const { start } = await project({ settings: 'sweep: {steps: [2]}\n' });
    const { status, stderr } = await start('--executor', 'slurm', '--sbatch', '-p nowhere')
      .finished;
    expect(status).toBe(3);
    expect(stderr).toContain('sbatch did not take the sweep: ');
    expect(stderr).toMatch(/invalid partition/i);
    expect(stderr).toContain('(slurm/refused)');
  });
});

test('a machine without Slurm says so before anything is planned', async () => {
  const { folder } = await project({ settings: 'sweep: {steps: [2]}\n' });
  const without = startPtuneWith(
    { PATH: '/nowhere' },
    folder,
    'sweep',
    'task.ptune',
    '--executor',
    'slurm',
  );
  const { status, stderr } = await without.finished;
  expect(status).toBe(3);
  expect(stderr).toContain('There is no sbatch and no squeue on this machine');
  expect(stderr).toContain('(slurm/unavailable)');
  expect(await readFile(join(folder, '.ptune/.gitignore'), 'utf8').catch(() => 'none')).toBe(
    'none',
  );
});
