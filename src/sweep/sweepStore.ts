/** The sweeps of one folder: `.ptune/sweeps/<id>/`, beside the runs. Each file has one writer. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { atomicWrite } from '../files/atomicWrite.ts';
import type { Prediction } from '../protocol/predictions.ts';
import { isAlive } from '../runs/runOwner.ts';
import type { StoreFolders } from '../runs/runStore.ts';
import {
  parseSweep,
  parseTrial,
  sweepFormat,
  type SweepManifest,
  type TrialState,
} from './manifest.ts';

/** What is known of a sweep when it is planned; the store adds format and name. */
export type SweepStart = Omit<SweepManifest, 'format' | 'id' | 'createdAt'>;

const manifestFile = 'sweep.json';

/** Where the sweeps lie that belong to some runs. */
export function sweepsFolder({ runs, reports }: StoreFolders): string {
  return join(runs === reports ? runs : dirname(runs), 'sweeps');
}

/** One sweep on disk. */
export class Sweep {
  readonly folder: string;
  #manifest: SweepManifest;

  private constructor(folder: string, manifest: SweepManifest) {
    this.folder = folder;
    this.#manifest = manifest;
  }

  /** Writes a new sweep; `now` in milliseconds since 1970. */
  static async create(sweeps: string, start: SweepStart, now: number): Promise<Sweep> {
    await mkdir(sweeps, { recursive: true });
    for (let attempt = 0; ; attempt++) {
      const id = sweepId(start.file, now, `${hostname()} ${process.pid} ${attempt}`);
      const folder = join(sweeps, id);
      const createdAt = new Date(now).toISOString();
      const manifest: SweepManifest = { format: sweepFormat, id, createdAt, ...start };
      const temporary = `${folder}.tmp-${process.pid}`;
      await atomicWrite(join(temporary, manifestFile), json(manifest));
      try {
        await rename(temporary, folder);
        return new Sweep(folder, manifest);
      } catch (error) {
        await rm(temporary, { recursive: true, force: true });
        const { code } = error as NodeJS.ErrnoException;
        if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(code ?? '') || attempt > 20) throw error;
      }
    }
  }

  /** Opens the sweep in a folder. Throws `sweep/not-found`, `run/unreadable`, `run/newer-format`. */
  static async open(folder: string): Promise<Sweep> {
    const text = await readFile(join(folder, manifestFile), 'utf8').catch(() => undefined);
    if (text === undefined) {
      throw new PtuneError(
        'sweep/not-found',
        `There is no sweep in ${folder}.`,
        'Start one with "ptune sweep FILE".',
      );
    }
    return new Sweep(folder, parseSweep(text, basename(folder)));
  }

  /** The newest sweep of a file. Throws as `open` does. */
  static async newest(sweeps: string, file: string): Promise<Sweep> {
    const names = await readdir(sweeps).catch(() => []);
    const newestFirst = names
      .filter((name) => !name.includes('.tmp-'))
      .sort()
      .reverse();
    for (const name of newestFirst) {
      const sweep = await Sweep.open(join(sweeps, name));
      if (sweep.manifest.file === file) return sweep;
    }
    throw new PtuneError(
      'sweep/not-found',
      `There is no sweep of ${file} in ${sweeps}.`,
      `Start one with "ptune sweep ${file}".`,
    );
  }

  get manifest(): SweepManifest {
    return this.#manifest;
  }

  /** Writes the manifest with these changes. Only the process that leads the sweep does so. */
  async update(change: Pick<SweepManifest, 'slurm'>): Promise<void> {
    this.#manifest = { ...this.#manifest, ...change };
    await atomicWrite(join(this.folder, manifestFile), json(this.#manifest));
  }

  /**
   * How a trial stands; undefined before it began. One that says `running` although its process has
   * gone is interrupted.
   */
  async trial(trial: number): Promise<TrialState | undefined> {
    const text = await readFile(this.#path(trial, 'json'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const state = parseTrial(text, String(trial));
    if (state.status !== 'running' || isAlive(state.process)) return state;
    return { ...state, status: 'interrupted', reason: 'its process went away' };
  }

  async writeTrial(state: Omit<TrialState, 'format' | 'process'>): Promise<void> {
    const owner = { pid: process.pid, host: hostname() };
    const whole: TrialState = { format: sweepFormat, ...state, process: owner };
    await atomicWrite(this.#path(state.trial, 'json'), json(whole));
  }

  /** The answers of a trial's runs to the validation examples, one list a seed. */
  async predictions(trial: number): Promise<Prediction[][]> {
    const text = await readFile(this.#path(trial, 'predictions.json'), 'utf8');
    return JSON.parse(text) as Prediction[][];
  }

  async writePredictions(
    trial: number,
    predictions: readonly (readonly Prediction[])[],
  ): Promise<void> {
    await atomicWrite(this.#path(trial, 'predictions.json'), `${JSON.stringify(predictions)}\n`);
  }

  #path(trial: number, ending: string): string {
    return join(this.folder, 'trials', `${String(trial).padStart(4, '0')}.${ending}`);
  }
}

/** A name that sorts by time: `20261123T010203-capitals-ab12`. */
function sweepId(file: string, now: number, salt: string): string {
  const time = new Date(now).toISOString();
  const stamp = time.slice(0, 19).replace(/[-:]/g, '');
  const hash = createHash('sha256').update(`${time} ${file} ${salt}`).digest('hex');
  const name = file
    .replace(/\.ptune$/, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .slice(0, 60);
  return `${stamp}-${name}-${hash.slice(0, 4)}`;
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
