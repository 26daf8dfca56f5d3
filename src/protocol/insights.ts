/** What a report keeps of looks that a person asked for beside the scores. */
import { staleReason, type Fingerprint } from './fingerprint.ts';
import type { PromptImportance } from './importance.ts';
import type { Report } from './report.ts';
import type { WordSearch } from './wordSearch.ts';
import type { WordingProbe } from './wordings.ts';

export interface Insights {
  /** One a prompt in words. */
  readonly wordings?: readonly WordingProbe[];
  /** One a learned prompt. */
  readonly importance?: readonly PromptImportance[];
  /** One a learned prompt. */
  readonly words?: readonly WordSearch[];
}

/** `insights` with others over them; those of a prompt replace the ones of their kind that it had. */
export function withInsights(insights: Insights | undefined, added: Insights): Insights {
  return {
    wordings: merged(insights?.wordings, added.wordings),
    importance: merged(insights?.importance, added.importance),
    words: merged(insights?.words, added.words),
  };
}

/**
 * The insights of an earlier report that hold for a new one.
 *
 * @param present  of every prompt of the file, scored or not: words can be searched before anything is
 *   trained
 */
export function insightsThatHold(
  before: Report | undefined,
  now: Report,
  present: ReadonlyMap<string, Fingerprint>,
): Insights | undefined {
  const holds = (one: { readonly prompt: string; readonly fingerprint: Fingerprint }) => {
    const own = present.get(one.prompt);
    return own !== undefined && staleReason(one.fingerprint, own) === undefined;
  };
  const runs = new Set(now.prompts.flatMap((prompt) => prompt.runs.map(({ run }) => run)));
  return (
    before?.insights && {
      wordings: (before.insights.wordings ?? []).filter(holds),
      importance: (before.insights.importance ?? []).filter(
        (one) => holds(one) && runs.has(one.run),
      ),
      words: (before.insights.words ?? []).filter(holds),
    }
  );
}

function merged<T extends { readonly prompt: string }>(
  before: readonly T[] = [],
  added: readonly T[] = [],
): readonly T[] {
  const names = new Set(added.map(({ prompt }) => prompt));
  return [...before.filter(({ prompt }) => !names.has(prompt)), ...added];
}
