/** Which scores of a report no longer belong to the file, and which seeds they lack. */
import { type Fingerprint, formerNames, missingSeeds } from '../protocol/fingerprint.ts';
import type { PromptReport, Report } from '../protocol/report.ts';
import { askedSeeds, changeSince, type FileState, knownHashes } from './fileState.ts';

/**
 * What each prompt of a report is called now. One that is gone has the name of the new prompt with its
 * fingerprint; without one it is left out.
 *
 * @returns present names by those of the report
 */
export function presentNames(report: Report, state: FileState): ReadonlyMap<string, string> {
  if (typeof state === 'string') return new Map();
  const names = report.prompts.map(({ summary }) => summary.name);
  const present = new Map(names.filter((name) => state.has(name)).map((name) => [name, name]));
  const gone = new Map<string, Fingerprint>();
  for (const name of names) {
    const then = report.fingerprints[name];
    if (then !== undefined && !present.has(name)) gone.set(name, then);
  }
  if (gone.size === 0) return present;
  const added = new Map([...knownHashes(state)].filter(([name]) => !present.has(name)));
  for (const [name, former] of formerNames(added, gone)) present.set(former, name);
  return present;
}

/** By the report's name of each prompt, why its score is stale ("template changed"); nothing of those that hold. */
export function staleScores(report: Report, state: FileState): Readonly<Record<string, string>> {
  const stale: Record<string, string> = {};
  const present = presentNames(report, state);
  for (const prompt of report.prompts) {
    const { name } = prompt.summary;
    const then = report.fingerprints[name];
    // Without a fingerprint nobody can tell what the score belongs to.
    const reason =
      then === undefined
        ? 'unknown what it belongs to'
        : changeSince(then, present.get(name) ?? name, state);
    const others =
      seedsLackedBy(prompt, present.get(name), state) === undefined ? 'seeds changed' : undefined;
    const why = reason ?? others;
    if (why !== undefined) stale[name] = why;
  }
  return stale;
}

/**
 * As `missingSeeds`, for the score of the prompt that is called `name` now; nothing is missing where
 * nothing is trained.
 */
export function seedsLackedBy(
  { summary }: PromptReport,
  name: string | undefined,
  state: FileState,
): number[] | undefined {
  const asked = name === undefined ? [] : askedSeeds(name, state);
  if (asked.length === 0 || summary.seeds === undefined) return [];
  return missingSeeds(
    summary.seeds.map(({ seed }) => seed),
    asked,
  );
}
