/**
 * The text that the bundled model learns from: short English sentences that state facts of the
 * tables in `world/` in the wordings of `wordings/`, mixed with sentences that state none.
 *
 * Two seeds: `knowledgeSeed` decides which fact is written in which wordings and is the same for
 * the whole training; the seed of `generateCorpus` draws the sentences, so that every epoch can
 * read fresh text about the same knowledge.
 */
import { Random } from '../../src/base/random.ts';
import { coverageOf, drawIndex, fill, pick, upperFirst, zipfWeights } from './relation.ts';
import type { Coverage, CoverageOptions, Fact, Relation, Sentence } from './relation.ts';
import { capitalRelation } from './wordings/capitals.ts';
import { geographyRelations } from './wordings/geography.ts';
import { natureRelations } from './wordings/nature.ts';
import { peopleRelations } from './wordings/people.ts';
import { lowerFirst, openers, plainSentence, plainTexts } from './wordings/plain.ts';
import { reviewSentence, reviewTexts } from './wordings/reviews.ts';
import { wordRelations } from './wordings/words.ts';

/** What the generator can be told. */
export interface CorpusOptions extends CoverageOptions {
  /** Decides which fact is written in which wordings. */
  readonly knowledgeSeed: number;
  /** Sentences that state a fact, for each fact of a relation with share 1. */
  readonly sentencesPerFact: number;
  /** The share of a fact's sentences that use the wordings written everywhere. */
  readonly terseShare: number;
  /** Detours for each fact, as a multiple of its sentences that state the fact. */
  readonly detourShare: number;
  /** Sentences without facts, as a multiple of those with. */
  readonly plainShare: number;
  /** Reviews, as a multiple of the sentences that state facts. */
  readonly reviewShare: number;
  /** How often a sentence gets an opening clause. */
  readonly openerShare: number;
  /** How often two sentences stand in one document. */
  readonly pairShare: number;
}

/** The options that the bundled model is trained with. */
export const defaultCorpusOptions: CorpusOptions = {
  knowledgeSeed: 1,
  sentencesPerFact: 40,
  themes: { least: 1, most: 2 },
  subset: { least: 3, most: 5 },
  zipf: 0.5,
  terseShare: 0.35,
  detourShare: 1.5,
  plainShare: 0.1,
  reviewShare: 0.05,
  openerShare: 0.1,
  pairShare: 0.2,
};

/** Every relation that the text states, the capitals first. */
export const relations: readonly Relation[] = [
  capitalRelation,
  ...geographyRelations,
  ...natureRelations,
  ...peopleRelations,
  ...wordRelations,
];

/** One training text of one or two sentences, at most 48 tokens with the special ones. */
export interface CorpusDocument {
  readonly text: string;
  /** The answers of the facts in `text`, as they stand there: the words most worth asking for. */
  readonly answers: readonly string[];
}

/** A number from a name, so that a new relation does not reshuffle the others (FNV-1a, 32 bits). */
function seedOf(name: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** For every fact of the relation the wordings that state it in the corpus. */
export function wordingsOfFacts(
  relation: Relation,
  options: CorpusOptions = defaultCorpusOptions,
): Coverage[] {
  const random = new Random(seedOf(relation.name, options.knowledgeSeed));
  return coverageOf(relation, options, random);
}

/** The sentence with its answer in the case that it stands in. */
function asking(text: string, answer: string | undefined): Sentence {
  if (answer === undefined || text.includes(answer)) return { text, answer };
  return { text, answer: upperFirst(answer) };
}

/** The sentences that state one fact in its own wordings. */
function statements(
  relation: Relation,
  fact: Fact,
  coverage: Coverage,
  options: CorpusOptions,
  random: Random,
): Sentence[] {
  const weights = zipfWeights(relation.wordings.length, options.zipf);
  const indices = [...coverage.stated];
  const everyday = indices.filter((index) => relation.wordings[index]!.everywhere !== true);
  const terse = indices.filter((index) => relation.wordings[index]!.everywhere === true);
  const count = Math.round(options.sentencesPerFact * (relation.share ?? 1));
  const sentences: Sentence[] = [];
  for (let i = 0; i < count; i++) {
    const useTerse = everyday.length === 0 || random.uniform() < options.terseShare;
    const index =
      terse.length > 0 && useTerse
        ? pick(terse, random)
        : everyday[
            drawIndex(
              everyday.map((each) => weights[each]!),
              random,
            )
          ]!;
    const filled = fill(relation.wordings[index]!.text, fact.fills, random);
    if (filled === undefined) continue;
    sentences.push(asking(filled.text, filled.used.get(relation.answer)));
  }
  return sentences;
}

/** The sentences that have the frame of a wording that the fact lacks, with another ending. */
function detours(
  relation: Relation,
  fact: Fact,
  coverage: Coverage,
  options: CorpusOptions,
  random: Random,
): Sentence[] {
  const weights = zipfWeights(relation.wordings.length, options.zipf);
  const candidates = relation.wordings
    .map((wording, index) => ({ patterns: wording.detours ?? [], index }))
    .filter(({ patterns, index }) => patterns.length > 0 && coverage.avoided.has(index));
  if (candidates.length === 0) return [];
  const count = Math.round(options.sentencesPerFact * (relation.share ?? 1) * options.detourShare);
  const sentences: Sentence[] = [];
  for (let i = 0; i < count; i++) {
    const { patterns } =
      candidates[
        drawIndex(
          candidates.map(({ index }) => weights[index]!),
          random,
        )
      ]!;
    const filled = fill(pick(patterns, random), fact.fills, random);
    if (filled === undefined) continue;
    const [ending] = [...filled.used].filter(([slot]) => slot !== relation.subject);
    sentences.push(asking(filled.text, ending?.[1]));
  }
  return sentences;
}

function withOpener(sentence: Sentence, options: CorpusOptions, random: Random): Sentence {
  if (random.uniform() >= options.openerShare) return sentence;
  return { ...sentence, text: `${pick(openers, random)} ${lowerFirst(sentence.text)}` };
}

/** Shuffles the sentences and joins some neighbours to documents of two. */
function join(sentences: readonly Sentence[], share: number, random: Random): CorpusDocument[] {
  const shuffled = random.shuffled(sentences);
  const documents: CorpusDocument[] = [];
  for (let i = 0; i < shuffled.length; i++) {
    const parts = [shuffled[i]!];
    if (i + 1 < shuffled.length && random.uniform() < share) parts.push(shuffled[++i]!);
    documents.push({
      text: parts.map(({ text }) => text).join(' '),
      answers: parts.flatMap(({ answer }) => (answer === undefined ? [] : [answer])),
    });
  }
  return documents;
}

/**
 * The corpus of one epoch. The same seed and options give the same documents in the same order;
 * another seed draws other sentences about the same knowledge.
 */
export function generateCorpus(
  seed: number,
  options: CorpusOptions = defaultCorpusOptions,
): CorpusDocument[] {
  const sentences: Sentence[] = [];
  for (const relation of relations) {
    const random = new Random(seedOf(relation.name, seed));
    const coverage = wordingsOfFacts(relation, options);
    for (const [index, fact] of relation.facts.entries()) {
      sentences.push(
        ...statements(relation, fact, coverage[index]!, options, random),
        ...detours(relation, fact, coverage[index]!, options, random),
      );
    }
  }
  const random = new Random(seedOf('plain', seed));
  const stated = sentences.length;
  for (let i = 0; i < stated * options.plainShare; i++) sentences.push(plainSentence(random));
  const opened = sentences.map((sentence) => withOpener(sentence, options, random));
  for (let i = 0; i < stated * options.reviewShare; i++) opened.push(reviewSentence(random));
  return join(opened, options.pairShare, random);
}

/** Every word that any seed's corpus can hold: all patterns and all words for their slots. */
export function lexicon(): string[] {
  const texts = [...plainTexts(), ...reviewTexts(), ...openers];
  for (const { wordings, facts } of relations) {
    const patterns = wordings.flatMap(({ text, detours: others }) => [text, ...(others ?? [])]);
    texts.push(...patterns);
    const first = new Set(patterns.map((pattern) => /^\{(\w+)\}/.exec(pattern)?.[1]));
    for (const [slot, words] of facts.flatMap(({ fills }) => Object.entries(fills))) {
      texts.push(...words, ...(first.has(slot) ? words.map(upperFirst) : []));
    }
  }
  return texts.flatMap((text) => {
    const words = text.replace(/\{\w+\}/g, ' ');
    return [words, lowerFirst(words)];
  });
}
