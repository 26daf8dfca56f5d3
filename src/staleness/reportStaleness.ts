/** Which scores of a report no longer belong to the file, and which seeds they lack. */
import { missingSeeds } from '../protocol/fingerprint.ts';
import type { PromptReport, Report } from '../protocol/report.ts';
import { askedSeeds, changeSince, type FileState } from './fileState.ts';

/** By prompt name, why its score is stale ("template changed"); nothing of those that hold. */
export function staleScores(report: Report, state: FileState): Readonly<Record<string, string>> {
  const stale: Record<string, string> = {};
  for (const prompt of report.prompts) {
    const { name } = prompt.summary;
    const then = report.fingerprints[name];
    // Without a fingerprint nobody can tell what the score belongs to.
    const reason =
      then === undefined ? 'unknown what it belongs to' : changeSince(then, name, state);
    const others = seedsLackedBy(prompt, state) === undefined ? 'seeds changed' : undefined;
    const why = reason ?? others;
    if (why !== undefined) stale[name] = why;
  }
  return stale;
}

/** As `missingSeeds`, for a prompt's score; nothing is missing where nothing is trained. */
export function seedsLackedBy({ summary }: PromptReport, state: FileState): number[] | undefined {
  const asked = askedSeeds(summary.name, state);
  if (asked.length === 0 || summary.seeds === undefined) return [];
  return missingSeeds(
    summary.seeds.map(({ seed }) => seed),
    asked,
  );
}
