/** What a training needs from the outside, for tests in one process. */
import type { TrainingEvent } from '../../src/protocol/events.ts';
import type { TrainingContext } from '../../src/training/context.ts';

/** A context that keeps every event and counts seconds by itself. */
export function contextFor(onEvent?: (event: TrainingEvent) => void) {
  const events: TrainingEvent[] = [];
  const abort = new AbortController();
  let seconds = Date.UTC(2026, 10, 23) / 1000;
  const context: TrainingContext = {
    emit: (event) => {
      events.push(event);
      onEvent?.(event);
    },
    signal: abort.signal,
    now: () => 1000 * seconds++,
    bundledModels: '/nowhere',
    version: '0.0.0',
    threads: 1,
  };
  const of = <T extends TrainingEvent['type']>(type: T) =>
    events.filter((event): event is Extract<TrainingEvent, { type: T }> => event.type === type);
  return { context, events, abort, of };
}
