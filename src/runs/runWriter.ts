/** The writing side of one run: the trainer's, while it trains. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingEvent } from '../protocol/events.ts';
import { atomicWrite } from '../files/atomicWrite.ts';
import { isBefore, metricsLine, parseMetrics } from './runMetrics.ts';
import { type PromptVectors, writePromptVectors } from './promptVectors.ts';
import type { RunChange, RunManifest } from './runManifest.ts';
import { type SafetensorsFile, writeSafetensors } from './safetensors.ts';
import { type VectorPath, writeVectorPath } from './vectorPath.ts';

/** Names of the files in a run's folder. */
export const runFiles = {
  manifest: 'run.json',
  metrics: 'metrics.jsonl',
  prompt: 'prompt.safetensors',
  path: 'path.safetensors',
  checkpoint: 'checkpoint.safetensors',
  predictions: 'predictions.jsonl',
} as const;

/** Writes the files of one run. Close it when the run has ended. */
export class RunWriter {
  /** The run's folder. */
  readonly folder: string;
  #manifest: RunManifest;
  #metrics: number | undefined;

  constructor(folder: string, manifest: RunManifest) {
    this.folder = folder;
    this.#manifest = manifest;
    this.#metrics = openSync(join(folder, runFiles.metrics), 'a');
  }

  get id(): string {
    return this.#manifest.id;
  }

  get manifest(): RunManifest {
    return this.#manifest;
  }

  /** Appends one event to `metrics.jsonl`, in one write, so that it survives a killed process. */
  append(event: TrainingEvent): void {
    if (this.#metrics !== undefined) writeSync(this.#metrics, metricsLine(event));
  }

  /** Drops the events after `step`, which will happen again; warnings stay. */
  async forgetAfter(step: number): Promise<void> {
    const path = join(this.folder, runFiles.metrics);
    const events = parseMetrics(readFileSync(path, 'utf8'));
    const kept = events.filter((event) => event.type === 'warning' || isBefore(event, step));
    this.close();
    await atomicWrite(path, kept.map(metricsLine).join(''));
    this.#metrics = openSync(path, 'a');
  }

  /** Writes `run.json` with these changes. */
  async update(change: RunChange): Promise<void> {
    const { endedAt, seconds, ...rest } = change;
    const timings = {
      ...this.#manifest.timings,
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(seconds === undefined ? {} : { seconds }),
    };
    this.#manifest = { ...this.#manifest, ...rest, timings };
    await writeManifest(this.folder, this.#manifest);
  }

  /** Writes the vectors of the prompt, in place of any before. */
  async writePrompt(prompt: Pick<PromptVectors, 'vectors' | 'width'>): Promise<void> {
    const bytes = writePromptVectors({
      ...prompt,
      prompt: this.#manifest.prompt.name,
      template: this.#manifest.prompt.template,
      placement: this.#manifest.placement,
      model: this.#manifest.model.sha256,
    });
    await atomicWrite(join(this.folder, runFiles.prompt), bytes);
  }

  /** Writes where the vectors were so far, in place of what was written before. */
  async writePath(path: VectorPath): Promise<void> {
    await atomicWrite(join(this.folder, runFiles.path), writeVectorPath(path));
  }

  /** Writes what resuming needs, in place of any before. */
  async writeCheckpoint(checkpoint: SafetensorsFile): Promise<void> {
    await atomicWrite(join(this.folder, runFiles.checkpoint), writeSafetensors(checkpoint));
  }

  /** Closes the files that are open; later events are dropped. */
  close(): void {
    if (this.#metrics !== undefined) closeSync(this.#metrics);
    this.#metrics = undefined;
  }
}

/** Writes a `run.json` whole. */
export async function writeManifest(folder: string, manifest: RunManifest): Promise<void> {
  await atomicWrite(join(folder, runFiles.manifest), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
