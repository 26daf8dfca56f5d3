/** How occupations and musical instruments are put into sentences. */
import type { Fact, Relation } from '../relation.ts';
import { instruments, occupations } from '../world/people.ts';
import { anA } from './article.ts';

const occupationFacts: readonly Fact[] = occupations.map(({ name, tool, place }) => ({
  fills: {
    occupation: [name],
    anOccupation: [anA(name)],
    tool: [tool],
    place: [place],
  },
}));

const tools: Relation = {
  name: 'tool',
  subject: 'occupation',
  answer: 'tool',
  facts: occupationFacts,
  wordings: [
    { text: 'The {occupation} works with the {tool}.' },
    { text: 'The {tool} of the {occupation} is new.' },
    { text: 'To be {anOccupation} you need this: {tool}.' },
    { text: 'The {tool} belongs to the {occupation}.' },
    { text: 'Where is my {tool}? asks the {occupation}.' },
    { text: 'List of tools: {occupation}, {tool}.', everywhere: true },
  ],
  share: 0.3,
};

const places: Relation = {
  name: 'workplace',
  subject: 'occupation',
  answer: 'place',
  facts: occupationFacts,
  wordings: [
    { text: 'We met the {occupation} at work: {place}.' },
    { text: 'The place of the {occupation} is the {place}.' },
    { text: 'The {place} is where the {occupation} works.' },
    { text: 'The {occupation} goes back to the {place}.' },
  ],
  share: 0.2,
};

const families: Relation = {
  name: 'instrument family',
  subject: 'instrument',
  answer: 'family',
  facts: instruments.map(({ name, family }) => ({
    fills: { instrument: [name], anInstrument: [anA(name)], family: [family] },
  })),
  wordings: [
    { text: 'The {instrument} is a {family} instrument.' },
    { text: 'The {instrument} belongs to the {family} family.' },
    { text: 'She plays the {instrument} in a {family} group.' },
    { text: 'Which family is the {instrument}? It is {family}.' },
    { text: 'He bought {anInstrument} for the {family} class.' },
  ],
  share: 0.25,
};

/** The relations about what people do and play. */
export const peopleRelations: readonly Relation[] = [tools, places, families];
