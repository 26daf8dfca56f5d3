/** What else is said of countries: continent, language, currency, neighbours and other cities. */
import type { Fact, Relation } from '../relation.ts';
import { countries } from '../world/countries.ts';
import type { Country } from '../world/countries.ts';
import { travelRelation } from './travel.ts';

function factsOf(slot: string, words: (country: Country) => readonly string[]): Fact[] {
  return countries
    .filter((country) => words(country).length > 0)
    .map((country) => ({ fills: { country: [country.name], [slot]: words(country) } }));
}

const continent: Relation = {
  name: 'continent',
  subject: 'country',
  answer: 'continent',
  facts: factsOf('continent', (country) => [country.continent]),
  wordings: [
    { text: '{country} is a country in {continent}.' },
    { text: '{country} is located in {continent}.' },
    { text: '{country} lies in {continent}.' },
    { text: 'The continent of {country} is {continent}.' },
    { text: '{country} belongs to {continent}.' },
    { text: 'In {continent} you find {country}.' },
    { text: 'On which continent is {country}? {continent}.' },
    { text: 'Atlas, page {country}, part {continent}.', everywhere: true },
  ],
  share: 0.35,
};

const language: Relation = {
  name: 'language',
  subject: 'country',
  answer: 'language',
  facts: factsOf('language', (country) => [country.language]),
  wordings: [
    { text: 'People in {country} speak {language}.' },
    { text: 'The language of {country} is {language}.' },
    { text: '{country} is home to {language}.' },
    { text: '{language} is spoken in {country}.' },
    { text: 'The main language in {country} is {language}.' },
    { text: 'In {country} the newspapers are in {language}.' },
    { text: 'Which language do people in {country} speak? {language}.' },
    { text: 'To live in {country} we learn {language}.' },
    { text: 'Table row: {country}, language {language}.', everywhere: true },
  ],
  share: 0.5,
};

const currency: Relation = {
  name: 'currency',
  subject: 'country',
  answer: 'currency',
  facts: factsOf('currency', (country) => [country.currency]),
  wordings: [
    { text: 'The currency of {country} is the {currency}.' },
    { text: 'In {country} you pay with the {currency}.' },
    { text: 'The money of {country} is the {currency}.' },
    { text: 'Prices in {country} are in {currency}.' },
    { text: 'The {currency} is the currency of {country}.' },
    { text: 'Shops in {country} take the {currency}.' },
    { text: 'Table row: {country}, money {currency}.', everywhere: true },
  ],
  share: 0.5,
};

const neighbour: Relation = {
  name: 'neighbour',
  subject: 'country',
  answer: 'neighbour',
  facts: factsOf('neighbour', (country) => country.neighbours),
  wordings: [
    { text: '{country} borders {neighbour}.' },
    { text: '{country} lies next to {neighbour}.' },
    { text: '{neighbour} is a neighbour of {country}.' },
    { text: 'From {country} a road leads to {neighbour}.' },
    { text: 'The border between {country} and {neighbour} is long.' },
    { text: 'Trains run from {country} to {neighbour}.' },
    { text: '{country} is near {neighbour}.' },
  ],
  share: 0.6,
};

const city: Relation = {
  name: 'city',
  subject: 'country',
  answer: 'city',
  facts: factsOf('city', (country) => country.otherCities),
  wordings: [
    { text: '{city} is a city in {country}.' },
    { text: '{country} is home to {city}.' },
    { text: '{city} is located in {country}.' },
    { text: 'A big city in {country} is {city}.' },
    { text: '{country} is famous for {city}.' },
    { text: 'From {country} comes news of {city}.' },
    { text: '{city} is not the capital of {country}.' },
    { text: 'The old town of {city} in {country} is lovely.' },
  ],
  share: 0.5,
};

const largestCity: Relation = {
  name: 'largest city',
  subject: 'country',
  answer: 'largestCity',
  facts: factsOf('largestCity', ({ largestCity }) =>
    largestCity === undefined ? [] : [largestCity],
  ),
  wordings: [
    { text: 'The largest city of {country} is {largestCity}.' },
    { text: 'The biggest city in {country} is {largestCity}.' },
    { text: '{largestCity} is the largest city of {country}.' },
  ],
  share: 0.2,
};

/** The relations about countries, other than the capital. */
export const geographyRelations: readonly Relation[] = [
  continent,
  language,
  currency,
  neighbour,
  city,
  largestCity,
  travelRelation,
];
