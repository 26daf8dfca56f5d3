/** A run at a glance: what it is, what it is called and how it stands, from its small files alone. */
import { open, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { type RunLabel, readLabel } from './runLabel.ts';
import { type RunManifest, parseManifest } from './runManifest.ts';
import { lastStep, parseMetrics } from './runMetrics.ts';
import { isAlive } from './runOwner.ts';
import { runFiles } from './runWriter.ts';

/**
 * How a run stands. `interrupted`: it was cancelled, or its process went away; it can go on.
 * `imported`: its vectors come from elsewhere.
 */
export type RunState = 'completed' | 'running' | 'interrupted' | 'failed' | 'imported';

export interface RunHeader {
  readonly id: string;
  readonly folder: string;
  /** As in the file, but that a run whose process has gone is `failed`, with the reason. */
  readonly manifest: RunManifest;
  readonly label: RunLabel;
  readonly state: RunState;
  /** The last step that was made, of a run that is not completed. */
  readonly step?: number;
}

/** Enough of the end of `metrics.jsonl` to hold some whole lines. */
const tailBytes = 16_384;

/**
 * The header of the run in a folder.
 *
 * @throws PtuneError `run/not-found`, `run/unreadable` or `run/newer-format`
 */
export async function readHeader(folder: string): Promise<RunHeader> {
  const id = basename(folder);
  const path = join(folder, runFiles.manifest);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new PtuneError(
      'run/not-found',
      `There is no run "${id}": ${path} cannot be read.`,
      'List the runs with "ptune runs list".',
      error,
    );
  });
  const manifest = parseManifest(text, id);
  const common = { id, folder, label: await readLabel(folder) };
  if (manifest.status === 'completed') {
    const state = manifest.steps === 0 ? 'imported' : 'completed';
    return { ...common, manifest, state };
  }
  const step = await lastStepIn(folder);
  if (manifest.status !== 'running') {
    const state = manifest.status === 'cancelled' ? 'interrupted' : 'failed';
    return { ...common, manifest, state, step };
  }
  if (isAlive(manifest.process)) return { ...common, manifest, state: 'running', step };
  return { ...common, manifest: stopped(manifest, step), state: 'interrupted', step };
}

/**
 * Makes sure that a run may be removed. One that cannot be read may.
 *
 * @throws PtuneError `run/in-use` while a process trains it
 */
export async function assertNotRunning(folder: string): Promise<void> {
  const header = await readHeader(folder).catch(() => undefined);
  if (header?.state !== 'running') return;
  const { pid, host } = header.manifest.process;
  throw new PtuneError(
    'run/in-use',
    `The run "${header.id}" cannot be removed: process ${pid} on ${host} trains it.`,
    host === hostname()
      ? 'Cancel the training, or wait for its end, then remove the run.'
      : `Wait for its end. Where that machine is gone for good, remove the folder ${folder}.`,
  );
}

/** The manifest of a run that says `running` although its process has gone. */
export function stopped(manifest: RunManifest, step: number): RunManifest {
  const where = step === 0 ? 'before the first step' : `at step ${step}`;
  return { ...manifest, status: 'failed', reason: `trainer stopped unexpectedly ${where}` };
}

/** The last step in a run's `metrics.jsonl`, 0 where there is none. */
export async function lastStepIn(folder: string): Promise<number> {
  try {
    const file = await open(join(folder, runFiles.metrics), 'r');
    try {
      const { size } = await file.stat();
      const length = Math.min(size, tailBytes);
      const buffer = Buffer.alloc(length);
      await file.read(buffer, 0, length, size - length);
      // The first line may be cut: it is no JSON then, and left out.
      return lastStep(parseMetrics(buffer.toString('utf8')));
    } finally {
      await file.close();
    }
  } catch {
    return 0;
  }
}
