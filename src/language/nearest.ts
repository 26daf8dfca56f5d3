/** Finds the name that someone probably meant. */
import { shortList } from '../base/shortList.ts';

/** The known name nearest to `name`, or undefined when none is near enough to be meant. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = normalized(name);
  // A name longer than this is no slip of the keyboard; comparing it would only take time.
  if (wanted.length > 64) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 0.5;
  for (const candidate of known) {
    const distance = editDistance(wanted, normalized(candidate).slice(0, 80));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The known names, those most like `name` first. */
export function nearestFirst(name: string, known: readonly string[]): string[] {
  const wanted = normalized(name).slice(0, 64);
  return known
    .map((one) => ({ one, distance: editDistance(wanted, normalized(one).slice(0, 80)) }))
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ one }) => one);
}

/** Names that a message lists; of more than these the ones that are most like what was written. */
const mostListed = 8;

/** Known names for a message: all in their order where they are few, else those nearest to `name`. */
export function listedNear(name: string, known: readonly string[]): string {
  return known.length <= mostListed
    ? shortList(known, mostListed)
    : shortList(nearestFirst(name, known), mostListed);
}

/** "Did you mean …?" for the nearest known name, or the names that there are when none is near. */
export function suggestion(name: string, known: readonly string[], lead = 'Known are'): string {
  const nearest = nearestName(name, known);
  return nearest === undefined
    ? `${lead} ${listedNear(name, known)}`
    : `Did you mean "${nearest}"?`;
}

/** Different spellings of one name (batch_size, batchSize, Batch-Size) are the same name here. */
function normalized(name: string): string {
  return name.replace(/[\s_-]/g, '').toLowerCase();
}

/** Insertions, deletions, substitutions and swaps of neighbors that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(row[j - 1]! + 1, last[j]! + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
