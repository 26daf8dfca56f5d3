/** How far a search is, in the form that all longer work has. */
import type { ProgressEvent } from '../../protocol/events.ts';
import type { SearchEvent } from '../../protocol/wordSearch.ts';

const methodNames: Readonly<Record<SearchEvent['method'], string>> = {
  beam: 'among the nearest words',
  projection: 'by projected training',
  flips: 'by exchanging single words',
};

/** The event as steps of one method. */
export function searchProgress({ prompt, method, step, steps, loss }: SearchEvent): ProgressEvent {
  const text = `Words for ${prompt} ${methodNames[method]}, loss ${loss.toFixed(2)}`;
  return { type: 'progress', text, done: step, total: steps };
}
