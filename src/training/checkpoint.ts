/**
 * `checkpoint.safetensors`: everything that the rest of a training depends on. A run that resumes
 * from it ends in the same bytes as one that never stopped.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { runFiles } from '../runs/runWriter.ts';
import { readSafetensors, type SafetensorsFile, type StoredTensor } from '../runs/safetensors.ts';
import type { TrainerState } from './promptTrainer.ts';

/** The step whose vectors the run keeps, with its score on the validation split. */
export interface BestStep {
  readonly step: number;
  readonly accuracy: number;
  readonly loss: number;
}

/** How far a run is, beside its trainer. */
export interface RunProgress {
  /** Undefined before the first validation. */
  readonly best?: BestStep | undefined;
  /** Validations since the best one. */
  readonly withoutGain: number;
  /** How often the training went back to its last finite state; each time the rate was halved. */
  readonly rollbacks: number;
}

const floats = (data: Float32Array): StoredTensor => ({
  dtype: 'F32',
  shape: [data.length],
  data,
});

const integers = (values: readonly number[]): StoredTensor => ({
  dtype: 'I32',
  shape: [values.length],
  data: Int32Array.from(values),
});

/** The file of a checkpoint. */
export function writeCheckpoint(state: TrainerState, progress: RunProgress): SafetensorsFile {
  const { parameters, offset, optimizer, queue, random } = state;
  const named = (prefix: string, tensors: ReadonlyMap<string, Float32Array>) =>
    [...tensors].map(([name, data]) => [`${prefix}.${name}`, floats(data)] as const);
  return {
    tensors: Object.fromEntries([
      ...named('parameter', parameters),
      ...named('first', optimizer.first),
      ...named('second', optimizer.second),
      ['offset', floats(offset)],
      ['queue', integers(queue)],
      ['random', integers(random)],
    ]),
    metadata: {
      format: 'ptune-checkpoint-1',
      step: String(optimizer.step),
      progress: JSON.stringify(progress),
    },
  };
}

/**
 * The checkpoint in a run's folder; undefined when there is none, which is so for a moment after the
 * folder was made.
 *
 * @throws PtuneError `run/unreadable` when the file is no checkpoint
 */
export async function readCheckpoint(
  folder: string,
): Promise<{ state: TrainerState; progress: RunProgress } | undefined> {
  const path = join(folder, runFiles.checkpoint);
  const bytes = await readFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (!bytes) return undefined;
  const { tensors, metadata } = readSafetensors(bytes, runFiles.checkpoint);
  const { step, progress } = metadata;
  if (metadata['format'] !== 'ptune-checkpoint-1' || !step || !progress) {
    throw new PtuneError(
      'run/unreadable',
      `${path} is no checkpoint of this version of ptune.`,
      'Train the prompt from the start.',
    );
  }
  const named = (prefix: string) =>
    new Map(
      Object.entries(tensors)
        .filter(([name]) => name.startsWith(`${prefix}.`))
        .map(([name, tensor]) => [name.slice(prefix.length + 1), tensor.data as Float32Array]),
    );
  const list = (name: string) => [...(tensors[name]!.data as Int32Array)];
  return {
    state: {
      parameters: named('parameter'),
      offset: tensors['offset']!.data as Float32Array,
      optimizer: { first: named('first'), second: named('second'), step: Number(step) },
      queue: list('queue'),
      random: list('random'),
    },
    progress: JSON.parse(progress) as RunProgress,
  };
}
