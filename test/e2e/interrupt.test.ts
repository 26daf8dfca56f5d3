/** Trainings that do not end by themselves: cancelled by a person, killed by the system. */
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { StoredRun } from '../../src/runs/runStore.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { eventually, signal } from './support/process.ts';
import { examples, useEditor, vsix } from './support/session.ts';

const editor = useEditor({ workspace: examples, vsix, theme: 'dark' });
const minutes = 60_000;

/** The run that was written last. */
async function lastRun(): Promise<StoredRun> {
  const store = RunStore.forFile(join(editor().server.workspace, 'capitals.ptune'));
  return store.read((await store.ids()).at(-1)!);
}

/** Starts a training and waits until it has made some steps. */
async function startTraining(): Promise<void> {
  const { workbench } = editor();
  await workbench.runCommand('PTune: Train Prompt');
  await workbench.statusBarItem(/learned ([5-9]|\d\d+)\/\d+/).waitFor({ timeout: minutes });
}

/** The process that trains. */
async function trainer(): Promise<number> {
  return eventually('trainer', () => editor().server.trainers()[0]);
}

async function ended(id: number): Promise<true> {
  return eventually('end of the trainer', () => (signal(id, 0) ? undefined : true));
}

beforeEach(async () => {
  const { workbench } = editor();
  await workbench.openFile('capitals.ptune');
  await workbench.clearNotifications();
});

test('a training cancelled in its notification leaves a readable run', async () => {
  const { workbench } = editor();
  await startTraining();
  const id = await trainer();
  await editor().screenshot('training-dark');
  await workbench.answer(/step \d+ of \d+/, 'Cancel');
  await workbench.notification('Training was cancelled').waitFor();
  await ended(id);
  const { manifest, events } = await lastRun();
  expect(manifest.status).toBe('cancelled');
  expect(events.filter(({ type }) => type === 'step').length).toBeGreaterThanOrEqual(5);
  expect(await workbench.editor.addedText('@prompt learned')).not.toContain('step');
});

test('a killed trainer is told with its step and its way back, and leaves a readable run', async () => {
  const { workbench } = editor();
  await startTraining();
  const id = await trainer();
  expect(signal(id, 'SIGKILL')).toBe(true);
  const message = workbench.notification(/trainer.*SIGKILL/s);
  await message.waitFor();
  expect(await message.innerText()).toMatch(/while it trained "learned", at step \d+ of \d+/);
  await editor().screenshot('killed-dark');
  const { manifest, events } = await lastRun();
  expect(manifest.status).toBe('failed');
  expect(events.filter(({ type }) => type === 'step').length).toBeGreaterThanOrEqual(5);
});

test('the button of that message trains again', async () => {
  const { workbench } = editor();
  await startTraining();
  const first = await trainer();
  signal(first, 'SIGKILL');
  await workbench.answer(/trainer.*SIGKILL/s, 'Train Again');
  await workbench.statusBarItem(/learned ([5-9]|\d\d+)\/\d+/).waitFor({ timeout: minutes });
  const second = await trainer();
  expect(second).not.toBe(first);
  await workbench.runCommand('PTune: Cancel Training');
  await workbench.notification('Training was cancelled').waitFor();
  await ended(second);
});

test('the trainer ends with the window that started it', async () => {
  await startTraining();
  const id = await trainer();
  await editor().page.goto('about:blank');
  await ended(id);
});
