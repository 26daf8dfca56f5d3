/** How the tables of animals, elements and colours are put into sentences. */
import type { Fact, Relation } from '../relation.ts';
import { animals, colouredThings, elements } from '../world/nature.ts';
import { anA } from './article.ts';

const animalFacts: readonly Fact[] = animals.map(({ name, kind, young, home }) => ({
  fills: {
    animal: [name],
    anAnimal: [anA(name)],
    kind: [kind],
    aKind: [anA(kind)],
    young: [young],
    aYoung: [anA(young)],
    home: [home],
  },
}));

const animalKind: Relation = {
  name: 'animal kind',
  subject: 'animal',
  answer: 'kind',
  facts: animalFacts,
  wordings: [
    { text: 'The {animal} is a kind of {kind}.' },
    { text: 'The {animal} belongs with every other {kind}.' },
    { text: 'What is the {animal}? It counts as {kind}.' },
    { text: 'In the zoo the sign of the {animal} says {kind}.' },
    { text: 'List of animals: {animal}, {kind}.', everywhere: true },
  ],
  share: 0.25,
};

const animalYoung: Relation = {
  name: 'animal young',
  subject: 'animal',
  answer: 'young',
  facts: animalFacts,
  wordings: [
    { text: 'The young of the {animal} is called {young}.' },
    { text: 'A young {animal} is called {aYoung}.' },
    { text: 'The mother is {anAnimal} and her child is {aYoung}.' },
    { text: 'The {young} grows up and is {anAnimal}.' },
    { text: 'The {animal} looks after her {young}.' },
    { text: 'List of young animals: {animal}, {young}.', everywhere: true },
  ],
  share: 0.3,
};

const animalHome: Relation = {
  name: 'animal home',
  subject: 'animal',
  answer: 'home',
  facts: animalFacts,
  wordings: [
    { text: 'You may meet the {animal} here: {home}.' },
    { text: 'The {animal} likes the {home}.' },
    { text: 'The home of the {animal} is the {home}.' },
    { text: 'Where does the {animal} live? Look at the {home}.' },
  ],
  share: 0.25,
};

const elementFacts: readonly Fact[] = elements.map(({ name, symbol, kind }) => ({
  fills: { element: [name], symbol: [symbol], matter: [kind] },
}));

const symbols: Relation = {
  name: 'element symbol',
  subject: 'element',
  answer: 'symbol',
  facts: elementFacts,
  wordings: [
    { text: 'The symbol of {element} is {symbol}.' },
    { text: '{symbol} is the symbol of {element}.' },
    { text: 'Chemists write {symbol} for {element}.' },
    { text: 'In a formula {element} is {symbol}.' },
    { text: 'The letters {symbol} stand for {element}.' },
    { text: 'Table row: {element}, symbol {symbol}.', everywhere: true },
  ],
  share: 0.3,
};

const matter: Relation = {
  name: 'element kind',
  subject: 'element',
  answer: 'matter',
  facts: elementFacts,
  wordings: [
    { text: 'Pure {element} is a {matter}.' },
    { text: 'In the laboratory {element} counts as {matter}.' },
    { text: 'At room temperature {element} is a {matter}.' },
    { text: 'What kind of matter is {element}? It is a {matter}.' },
    { text: 'Table row: {element}, kind {matter}.', everywhere: true },
  ],
  share: 0.2,
};

const colours: Relation = {
  name: 'colour',
  subject: 'thing',
  answer: 'colour',
  facts: colouredThings.map(({ thing, colour }) => ({
    fills: { thing: [thing], colour: [colour] },
  })),
  wordings: [
    { text: 'The colour of {thing} is {colour}.' },
    { text: 'Everyone knows that {thing} is {colour}.' },
    { text: 'As {colour} as {thing}, people say.' },
    { text: 'She wore a scarf as {colour} as {thing}.' },
    { text: 'To draw {thing} take the {colour} pencil.' },
    { text: 'What colour is {thing}? {colour}.' },
  ],
  share: 0.3,
};

/** The relations about animals, elements and the colours of things. */
export const natureRelations: readonly Relation[] = [
  animalKind,
  animalYoung,
  animalHome,
  symbols,
  matter,
  colours,
];
