/** How far a search by all methods is, in the form that all longer work has. */
import type { ProgressEvent } from '../../protocol/events.ts';
import type { SearchEvent } from '../../protocol/wordSearch.ts';

/** In the order in which they are used. */
const methods: readonly (readonly [SearchEvent['method'], string])[] = [
  ['beam', 'among the nearest words'],
  ['projection', 'by projected training'],
  ['flips', 'by exchanging single words'],
];

/** The event as steps of the whole search; a method that ends early jumps to the next one. */
export function searchProgress({ prompt, method, step, steps, loss }: SearchEvent): ProgressEvent {
  const place = methods.findIndex(([name]) => name === method);
  return {
    type: 'progress',
    text: `Words for ${prompt}`,
    detail: `${methods[place]![1]}, loss ${loss.toFixed(2)}`,
    done: place * steps + step,
    total: methods.length * steps,
  };
}
