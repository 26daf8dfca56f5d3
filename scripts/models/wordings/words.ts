/** How opposites, plurals and fixed orders are put into sentences. */
import type { Fact, Relation } from '../relation.ts';
import { days, months, numbers, opposites, plurals, seasons } from '../world/words.ts';

const bothWays = opposites.flatMap(([a, b]): Fact[] => [
  { fills: { word: [a], opposite: [b] } },
  { fills: { word: [b], opposite: [a] } },
]);

const opposite: Relation = {
  name: 'opposite',
  subject: 'word',
  answer: 'opposite',
  facts: bothWays,
  wordings: [
    { text: 'The opposite of {word} is {opposite}.' },
    { text: 'Not {word} but {opposite}.' },
    { text: 'The words {word} and {opposite} are opposites.' },
    { text: 'If it is not {word}, is it {opposite}?' },
    { text: 'From {word} to {opposite}.' },
    { text: 'What is the opposite of {word}? {opposite}.' },
  ],
  share: 0.2,
};

const plural: Relation = {
  name: 'plural',
  subject: 'one',
  answer: 'many',
  facts: plurals.map(([one, many]) => ({ fills: { one: [one], many: [many] } })),
  wordings: [
    { text: 'The plural of {one} is {many}.' },
    { text: 'One {one}, two {many}.' },
    { text: 'First one {one}, then many {many}.' },
    { text: 'More than one {one}: {many}.' },
    { text: 'We saw this {one} and those {many}.' },
  ],
  share: 0.2,
};

/** Facts that each item of an order comes before the next; an order that is a ring has no end. */
function order(items: readonly string[], ring: boolean): Fact[] {
  const last = ring ? items.length : items.length - 1;
  return items.slice(0, last).map((item, index) => ({
    fills: { item: [item], next: [items[(index + 1) % items.length]!] },
  }));
}

const next: Relation = {
  name: 'next',
  subject: 'item',
  answer: 'next',
  facts: [
    ...order(days, true),
    ...order(months, true),
    ...order(seasons, true),
    ...order(numbers, false),
  ],
  wordings: [
    { text: 'After {item} comes {next}.' },
    { text: 'Then {next} comes after {item}.' },
    { text: 'Before {next} comes {item}.' },
    { text: 'We see that {item} is followed by {next}.' },
    { text: 'First {item}, then {next}.' },
    { text: 'What comes after {item}? {next}.' },
  ],
  share: 0.4,
};

/** The relations about words and their order. */
export const wordRelations: readonly Relation[] = [opposite, plural, next];
