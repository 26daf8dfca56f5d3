/** `sweep.json` and `trials/<n>.json`: what a sweep is, and how each trial stands (docs/run-format.md). */
import * as z from 'zod';
import { PtuneError } from '../base/errors.ts';

/** Raised when a reader of an older version could misread the files. */
export const sweepFormat = 1;

const settings = z.record(z.string(), z.unknown());

const plannedTrial = z.object({
  trial: z.number().int().positive(),
  prompt: z.string(),
  settings,
  hashes: z.object({
    template: z.string(),
    settings: z.string(),
    data: z.string(),
    model: z.string(),
  }),
  seeds: z.array(z.number().int()).min(1),
  work: z.number().positive(),
  asInFile: z.boolean(),
});

const slurmJob = z.object({
  job: z.string(),
  cluster: z.string().optional(),
  trials: z.array(z.number().int().positive()),
  submittedAt: z.string(),
});

const manifest = z.object({
  format: z.literal(sweepFormat),
  id: z.string(),
  file: z.string(),
  seed: z.number().int(),
  keys: z.array(z.string()),
  createdAt: z.string(),
  model: z.object({ id: z.string(), sha256: z.string() }),
  versions: z.record(z.string(), z.string()),
  trials: z.array(plannedTrial),
  leftOut: z.array(z.object({ prompt: z.string(), settings, reason: z.string() })),
  slurm: z.array(slurmJob).optional(),
});

/**
 * A sweep. A trial is what its hashes (SHA-256) and seeds say, whatever its number; `work` is the number
 * of batches that it trains on at most; `asInFile` marks the settings that the file has anyway.
 */
export type SweepManifest = z.infer<typeof manifest>;
export type SweepTrial = z.infer<typeof plannedTrial>;

const trialRun = z.object({
  seed: z.number().int(),
  run: z.string(),
  accuracy: z.number(),
  loss: z.number(),
  bestStep: z.number().int().nonnegative(),
  steps: z.number().int().nonnegative(),
  seconds: z.number().nonnegative(),
  reused: z.literal(true).optional(),
});

const trialState = z.object({
  format: z.literal(sweepFormat),
  trial: z.number().int().positive(),
  status: z.enum(['running', 'completed', 'failed', 'interrupted']),
  reason: z.string().optional(),
  final: z.literal(true).optional(),
  process: z.object({ pid: z.number().int(), host: z.string() }),
  task: z.string().optional(),
  runs: z.array(trialRun).optional(),
});

/**
 * How a trial stands. `reason` says why it failed or was interrupted; a `final` failure would come
 * again with the same inputs, so that it is not tried again. `task` is the Slurm task that ran it,
 * `runs` are those of its seeds, with their scores on validation; `reused` ones were there before.
 */
export type TrialState = z.infer<typeof trialState>;
export type TrialRun = z.infer<typeof trialRun>;

/** The manifest in the text of a `sweep.json`. Throws `run/newer-format` or `run/unreadable`. */
export function parseSweep(text: string, name: string): SweepManifest {
  return parsed(manifest, text, `sweep "${name}"`);
}

/** The state in the text of a trial's file. Throws as `parseSweep` does. */
export function parseTrial(text: string, name: string): TrialState {
  return parsed(trialState, text, `trial ${name}`);
}

function parsed<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(what, `it is not JSON (${(error as Error).message})`);
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > sweepFormat) {
    throw new PtuneError(
      'run/newer-format',
      `The ${what} was written by a newer version of ptune (format ${format}; this one reads up to ${sweepFormat}).`,
      'Update ptune.',
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unreadable(what, `"${issue!.path.join('.')}": ${issue!.message}`);
}

function unreadable(what: string, why: string): PtuneError {
  return new PtuneError(
    'run/unreadable',
    `The ${what} cannot be read: ${why}.`,
    'Start the sweep again without --resume; runs that still fit are not trained again.',
  );
}
