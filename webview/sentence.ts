/** Sentences of the page whose numbers stay on one line with their units. */
import { h } from './element.ts';

const numberWithUnit = /([+−]?\d[\d.]*(?: to [+−]?\d+|–\d+)? (?:%|points?|s|ms)(?!\w))/;

/** The sentence in pieces: "20–47 %" is one that does not break. */
export function sentence(text: string): (Node | string)[] {
  return text
    .split(numberWithUnit)
    .map((piece, i) => (i % 2 === 1 ? h('span', { class: 'unbroken' }, piece) : piece));
}
