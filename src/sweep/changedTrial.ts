/** A trial that is no longer what was planned. */
import { PtuneError } from '../base/errors.ts';
import type { SweepManifest } from './manifest.ts';

/** `change` as `staleReason` gives it, "template changed". */
export function changedTrial(
  { id, file }: Pick<SweepManifest, 'id' | 'file'>,
  { trial, prompt }: { readonly trial: number; readonly prompt: string },
  change: string,
): PtuneError {
  return new PtuneError(
    'sweep/changed',
    `Trial ${trial} of the sweep ${id} cannot go on: ${change} since it was planned (prompt "${prompt}").`,
    `Put ${file} and its data back as they were, or start a new sweep without --resume: runs that still fit are not trained again.`,
  );
}
