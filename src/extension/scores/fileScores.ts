/** The stored scores of a `.ptune` file and whether they still hold for its present text. */
import { dirname } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { locateModel } from '../../hub/locate.ts';
import { type PtuneFile, baselinePrompt } from '../../language/ast.ts';
import { missingSeeds, staleReason } from '../../protocol/fingerprint.ts';
import type { FullReport, PromptReport, Report } from '../../protocol/report.ts';
import type { FileHashes } from '../../runs/fileHashes.ts';
import { dataFiles, promptFingerprint } from '../../runs/fingerprint.ts';
import { type StoredReports, reportPath } from '../../runs/reportFile.ts';
import { storeFolders } from '../../runs/runStore.ts';

/** Where models lie, and what is known of files already. */
export interface ScoreContext {
  readonly bundledFolder: string;
  readonly caches: readonly string[];
  readonly hashes: FileHashes;
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
  const reasons = await staleReasons(file, path, report, context);
  const baseline = baselinePrompt(file)?.name;
  const prompts = new Map<string, PromptScore>();
  for (const prompt of report.prompts) {
    const { name, difference } = prompt.summary;
    if (!reasons.has(name)) continue;
    const against = difference?.baseline;
    const missing = missingOf(file, prompt) ?? [];
    prompts.set(name, {
      prompt,
      report,
      stale: reasons.get(name),
      ...(missing.length > 0 && { missingSeeds: missing }),
      baselineStale: baselineChange(against, baseline, reasons),
    });
  }
  return { report, prompts };
}

/** Why each prompt's score is stale; undefined for one that holds. Prompts that are gone are left out. */
async function staleReasons(
  file: PtuneFile,
  path: string,
  report: Report,
  context: ScoreContext,
): Promise<Map<string, string | undefined>> {
  const reasons = new Map<string, string | undefined>();
  const { model } = file.settings;
  const places = { fileFolder: dirname(path), ...context };
  let located: Awaited<ReturnType<typeof locateModel>> | undefined;
  try {
    if (model !== undefined) located = await locateModel(model, places);
  } catch (error) {
    if (!(error instanceof PtuneError)) throw error;
  }
  for (const prompt of file.prompts) {
    const then = report.fingerprints[prompt.name];
    if (then === undefined) continue;
    if (located === undefined) {
      reasons.set(prompt.name, 'model not found');
      continue;
    }
    try {
      const now = await promptFingerprint(file, prompt, { path, model: located }, context.hashes);
      const scored = report.prompts.find(({ summary }) => summary.name === prompt.name);
      const others = scored !== undefined && missingOf(file, scored) === undefined;
      reasons.set(prompt.name, staleReason(then, now) ?? (others ? 'seeds changed' : undefined));
    } catch {
      // A data file that cannot be read; its own diagnostic says which and why.
      reasons.set(prompt.name, 'data not found');
    }
  }
  return reasons;
}

/** As `missingSeeds`, for a prompt's score; nothing is missing where nothing is trained. */
function missingOf({ prompts }: PtuneFile, { summary }: PromptReport): number[] | undefined {
  const prompt = prompts.find(({ name }) => name === summary.name);
  if (prompt?.kind !== 'continuous' || prompt.from !== undefined || !summary.seeds) return [];
  return missingSeeds(
    summary.seeds.map(({ seed }) => seed),
    prompt.train.seeds,
  );
}

function baselineChange(
  then: string | undefined,
  now: string | undefined,
  reasons: ReadonlyMap<string, string | undefined>,
): string | undefined {
  if (then === undefined) return undefined;
  if (then !== now) return 'baseline changed';
  const reason = reasons.get(then);
  return reason === undefined ? undefined : `${reason} in ${then}`;
}

/** The files whose change can make a score stale. */
export function watchedFiles(file: PtuneFile, path: string): string[] {
  return [reportPathOf(path), ...dataFiles(file, path)];
}
