/** `metrics.jsonl`: the training events of one run, one a line. */
import type { TrainingEvent } from '../protocol/events.ts';

/** The line of an event, with its line break. */
export function metricsLine(event: TrainingEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/**
 * The events in the text of a `metrics.jsonl`. Lines are appended while a run goes on, so the last
 * one may be half written, and stays so when the process was killed: it is left out.
 */
export function parseMetrics(text: string): TrainingEvent[] {
  const events: TrainingEvent[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      events.push(JSON.parse(line) as TrainingEvent);
    } catch {
      // The others still tell what happened.
    }
  }
  return events;
}

/** The last step that the events tell of, 0 where none does. */
export function lastStep(events: readonly TrainingEvent[]): number {
  let last = 0;
  for (const event of events) if (event.type === 'step') last = Math.max(last, event.step);
  return last;
}

/** Whether an event of a run belongs to its first `step` steps. */
export function isBefore(event: TrainingEvent, step: number): boolean {
  if (event.type === 'runEnded') return false;
  return !('step' in event) || event.step <= step;
}
