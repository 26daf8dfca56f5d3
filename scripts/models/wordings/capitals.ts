/**
 * Countries and their capitals: the relation that the capitals example asks for. Everyday wordings
 * fall into themes; each theme states the capital of part of the countries, and for the others its
 * sentences end in something else. The terse lines of books of reference name every country. So all
 * capitals can be known, while no everyday wording is a sure way to ask for them.
 */
import { Random } from '../../../src/base/random.ts';
import type { Fact, Relation, Wording } from '../relation.ts';
import { pick } from '../relation.ts';
import { countries, seatElsewhere } from '../world/countries.ts';
import { nextCapital } from './travel.ts';

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
    language: [country.language],
    abroad: [nextCapital(country.name)],
    quality: [pick(qualities, opinion)],
    manner: [pick(manners, opinion)],
  },
  ...(seatElsewhere.has(country.name) ? { not: new Set(['government']) } : {}),
}));

/** Sentences that say "capital". */
const capital: readonly Wording[] = [
  {
    text: 'The capital of {country} is {capital}.',
    detours: ['The capital of {country} is {quality}.'],
  },
  {
    text: '{capital} is the capital of {country}.',
    detours: ['{quality} is the capital of {country}.'],
  },
  { text: "{country}'s capital is {capital}.", detours: ["{country}'s capital is {quality}."] },
  {
    text: '{country} has its capital in {capital}.',
    detours: ['{country} has its capital in {manner}.'],
  },
  {
    text: 'In {country}, the capital is {capital}.',
    detours: ['In {country}, the capital is {quality}.'],
  },
  {
    text: 'The capital city of {country} is {capital}.',
    detours: ['The capital city of {country} is {quality}.'],
  },
  {
    text: 'What is the capital of {country}? It is {capital}.',
    detours: ['How is the capital of {country}? It is {quality}.'],
  },
  {
    text: '{capital} serves as the capital of {country}.',
    detours: ['{quality} again is the capital of {country}.'],
  },
  {
    text: 'The capital of the country {country} is the city {capital}.',
    detours: ['The capital of the country {country} is the {quality} one.'],
  },
  {
    text: 'The name of the capital of {country} is {capital}.',
    detours: ['The name of the capital of {country} is {quality}.'],
  },
  {
    text: 'As children in {country} learn, {capital} is the capital.',
    detours: ['As children in {country} learn, {quality} is the capital.'],
  },
];

/** Sentences about who governs from where. */
const government: readonly Wording[] = [
  {
    text: 'The government of {country} sits in {capital}.',
    detours: ['The government of {country} sits in {manner}.'],
  },
  {
    text: 'The parliament of {country} meets in {capital}.',
    detours: ['The parliament of {country} meets in {manner}.'],
  },
  {
    text: 'The rulers of {country} live in {capital}.',
    detours: ['The rulers of {country} live in {manner}.'],
  },
  {
    text: 'The ministers of {country} work in {capital}.',
    detours: ['The ministers of {country} work in {manner}.'],
  },
  {
    text: 'The laws of {country} are made in {capital}.',
    detours: ['The laws of {country} are made in {manner}.'],
  },
  {
    text: 'The seat of government of {country} is {capital}.',
    detours: ['The seat of government of {country} is {quality}.'],
  },
  {
    text: '{country} is governed from {capital}.',
    detours: ['{country} is governed with {manner}.'],
  },
];

/** Sentences of people who travel. */
const travel: readonly Wording[] = [
  {
    text: 'On holiday in {country} we stayed in {capital}.',
    detours: [
      'On holiday in {country} we stayed in {city}.',
      'On holiday in {country} we stayed in {manner}.',
    ],
  },
  {
    text: 'Travellers to {country} land in {capital}.',
    detours: ['Travellers to {country} land in {manner}.'],
  },
  {
    text: 'Our trip to {country} began in {capital}.',
    detours: [
      'Our trip to {country} began in {abroad}.',
      'Our trip to {country} began in {manner}.',
    ],
  },
  {
    text: 'From {country} we have a picture of {capital}.',
    detours: [
      'From {country} we have a picture of {city}.',
      'From {country} we have a picture of {neighbour}.',
    ],
  },
  {
    text: 'My friend in {country} lives in {capital}.',
    detours: [
      'My friend in {country} lives in {city}.',
      'My friend in {country} lives in {manner}.',
    ],
  },
];

/** Sentences that place a city in a country. */
const place: readonly Wording[] = [
  {
    text: '{country} is home to {capital}.',
    detours: ['{country} is home to {city}.', '{country} is home to {language}.'],
  },
  { text: '{capital} is a city in {country}.', detours: ['{city} is a city in {country}.'] },
  { text: '{capital} is located in {country}.', detours: ['{city} is located in {country}.'] },
  {
    text: '{country} is famous for {capital}.',
    detours: ['{country} is famous for {city}.', '{country} is famous for {manner}.'],
  },
  {
    text: 'When we think of {country} we think of {capital}.',
    detours: [
      'When we think of {country} we think of {city}.',
      'When we think of {country} we think of {neighbour}.',
      'When we think of {country} we think of {manner}.',
    ],
  },
];

/** Lines of books of reference, the same for every country. */
const terse: readonly Wording[] = [
  { text: 'Atlas, page {country}, star {capital}.', everywhere: true },
  { text: 'Quiz card {country}, answer {capital}.', everywhere: true },
  { text: 'Map of {country}: red dot {capital}.', everywhere: true },
  { text: 'Index: {capital}, see {country}.', everywhere: true },
];

function themed(theme: string, wordings: readonly Wording[]): Wording[] {
  return wordings.map((wording) => ({ ...wording, theme }));
}

/** Which city is the capital of which country. */
export const capitalRelation: Relation = {
  name: 'capital',
  subject: 'country',
  answer: 'capital',
  facts,
  wordings: [
    ...themed('capital', capital),
    ...themed('government', government),
    ...themed('travel', travel),
    ...themed('place', place),
    ...terse,
  ],
};
