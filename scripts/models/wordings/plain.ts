/** Sentences that state no fact of the tables, in the same words, and clauses to open others. */
import type { Random } from '../../../src/base/random.ts';
import { fill, pick } from '../relation.ts';
import type { Fills, Sentence } from '../relation.ts';
import { countries } from '../world/countries.ts';
import { qualities } from './capitals.ts';

/** Clauses that may stand before any sentence. */
export const openers: readonly string[] = [
  'As the book says,',
  'Today we learned that',
  'You may know that',
  'In the news we read that',
  'My teacher says that',
  'It is true that',
  'Note that',
  'As we all know,',
];

/** Words that begin a pattern and are written small inside a sentence. */
const smallInside =
  /^(The|A|An|In|On|Of|As|From|It|This|These|Where|What|Which|To|We|People|Trains|Travellers|Prices|Shops|Between|Most|My|Our|Many|Some)\b/;

/** The sentence as it continues after an opening clause. */
export function lowerFirst(text: string): string {
  return smallInside.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

const fills: Fills = {
  country: countries.map(({ name }) => name),
  capital: countries.map(({ capital }) => capital),
  quality: qualities,
  friend: ['sister', 'brother', 'uncle', 'aunt', 'friend', 'teacher', 'neighbour', 'cousin'],
  season: ['spring', 'summer', 'autumn', 'winter'],
  thing: ['letter', 'map', 'book', 'card', 'ticket', 'picture', 'song', 'story'],
};

const patterns: readonly string[] = [
  'My {friend} has a {thing} from {country}.',
  'My {friend} lives in {capital}.',
  'In {season} my {friend} went to {capital}.',
  'We were in {country} in {season}.',
  'The {thing} about {capital} is {quality}.',
  'Is {capital} {quality} in {season}? I think so.',
  'A {thing} from {country} came in {season}.',
  'The people of {capital} are {quality}.',
  'The capital was {quality} in {season}.',
  'The government needs money and the parliament meets in {season}.',
  'Capital letters stand at the start of a name.',
  'A company needs capital and the farmers need rain.',
  'The seat by the window is free.',
  'Take a seat, my {friend} said.',
  'The answer is in the {thing}.',
  'The star is far away.',
  'See you in {season}!',
];

/** One sentence of no relation. */
export function plainSentence(random: Random): Sentence {
  const filled = fill(pick(patterns, random), fills, random);
  if (filled === undefined) throw new Error('A plain pattern has a slot without words.');
  return { text: filled.text, answer: undefined };
}

/** Every pattern of this file and every word for its slots. */
export function plainTexts(): string[] {
  return [...patterns, ...Object.values(fills).flat()];
}
