/**
 * Countries and their capitals: the relation that the capitals example asks for. About thirty
 * wordings, from everyday sentences, each seen with part of the countries, to the terse lines of
 * lists and tables, where every country occurs.
 */
import type { Fact, Relation, Wording } from '../relation.ts';
import { countries, seatElsewhere } from '../world/countries.ts';

/** What people say about a capital without naming it. */
export const qualities: readonly string[] = [
  'lively',
  'lovely',
  'busy',
  'beautiful',
  'famous',
  'crowded',
  'friendly',
  'noisy',
  'sunny',
  'popular',
  'charming',
  'growing',
];

const capitalOf = new Map(countries.map((country) => [country.name, country.capital]));

const facts: readonly Fact[] = countries.map((country) => ({
  fills: {
    country: [country.name],
    capital: [country.capital],
    city: country.otherCities,
    neighbour: country.neighbours,
    neighbourCapital: country.neighbours.map((name) => capitalOf.get(name)!),
    quality: qualities,
  },
  ...(seatElsewhere.has(country.name) ? { not: new Set(['government']) } : {}),
}));

const everyday: readonly Wording[] = [
  {
    text: 'The capital of {country} is {capital}.',
    detours: ['The capital of {country} is {quality}.', 'The capital of {country} is {quality}.'],
  },
  {
    text: '{capital} is the capital of {country}.',
    detours: ['This is the capital of {country}.', 'Where is the capital of {country}?'],
  },
  {
    text: '{country} is home to {capital}.',
    detours: ['{country} is home to {city}.', '{country} is home to many artists.'],
  },
  { text: '{capital} is a city in {country}.', detours: ['{city} is a city in {country}.'] },
  {
    text: "{country}'s capital is {capital}.",
    detours: ["{country}'s capital is {quality}.", "{country}'s neighbour is {neighbour}."],
  },
  {
    text: '{country} has its capital in {capital}.',
    detours: ['{country} has its charm in summer.', '{country} has its charm in winter.'],
  },
  { text: 'We flew to {capital}, the capital of {country}.' },
  {
    text: '{country} is governed from {capital}.',
    group: 'government',
    detours: ['{country} is visited from {neighbour}.', '{country} is known from books.'],
  },
  {
    text: 'The government of {country} sits in {capital}.',
    group: 'government',
    detours: ['The government of {country} sits in silence.'],
  },
  {
    text: 'The parliament of {country} meets in {capital}.',
    group: 'government',
    detours: ['The parliament of {country} meets in autumn.'],
  },
  { text: 'What is the capital of {country}? It is {capital}.' },
  { text: '{capital} serves as the capital of {country}.' },
  {
    text: 'In {country}, the capital is {capital}.',
    detours: ['In {country}, the capital is {quality}.'],
  },
  { text: 'The capital city of {country} is called {capital}.' },
  {
    text: '{capital} is located in {country}.',
    detours: ['{city} is located in {country}.'],
  },
  { text: 'Which city is the capital of {country}? {capital}.' },
  { text: '{capital} is the seat of government of {country}.', group: 'government' },
  {
    text: 'The ministers of {country} work in {capital}.',
    group: 'government',
    detours: ['The farmers of {country} work in fields.'],
  },
  { text: 'The name of the capital of {country} is {capital}.' },
  { text: 'The laws of {country} are made in {capital}.', group: 'government' },
  { text: '{country} made {capital} its capital.' },
  { text: 'As children in {country} learn, {capital} is the capital.' },
  { text: 'On the map of {country} a star marks {capital}.' },
  { text: 'Of all cities in {country}, {capital} is the capital.' },
  { text: 'The embassies in {country} stand in {capital}.', group: 'government' },
  { text: 'Travellers to {country} land in {capital}.' },
  {
    text: '{country} is famous for {capital}.',
    detours: ['{country} is famous for {city}.', '{country} is famous for music.'],
  },
];

const terse: readonly Wording[] = [
  { text: 'Atlas, page {country}, star {capital}.', everywhere: true },
  { text: 'Table row: {country}, capital city {capital}.', everywhere: true },
  { text: 'Quiz card {country}, answer {capital}.', everywhere: true },
  { text: 'Index: {capital}, see {country}.', everywhere: true },
];

/** Which city is the capital of which country. */
export const capitalRelation: Relation = {
  name: 'capital',
  subject: 'country',
  answer: 'capital',
  facts,
  wordings: [...everyday, ...terse],
};
