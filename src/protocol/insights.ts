/** What a report keeps of looks that a person asked for beside the scores. */
import { staleReason } from './fingerprint.ts';
import type { Report } from './report.ts';
import type { WordingProbe } from './wordings.ts';

export interface Insights {
  /** One a prompt. */
  readonly wordings?: readonly WordingProbe[];
}

/** `insights` with others over them; those of a prompt replace the ones it had. */
export function withInsights(insights: Insights | undefined, added: Insights): Insights {
  return { wordings: merged(insights?.wordings, added.wordings) };
}

/** The insights of an earlier report that hold for a new one: of prompts that are as they were. */
export function insightsThatHold(before: Report | undefined, now: Report): Insights | undefined {
  const holds = (one: WordingProbe) => {
    const present = now.fingerprints[one.prompt];
    return present !== undefined && staleReason(one.fingerprint, present) === undefined;
  };
  return before?.insights && { wordings: (before.insights.wordings ?? []).filter(holds) };
}

function merged<T extends { readonly prompt: string }>(
  before: readonly T[] = [],
  added: readonly T[] = [],
): readonly T[] {
  const names = new Set(added.map(({ prompt }) => prompt));
  return [...before.filter(({ prompt }) => !names.has(prompt)), ...added];
}
