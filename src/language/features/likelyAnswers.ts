/** Which column the answer may be, where the settings do not say. */
import type { PtuneFile } from '../ast.ts';
import { type Facts, knownColumns } from './facts.ts';

/**
 * The columns that may be the answer, the likeliest first: those of slots from the last one of the
 * first prompt on, as far as the data have them, then the other columns of the data, the last first.
 */
export function likelyAnswers(file: PtuneFile, facts: Facts): string[] {
  const own = knownColumns(file, facts).map(({ name }) => name);
  const columns = own.length > 0 ? own : (facts.suggested?.columns ?? []).map(({ name }) => name);
  const slots = slotsOf(file);
  const real = columns.length === 0 ? slots : slots.filter((name) => columns.includes(name));
  return [...new Set([...real, ...columns.toReversed()])];
}

/** The columns that slots name, of each prompt the last first; of loose text where there is none. */
function slotsOf({ text, frontMatterSpan, prompts }: PtuneFile): string[] {
  const named = prompts.flatMap(({ parts }) =>
    parts.flatMap((part) => ('column' in part ? part.column : [])).toReversed(),
  );
  if (named.length > 0) return named;
  const lines = text.slice(frontMatterSpan?.end ?? 0).split(/\r\n|\n|\r/);
  return lines
    .filter((line) => !line.startsWith('@'))
    .flatMap((line) => [...line.matchAll(/(?<!\{)\{\s*([^{}|:*"]+?)\s*(?:\|[^{}]*)?\}/g)])
    .map(([, column]) => column!)
    .toReversed();
}
