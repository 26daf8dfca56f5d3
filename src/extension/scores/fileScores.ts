/** The stored scores of a `.ptune` file and whether they still hold for its present text. */
import { type PtuneFile, baselinePrompt } from '../../language/ast.ts';
import type { FullReport, PromptReport, Report } from '../../protocol/report.ts';
import { dataFiles } from '../../runs/fingerprint.ts';
import { type StoredReports, reportPath } from '../../runs/reportFile.ts';
import { storeFolders } from '../../runs/runStore.ts';
import { fileState, type StateContext } from '../../staleness/fileState.ts';
import { seedsLackedBy, staleScores } from '../../staleness/reportStaleness.ts';

/** Where models lie, and what is known of files and reports already. */
export interface ScoreContext extends StateContext {
  readonly reports: StoredReports;
}

/** A prompt's stored score. */
export interface PromptScore {
  readonly prompt: PromptReport;
  readonly report: Report;
  /** What changed since, such as "template changed"; undefined while the score holds. */
  readonly stale: string | undefined;
  /** Seeds that the file asks for and the score does not have, where it has all others. */
  readonly missingSeeds?: readonly number[];
  /** What changed in the prompt that the difference was measured against. */
  readonly baselineStale: string | undefined;
}

/** The scores of a file by prompt name. */
export interface FileScores {
  readonly report: FullReport;
  readonly prompts: ReadonlyMap<string, PromptScore>;
  /** By name, why the score of a prompt is stale, those that are gone from the file among them. */
  readonly stale: Readonly<Record<string, string>>;
}

/** The path of the stored report of the `.ptune` file at `path`. */
export function reportPathOf(path: string): string {
  return reportPath(storeFolders(path).reports, path);
}

/**
 * The stored scores for a file's text as it is now; undefined when nothing was scored yet.
 *
 * @throws PtuneError when the report is there and cannot be read
 */
export async function readScores(
  file: PtuneFile,
  path: string,
  context: ScoreContext,
): Promise<FileScores | undefined> {
  const report = await context.reports.read(reportPathOf(path));
  if (report === undefined) return undefined;
  const state = await fileState(file, path, context);
  const stale = staleScores(report, state);
  const baseline = baselinePrompt(file)?.name;
  const prompts = new Map<string, PromptScore>();
  for (const prompt of report.prompts) {
    const { name, difference } = prompt.summary;
    if (!file.prompts.some((own) => own.name === name)) continue;
    const missing = seedsLackedBy(prompt, state) ?? [];
    prompts.set(name, {
      prompt,
      report,
      stale: stale[name],
      ...(missing.length > 0 && { missingSeeds: missing }),
      baselineStale: baselineChange(difference?.baseline, baseline, stale),
    });
  }
  return { report, prompts, stale };
}

function baselineChange(
  then: string | undefined,
  now: string | undefined,
  stale: Readonly<Record<string, string>>,
): string | undefined {
  if (then === undefined) return undefined;
  if (then !== now) return 'baseline changed';
  const reason = stale[then];
  return reason === undefined ? undefined : `${reason} in ${then}`;
}

/** The files whose change can make a score stale. */
export function watchedFiles(file: PtuneFile, path: string): string[] {
  return [reportPathOf(path), ...dataFiles(file, path)];
}
