/** A trained tiny project for tests of what leaves it. */
import { exportRun } from '../../src/exchange/export/exportRun.ts';
import type { ExportFormat, ExportReply } from '../../src/protocol/exchange.ts';
import { findRun, type FoundRun } from '../../src/training/openRun.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { writeProject, type ProjectOptions } from './tinyProject.ts';
import { contextFor } from './trainingContext.ts';

/** A project whose prompts are trained. */
export interface TrainedProject {
  readonly folder: string;
  /** Ids of runs by the name of their prompt. */
  readonly runs: Readonly<Record<string, string>>;
}

/** Writes a project and trains each of its prompts a few steps. */
export async function trainedProject(
  folder: string,
  options: ProjectOptions,
): Promise<TrainedProject> {
  const path = await writeProject(folder, { train: ['steps: 4', 'batchSize: 4'], ...options });
  const { context, of } = contextFor();
  await trainFile({ path }, context);
  return {
    folder,
    runs: Object.fromEntries(of('runStarted').map(({ prompt, run }) => [prompt, run])),
  };
}

/** The run of a prompt. */
export function runOf({ folder, runs }: TrainedProject, prompt: string): Promise<FoundRun> {
  return findRun(runs[prompt]!, folder);
}

/** Exports the run of a prompt into `output` beside the project's files. */
export function exported(
  { folder, runs }: TrainedProject,
  prompt: string,
  format: ExportFormat,
  output: string,
): Promise<ExportReply> {
  const request = { run: runs[prompt]!, from: folder, format, output };
  return exportRun(request, contextFor().context);
}
