/** What the page, its copies and its exports say about scores that no longer belong to the file. */
import { listed } from '../src/protocol/format.ts';

/** By prompt name, why its score is stale. */
export type Stale = Readonly<Record<string, string>>;

/** Which scores are stale and why, and what to do; undefined where none is. */
export function staleText(stale: Stale): string | undefined {
  const which = Object.entries(stale).map(([name, reason]) => `${name} (${reason})`);
  if (which.length === 0) return undefined;
  return `⟳ Stale: ${listed(which)}. The scores belong to the file as it was; train or score it again.`;
}
