/** `run.json`: what a run is, what it was made with, and how it ended (docs/run-format.md). */
import * as z from 'zod';
import { PtuneError } from '../base/errors.ts';

/** Raised when a reader of an older version could misread the file. */
export const runFormat = 1;

const hashes = z.object({
  template: z.string(),
  settings: z.string(),
  data: z.string(),
  model: z.string(),
  tokenizer: z.string(),
});

const virtualPlace = z.object({
  part: z.number().int().nonnegative(),
  rows: z.array(z.number().int().nonnegative()),
  name: z.string().optional(),
});

const resumption = z.object({
  after: z.number().int().nonnegative(),
  at: z.string(),
  secondsBefore: z.number().nonnegative(),
});

const manifest = z.object({
  format: z.literal(runFormat),
  id: z.string(),
  status: z.enum(['running', 'completed', 'cancelled', 'failed']),
  reason: z.string().optional(),
  file: z.string(),
  prompt: z.object({ name: z.string(), template: z.string() }),
  seed: z.number().int(),
  learningRate: z.number().optional(),
  settings: z.record(z.string(), z.unknown()),
  model: z.object({ id: z.string(), sha256: z.string(), sha256After: z.string().optional() }),
  hashes,
  versions: z.record(z.string(), z.string()),
  machine: z.record(z.string(), z.union([z.string(), z.number()])),
  process: z.object({ pid: z.number().int(), host: z.string() }),
  timings: z.object({
    startedAt: z.string(),
    endedAt: z.string().optional(),
    seconds: z.number().optional(),
  }),
  steps: z.number().int().nonnegative(),
  bestStep: z.number().int().nonnegative().optional(),
  resumed: z.array(resumption).optional(),
  placement: z.array(virtualPlace),
  sweep: z.object({ id: z.string(), trial: z.number().int().positive() }).optional(),
});

/**
 * A run's manifest. `learningRate` is what a range test chose. `settings` are the prompt's as they were used; `hashes` are SHA-256;
 * `timings` are ISO 8601 in UTC and seconds, all parts of a resumed run together; `steps` is how many
 * the run was to make. `resumed` has each time that it went on: after which step, when, and how many
 * seconds it had been trained before.
 * `sweep` names the sweep and its trial that the run was trained for.
 */
export type RunManifest = z.infer<typeof manifest>;

/** What is known when a run starts; the store adds its name, status, process and start. */
export type RunStart = Omit<
  RunManifest,
  | 'format'
  | 'id'
  | 'status'
  | 'reason'
  | 'process'
  | 'timings'
  | 'bestStep'
  | 'learningRate'
  | 'resumed'
>;

/** What may change while a run goes on. */
export interface RunChange {
  readonly status?: RunManifest['status'];
  readonly reason?: string;
  readonly bestStep?: number;
  readonly learningRate?: number;
  readonly model?: RunManifest['model'];
  readonly endedAt?: string;
  readonly seconds?: number;
}

/** The steps after which a run went on, in order; empty for one that never stopped. */
export function resumedAfter({ resumed = [] }: RunManifest): number[] {
  return resumed.map(({ after }) => after);
}

/** How long a run was trained before its present process began, in seconds. */
export function secondsBefore({ resumed }: RunManifest): number {
  return resumed?.at(-1)?.secondsBefore ?? 0;
}

/** Where the rows of the prompt's vectors stand: in which part of the template. */
export type VirtualPlace = z.infer<typeof virtualPlace>;

/**
 * The manifest in the text of a `run.json`.
 *
 * @param name the run, for errors
 * @throws PtuneError `run/newer-format` or `run/unreadable`
 */
export function parseManifest(text: string, name: string): RunManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(name, `run.json is not JSON (${(error as Error).message})`, error);
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > runFormat) {
    throw new PtuneError(
      'run/newer-format',
      `Run "${name}" was written by a newer version of ptune (format ${format}; this version reads up to ${runFormat}).`,
      'Update ptune, or train the prompt again.',
    );
  }
  const parsed = manifest.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw unreadable(name, `run.json has no usable "${issue.path.join('.')}" (${issue.message})`);
  }
  return parsed.data;
}

function unreadable(name: string, why: string, cause?: unknown): PtuneError {
  return new PtuneError(
    'run/unreadable',
    `Run "${name}" cannot be read: ${why}.`,
    'Remove the run with "ptune runs remove", or train the prompt again.',
    cause,
  );
}
