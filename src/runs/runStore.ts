/**
 * The runs and reports of one folder. The trainer writes them, every view reads them; both may
 * happen at the same time, in different processes.
 */
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import type { TrainingEvent } from '../protocol/events.ts';
import type { RunPrediction } from '../protocol/predictions.ts';
import { atomicWrite, removeHalfWritten } from '../files/atomicWrite.ts';
import { type PromptVectors, readPromptVectors } from './promptVectors.ts';
import { assertNotRunning, readHeader, stopped } from './runHeader.ts';
import { isRunId, runId } from './runId.ts';
import {
  type RunManifest,
  type RunStart,
  parseManifest,
  runFormat,
  secondsBefore,
} from './runManifest.ts';
import { isBefore, lastStep, metricsLine, parseMetrics } from './runMetrics.ts';
import { isAlive } from './runOwner.ts';
import { RunWriter, runFiles, writeManifest } from './runWriter.ts';
import { type VectorPath, readVectorPath } from './vectorPath.ts';

/** Where runs and reports lie. */
export interface StoreFolders {
  readonly runs: string;
  readonly reports: string;
}

/** A run as it was found: its manifest and the events it has written so far. */
export interface StoredRun {
  readonly manifest: RunManifest;
  readonly folder: string;
  readonly events: readonly TrainingEvent[];
}

/** The folders for a `.ptune` file: `.ptune/` beside it, or `output` for both. */
export function storeFolders(ptuneFile: string, output?: string): StoreFolders {
  if (output !== undefined) return { runs: output, reports: output };
  const store = join(dirname(ptuneFile), '.ptune');
  return { runs: join(store, 'runs'), reports: join(store, 'reports') };
}

/** Runs by their names. */
export class RunStore {
  readonly folders: StoreFolders;

  constructor(folders: StoreFolders) {
    this.folders = folders;
  }

  /** The store of a `.ptune` file (`output` as in `storeFolders`). */
  static forFile(ptuneFile: string, output?: string): RunStore {
    return new RunStore(storeFolders(ptuneFile, output));
  }

  /**
   * Creates a run's folder with its first `run.json`, status `running`, owned by this process.
   *
   * @param now milliseconds since 1970
   */
  async createRun(start: RunStart, now: number): Promise<RunWriter> {
    await this.prepare();
    for (let attempt = 0; ; attempt++) {
      const salt = `${hostname()} ${process.pid} ${attempt}`;
      const id = runId({ startedAt: now, prompt: start.prompt.name, seed: start.seed, salt });
      const manifest: RunManifest = {
        format: runFormat,
        id,
        status: 'running',
        ...start,
        process: { pid: process.pid, host: hostname() },
        timings: { startedAt: new Date(now).toISOString() },
      };
      if (await this.#place(manifest)) return new RunWriter(this.folder(id), manifest);
    }
  }

  /**
   * Opens a run that ended early to go on with it: it is running again, owned by this process, and
   * its events after `step` are forgotten, since they will happen again.
   *
   * @param now milliseconds since 1970
   * @throws PtuneError as `read` does
   */
  async reopenRun(id: string, step: number, now: number): Promise<RunWriter> {
    const { manifest, folder, events } = await this.read(id);
    const resumption = {
      after: step,
      at: new Date(now).toISOString(),
      secondsBefore: await secondsTrained(manifest, folder),
    };
    const reopened: RunManifest = {
      ...manifest,
      status: 'running',
      // What the end wrote down is no longer so; undefined values are left out of the file.
      reason: undefined,
      bestStep: undefined,
      process: { pid: process.pid, host: hostname() },
      timings: { startedAt: manifest.timings.startedAt },
      resumed: [...(manifest.resumed ?? []), resumption],
    };
    const kept = events.filter((event) => isBefore(event, step));
    await removeHalfWritten(folder);
    await atomicWrite(join(folder, runFiles.metrics), kept.map(metricsLine).join(''));
    await writeManifest(folder, reopened);
    return new RunWriter(folder, reopened);
  }

  /** Makes the folders, and keeps what is in `.ptune` out of version control. */
  async prepare(): Promise<void> {
    await mkdir(this.folders.runs, { recursive: true });
    await mkdir(this.folders.reports, { recursive: true });
    const store = dirname(this.folders.runs);
    if (!store.endsWith('.ptune')) return;
    try {
      await writeFile(join(store, '.gitignore'), '*\n', { flag: 'wx' });
    } catch (error) {
      // One that is there stays as its owner wrote it.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }

  /** The names of all runs, oldest first. */
  async ids(): Promise<string[]> {
    const entries = await readdir(this.folders.runs, { withFileTypes: true }).catch(nothing);
    return entries
      .filter((entry) => entry.isDirectory() && isRunId(entry.name))
      .map((entry) => entry.name)
      .sort();
  }

  /** All runs that can be read, oldest first, and an error for each that cannot. */
  async list(): Promise<{ runs: RunManifest[]; errors: PtuneError[] }> {
    const runs: RunManifest[] = [];
    const errors: PtuneError[] = [];
    for (const id of await this.ids()) {
      try {
        runs.push((await readHeader(this.folder(id))).manifest);
      } catch (error) {
        if (!(error instanceof PtuneError)) throw error;
        errors.push(error);
      }
    }
    // Names tell seconds only.
    runs.sort((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0));
    return { runs, errors };
  }

  /**
   * A run with its events. One that says `running` although its process has gone reads as failed,
   * with the step at which it stopped.
   *
   * @throws PtuneError `run/not-found`, `run/unreadable` or `run/newer-format`
   */
  async read(id: string): Promise<StoredRun> {
    const folder = this.folder(id);
    const text = await readFile(join(folder, runFiles.manifest), 'utf8').catch(nothing);
    if (typeof text !== 'string') throw this.#notFound(id);
    const manifest = parseManifest(text, id);
    const metrics = await readFile(join(folder, runFiles.metrics), 'utf8').catch(nothing);
    const events = typeof metrics === 'string' ? parseMetrics(metrics) : [];
    if (manifest.status !== 'running' || isAlive(manifest.process)) {
      return { manifest, folder, events };
    }
    return { manifest: stopped(manifest, lastStep(events)), folder, events };
  }

  /**
   * Notes that a run whose process was ended on request is cancelled. Does nothing for a run that
   * has ended by itself or goes on.
   */
  async markCancelled(id: string): Promise<void> {
    const folder = this.folder(id);
    const manifest = parseManifest(await readFile(join(folder, runFiles.manifest), 'utf8'), id);
    if (manifest.status !== 'running' || isAlive(manifest.process)) return;
    await writeManifest(folder, { ...manifest, status: 'cancelled' });
  }

  /**
   * Notes that a run is cancelled whose process is known to have gone, though it ran on another machine
   * and nobody here can see it.
   */
  async markGone(id: string): Promise<void> {
    const { manifest, folder } = await this.read(id);
    if (manifest.status === 'running')
      await writeManifest(folder, { ...manifest, status: 'cancelled' });
  }

  /**
   * The vectors of a run's prompt.
   *
   * @throws PtuneError `run/not-found` when the run has not written any
   */
  async readPrompt(id: string): Promise<PromptVectors> {
    const bytes = await readFile(join(this.folder(id), runFiles.prompt)).catch(nothing);
    if (!(bytes instanceof Uint8Array)) {
      throw new PtuneError(
        'run/not-found',
        `Run "${id}" has no ${runFiles.prompt}: it kept no vectors.`,
        'Train the prompt again.',
      );
    }
    return readPromptVectors(bytes, `${id}/${runFiles.prompt}`);
  }

  /**
   * Where a run's vectors were; undefined where it was not written down.
   *
   * @throws PtuneError `run/unreadable` when the file is damaged
   */
  async readPath(id: string): Promise<VectorPath | undefined> {
    const bytes = await readFile(join(this.folder(id), runFiles.path)).catch(nothing);
    if (!(bytes instanceof Uint8Array)) return undefined;
    return readVectorPath(bytes, `${id}/${runFiles.path}`);
  }

  /** A run's answers, empty where none were written. */
  async readPredictions(id: string): Promise<RunPrediction[]> {
    const text = await readFile(join(this.folder(id), runFiles.predictions), 'utf8').catch(nothing);
    if (typeof text !== 'string') return [];
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RunPrediction);
  }

  /** Writes the answers of a run and of the prompts it is compared with, one a line. */
  async writePredictions(id: string, predictions: readonly RunPrediction[]): Promise<void> {
    const text = predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join('');
    await atomicWrite(join(this.folder(id), runFiles.predictions), text);
  }

  /**
   * Removes a run with all its files.
   *
   * @throws PtuneError `run/not-found`, `run/in-use`
   */
  async removeRun(id: string): Promise<void> {
    if (!(await this.ids()).includes(id)) throw this.#notFound(id);
    await assertNotRunning(this.folder(id));
    await rm(this.folder(id), { recursive: true });
  }

  /**
   * The folder of a run, whether it is there or not.
   *
   * @throws PtuneError `run/not-found` when the text can be no run's name
   */
  folder(id: string): string {
    if (!isRunId(id)) throw this.#notFound(id);
    return join(this.folders.runs, id);
  }

  /**
   * Puts the folder of a run in its place with its `run.json` in it, so that none is ever seen without;
   * false when the name is taken.
   */
  async #place(manifest: RunManifest): Promise<boolean> {
    const folder = this.folder(manifest.id);
    const temporary = await mkdtemp(`${folder}.tmp-`);
    await writeManifest(temporary, manifest);
    try {
      await rename(temporary, folder);
      return true;
    } catch (error) {
      await rm(temporary, { recursive: true });
      // Systems give this error different names.
      if (existsSync(folder)) return false;
      throw error;
    }
  }

  #notFound(id: string): PtuneError {
    return new PtuneError(
      'run/not-found',
      `There is no run "${id}" in ${this.folders.runs}.`,
      'List the runs with "ptune runs list".',
    );
  }
}

/**
 * How long a run was trained so far, in seconds. One that was killed did not write it down: its last
 * event tells.
 */
async function secondsTrained(manifest: RunManifest, folder: string): Promise<number> {
  const { seconds, startedAt } = manifest.timings;
  if (seconds !== undefined) return seconds;
  const begun = Date.parse(manifest.resumed?.at(-1)?.at ?? startedAt);
  const { mtimeMs } = await stat(join(folder, runFiles.metrics)).catch(() => ({ mtimeMs: begun }));
  return secondsBefore(manifest) + Math.max(0, mtimeMs - begun) / 1000;
}

const startOf = ({ timings }: RunManifest): string => timings.startedAt;

/** For files that may be missing; anything else that is wrong with them is still an error. */
function nothing(error: unknown): never[] {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return [];
  throw error;
}
