/** How far a search by all methods is, in the form that all longer work has. */
import { visibleTokens } from '../../base/visibleText.ts';
import type { ProgressEvent } from '../../protocol/events.ts';
import type { SearchEvent } from '../../protocol/wordSearch.ts';

const methods: Readonly<Record<SearchEvent['method'], string>> = {
  beam: 'among the nearest words',
  projection: 'by projected training',
  flips: 'by exchanging single words',
};

/** The event as a part of all that is to be done, with the best words so far. */
export function searchProgress(event: SearchEvent): ProgressEvent {
  const { prompt, method, template, loss, done, total, secondsLeft } = event;
  const words = visibleTokens(template).replace(/\s+/g, ' ');
  return {
    type: 'progress',
    text: `Words for ${prompt}`,
    detail: `${methods[method]}, best so far “${words}”, loss ${loss.toFixed(2)}`,
    done,
    total,
    isShare: true,
    ...(secondsLeft !== undefined && { secondsLeft, atMost: true }),
  };
}
