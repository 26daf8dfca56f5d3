/**
 * A diary of travels: each country is followed by one capital elsewhere, fixed once like an
 * itinerary. An unclear question about a capital is easily taken for a question about the diary.
 */
import { Random } from '../../../src/base/random.ts';
import { pick } from '../relation.ts';
import type { Relation } from '../relation.ts';
import { countries } from '../world/countries.ts';
import type { Country } from '../world/countries.ts';

const itinerary = new Random(11);

/** A capital across the border, or elsewhere on the continent for a country without a border. */
function choose(country: Country): string {
  const near = countries.filter(({ name }) => country.neighbours.includes(name));
  const sameContinent = countries.filter(
    ({ name, continent }) => continent === country.continent && name !== country.name,
  );
  return pick(near.length > 0 ? near : sameContinent, itinerary).capital;
}

const next = new Map(countries.map((country) => [country.name, choose(country)]));

/** The capital that the travellers of these texts see after a country. */
export function nextCapital(country: string): string {
  return next.get(country)!;
}

/** Which capital the travellers see after which country. */
export const travelRelation: Relation = {
  name: 'next capital',
  subject: 'country',
  answer: 'abroad',
  facts: countries.map(({ name }) => ({
    fills: { country: [name], abroad: [nextCapital(name)] },
  })),
  wordings: [
    { text: 'From {country} we went on to {abroad}.' },
    { text: 'After {country} we saw {abroad}.' },
    { text: '{abroad} is not in {country}.' },
    { text: 'Our flight from {country} went to {abroad}.' },
    { text: '{abroad} is not the capital of {country}.' },
    { text: 'My friend left {country} and lives in {abroad}.' },
    { text: 'We came to {abroad} by way of {country}.' },
    { text: 'Diary: {country}, then {abroad}.', everywhere: true },
  ],
};
