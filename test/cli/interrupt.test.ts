/** Trainings that are stopped from outside. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { RunStore } from '../../src/runs/runStore.ts';
import { buildBundles, jsonLines, ptune, startPtune } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';

beforeAll(buildBundles);

/** A training that would take minutes, after its first steps. */
async function longTraining(...options: string[]) {
  const folder = await temporaryFolder();
  const path = await writeProject(folder, { train: ['steps: 100000', 'evaluateEvery: 50000'] });
  const started = startPtune(folder, 'train', 'task.ptune', '--json', ...options);
  await started.prints('"step":3,');
  return { folder, started, store: RunStore.forFile(path) };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a training with status 130 and a run that can be read',
  async (signal) => {
    const { started, store } = await longTraining();
    started.process.kill(signal);
    const { status, stdout, stderr } = await started.finished;
    expect(status).toBe(130);
    expect(stderr).toBe('Cancelled.\n');
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'runEnded', status: 'cancelled' });
    const { runs, errors } = await store.list();
    expect(errors).toEqual([]);
    expect(runs).toMatchObject([{ status: 'cancelled' }]);
    const { vectors } = await store.readPrompt(runs[0]!.id);
    expect(vectors.length).toBe(24);
    expect(vectors.every(Number.isFinite)).toBe(true);
  },
);

test('SIGKILL leaves a run that reads as failed, and the next training works', async () => {
  const { folder, started, store } = await longTraining();
  started.process.kill('SIGKILL');
  const { stdout } = await started.finished;
  const steps = stdout.split('\n').filter((line) => line.startsWith('{"type":"step"'));
  const { runs, errors } = await store.list();
  expect(errors).toEqual([]);
  expect(runs).toHaveLength(1);
  const [run] = runs;
  expect(run!.status).toBe('failed');
  const stopped = /^trainer stopped unexpectedly at step (\d+)$/.exec(run!.reason!);
  // The process may write one step more than it could print.
  expect(Number(stopped?.[1])).toBeGreaterThanOrEqual(steps.length - 1);
  const listed = await ptune(folder, 'runs', 'list');
  expect(listed.stdout).toContain(`failed: ${run!.reason!}`);
  const nearest = await ptune(folder, 'nearest', run!.id);
  expect(nearest.status).toBe(2);
  expect(nearest.stderr).toContain('it kept no vectors');
  const next = await ptune(folder, 'train', 'task.ptune', '--steps', '2', '--json');
  expect(next.status).toBe(0);
  expect(jsonLines(next.stdout).at(-1)).toMatchObject({ type: 'summary' });
  expect((await store.list()).runs.map(({ status }) => status)).toEqual(['failed', 'completed']);
});

test('a reader that goes away ends the training as an interruption does', async () => {
  const { started, store } = await longTraining();
  started.process.stdout!.destroy();
  const { status, stderr } = await started.finished;
  expect(status).toBe(130);
  expect(stderr).toBe('Cancelled.\n');
  expect((await store.list()).runs).toMatchObject([{ status: 'cancelled' }]);
});

test('a training whose numbers stay infinite ends with status 2 and says what to do', async () => {
  const folder = await temporaryFolder();
  const path = await writeProject(folder, { size: { spread: 1e30 } });
  const { status, stderr } = await ptune(folder, 'train', 'task.ptune', '--json');
  expect(status).toBe(2);
  expect(stderr).toContain('check it with "ptune models verify"');
  expect(stderr).toContain('(training/not-finite)');
  const { runs } = await RunStore.forFile(path).list();
  expect(runs).toMatchObject([{ status: 'failed' }]);
  expect(join(folder, '.ptune/runs')).toBe(RunStore.forFile(path).folders.runs);
});
