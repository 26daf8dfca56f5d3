/** In which order examples are shown. */
import type { OpenExamples, OpenRun, OpenTexts } from '../src/protocol/exampleTable.ts';
import { probabilitySteps } from '../src/protocol/exampleTable.ts';
import type { Keep } from './exampleFilters.ts';

/** A number for every example; the smallest comes first. Undefined is the order of the data. */
export type SortKeys = ArrayLike<number> | undefined;

/** The order that a sort asks for. */
export interface Sort {
  readonly keys: SortKeys;
  readonly descending: boolean;
}

/** The places of the examples that are kept, sorted; equal ones stay in the order of the data. */
export function orderedExamples(
  { count }: OpenExamples,
  keep: Keep,
  { keys, descending }: Sort,
): Uint32Array {
  const kept = new Uint32Array(count);
  let length = 0;
  for (let example = 0; example < count; example++) if (keep(example)) kept[length++] = example;
  const shown = kept.subarray(0, length);
  if (keys === undefined) return descending ? shown.reverse() : shown;
  const sign = descending ? -1 : 1;
  return shown.sort((a, b) => sign * (keys[a]! - keys[b]!) || a - b);
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** Keys by which a column of texts is in the reader's alphabetical order. */
export function textKeys({ texts, rows }: OpenTexts): SortKeys {
  const order = Array.from(texts.keys()).sort((a, b) => collator.compare(texts[a]!, texts[b]!));
  const places = new Uint32Array(texts.length);
  order.forEach((text, place) => (places[text] = place));
  return Uint32Array.from(rows, (row) => places[row]!);
}

/** Keys by which the examples that a run answers best come first: by rank, then by probability. */
export function runKeys({ rank, rightProbability }: OpenRun): SortKeys {
  const unsure = probabilitySteps + 1;
  return Float64Array.from(
    rank,
    (place, example) => place * unsure + probabilitySteps - rightProbability[example]!,
  );
}

/** The same for answers that were written freely: right ones first, then by probability. */
export function writtenKeys({ correct, rightProbability }: OpenRun): SortKeys {
  const unsure = probabilitySteps + 1;
  return Float64Array.from(
    correct,
    (right, example) => (1 - right) * unsure + probabilitySteps - rightProbability[example]!,
  );
}
