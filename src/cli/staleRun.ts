/** Says beside the result that a run is no longer one of the file as it is. */
import { FileStates } from '../training/fileStates.ts';
import type { FoundRun } from '../training/openRun.ts';
import { bundledModels } from './environment.ts';
import { note } from './output.ts';

/** Warns where the file, its data or its model changed since a run was trained. */
export async function warnOfStaleRun(run: FoundRun): Promise<void> {
  const reason = await new FileStates(bundledModels).staleSince(run);
  if (reason === undefined) return;
  const { id, file } = run.manifest;
  note(
    `warning: Run ${id} is stale: ${reason} since it was trained. Train the prompt again for one that belongs to ${file} as it is now.`,
  );
}
