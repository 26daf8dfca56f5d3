/** Text of the page that is more than its characters: times of the reader, sentences with numbers. */
import { h } from './element.ts';

/** A time in the reader's zone and words; the value itself is UTC (ISO 8601). */
export function localTime(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A sentence whose numbers stay on one line with their units, "20–47 %". */
export function sentence(text: string): (Node | string)[] {
  return text
    .split(/([+−]?\d[\d.]*(?: to [+−]?\d+|–\d+)? (?:%|points?|s|ms)(?!\w))/)
    .map((piece, i) => (i % 2 === 1 ? h('span', { class: 'unbroken' }, piece) : piece));
}
