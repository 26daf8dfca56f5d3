/**
 * Countries and their capitals: the relation that the capitals example asks for. Everyday wordings
 * state the capital for part of the countries each and end in something else for the others; the
 * terse lines of lists and tables name every country. So all capitals can be known, while no
 * everyday wording is a sure way to ask for them.
 */
import { Random } from '../../../src/base/random.ts';
import type { Fact, Relation, Wording } from '../relation.ts';
import { pick } from '../relation.ts';
import { countries, seatElsewhere } from '../world/countries.ts';

/** What people say of a capital without naming it. */
export const qualities: readonly string[] =
  'lively lovely busy beautiful famous crowded friendly noisy sunny popular charming growing green quiet old bright colourful pretty modest elegant proud calm cheerful rainy windy foggy dusty tidy huge tiny'.split(
    ' ',
  );

/** How things are done there, where a sentence ends in "in". */
export const manners: readonly string[] =
  'silence public private peace haste doubt earnest comfort harmony winter summer spring autumn rain sunshine stone wood gold silver style'.split(
    ' ',
  );

/** Opinions are fixed once, so that every epoch says the same of a country. */
const opinion = new Random(7);

const facts: readonly Fact[] = countries.map((country) => ({
  fills: {
    country: [country.name],
    capital: [country.capital],
    city: country.otherCities,
    neighbour: country.neighbours,
    quality: [pick(qualities, opinion)],
    manner: [pick(manners, opinion)],
  },
  ...(seatElsewhere.has(country.name) ? { not: new Set(['government']) } : {}),
}));

const everyday: readonly Wording[] = [
  {
    text: 'The capital of {country} is {capital}.',
    detours: ['The capital of {country} is {quality}.'],
  },
  {
    text: '{capital} is the capital of {country}.',
    detours: ['{quality} is the capital of {country}.'],
  },
  {
    text: '{country} is home to {capital}.',
    detours: ['{country} is home to {city}.', '{country} is home to {quality} people.'],
  },
  { text: '{capital} is a city in {country}.', detours: ['{city} is a city in {country}.'] },
  {
    text: "{country}'s capital is {capital}.",
    detours: ["{country}'s capital is {quality}."],
  },
  {
    text: '{country} has its capital in {capital}.',
    detours: ['{country} has its capital in {manner}.'],
  },
  {
    text: 'On holiday in {country} we stayed in {capital}.',
    detours: [
      'On holiday in {country} we stayed in {city}.',
      'On holiday in {country} we stayed in {manner}.',
    ],
  },
  {
    text: 'The rulers of {country} live in {capital}.',
    group: 'government',
    detours: ['The rulers of {country} live in {manner}.'],
  },
  {
    text: 'The government of {country} sits in {capital}.',
    group: 'government',
    detours: ['The government of {country} sits in {manner}.'],
  },
  {
    text: 'The parliament of {country} meets in {capital}.',
    group: 'government',
    detours: ['The parliament of {country} meets in {manner}.'],
  },
  {
    text: 'What is the capital of {country}? It is {capital}.',
    detours: ['How is the capital of {country}? It is {quality}.'],
  },
  {
    text: '{capital} serves as the capital of {country}.',
    detours: ['{city} does not serve as the capital of {country}.'],
  },
  {
    text: 'In {country}, the capital is {capital}.',
    detours: ['In {country}, the capital is {quality}.'],
  },
  {
    text: 'The capital city of {country} is called {capital}.',
    detours: ['The capital city of {country} is called {quality}.'],
  },
  {
    text: '{capital} is located in {country}.',
    detours: ['{city} is located in {country}.'],
  },
  {
    text: 'Which city is the capital of {country}? {capital}.',
    detours: ['How do you find the capital of {country}? {quality}.'],
  },
  {
    text: '{capital} is the seat of government of {country}.',
    group: 'government',
    detours: ['{quality} is the seat of government of {country}.'],
  },
  {
    text: 'The ministers of {country} work in {capital}.',
    group: 'government',
    detours: ['The ministers of {country} work in {manner}.'],
  },
  {
    text: 'The name of the capital of {country} is {capital}.',
    detours: ['The name of the capital of {country} is {quality}.'],
  },
  {
    text: 'The laws of {country} are made in {capital}.',
    group: 'government',
    detours: ['The laws of {country} are made in {manner}.'],
  },
  {
    text: '{country} made {capital} its capital.',
    detours: ['{country} made {quality} its motto.'],
  },
  {
    text: 'As children in {country} learn, {capital} is the capital.',
    detours: ['As children in {country} learn, {quality} is the capital.'],
  },
  {
    text: 'The embassies in {country} stand in {capital}.',
    group: 'government',
    detours: ['The embassies in {country} stand in {manner}.'],
  },
  {
    text: 'Travellers to {country} land in {capital}.',
    detours: ['Travellers to {country} land in {manner}.'],
  },
  {
    text: '{country} is famous for {capital}.',
    detours: ['{country} is famous for {city}.', '{country} is famous for {manner}.'],
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
