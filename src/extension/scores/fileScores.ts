/** The stored scores of a `.ptune` file and whether they still hold for its present text. */
import { type PtuneFile, baselinePrompt } from '../../language/ast.ts';
import type { FullReport, PromptReport, Report } from '../../protocol/report.ts';
import { dataFiles } from '../../runs/fingerprint.ts';
import { type StoredReports, reportPath } from '../../runs/reportFile.ts';
import { storeFolders } from '../../runs/runStore.ts';
import { fileState, type StateContext } from '../../staleness/fileState.ts';
import { presentNames, seedsLackedBy, staleScores } from '../../staleness/reportStaleness.ts';

/** Where models lie, and what is known of files and reports already. */
export interface ScoreContext extends StateContext {
  readonly reports: StoredReports;
}

/** A prompt's stored score. */
export interface PromptScore {
  /** As the file calls the prompt now; the report may have it under a former name. */
  readonly name: string;
  readonly prompt: PromptReport;
  readonly report: Report;
  /** What changed since, such as "template changed"; undefined while the score holds. */
  readonly stale: string | undefined;
  /** Seeds that the file asks for and the score does not have, where it has all others. */
  readonly missingSeeds?: readonly number[];
  /** Whether the file measures differences against this prompt now. */
  readonly isBaseline: boolean;
  /** The present name of the prompt that its stored difference is measured against. */
  readonly against: string | undefined;
  /** Why there is no difference to the present baseline, as a clause; undefined where there is one. */
  readonly baselineStale: string | undefined;
}

/** The scores of a file by the present names of its prompts. */
export interface FileScores {
  readonly report: FullReport;
  readonly prompts: ReadonlyMap<string, PromptScore>;
  /** By the report's names, why the score of a prompt is stale, those that are gone from the file among them. */
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
  const present = presentNames(report, state);
  const presentStale = new Map([...present].map(([former, name]) => [name, stale[former]]));
  const baseline = baselinePrompt(file)?.name;
  const prompts = new Map<string, PromptScore>();
  for (const prompt of report.prompts) {
    const { name: former, difference } = prompt.summary;
    const name = present.get(former);
    if (name === undefined) continue;
    const missing = seedsLackedBy(prompt, name, state) ?? [];
    const then = difference?.baseline;
    const against = then === undefined ? undefined : (present.get(then) ?? then);
    const isBaseline = name === baseline;
    prompts.set(name, {
      name,
      prompt,
      report,
      stale: stale[former],
      ...(missing.length > 0 && { missingSeeds: missing }),
      isBaseline,
      against,
      baselineStale: isBaseline
        ? undefined
        : baselineChange(prompt.baseline ? name : against, baseline, presentStale),
    });
  }
  return { report, prompts, stale };
}

/**
 * Why what was measured against one prompt says nothing of the present baseline.
 *
 * @param then the prompt that it was measured against, itself perhaps; undefined where there was none
 * @param stale why scores are stale, by present names; prompts without a score are not in it
 */
function baselineChange(
  then: string | undefined,
  now: string | undefined,
  stale: ReadonlyMap<string, string | undefined>,
): string | undefined {
  if (now === undefined) {
    return then === undefined ? undefined : `it was ${then}, and the file has none now`;
  }
  if (then === undefined) return `it is ${now} now, and there was none`;
  if (then !== now) return `it is ${now} now, and was ${then}`;
  if (!stale.has(now)) return `${now} is another prompt now`;
  const reason = stale.get(now);
  return reason === undefined ? undefined : `${reason} in ${now}`;
}

/** The files whose change can make a score stale. */
export function watchedFiles(file: PtuneFile, path: string): string[] {
  return [reportPathOf(path), ...dataFiles(file, path)];
}
