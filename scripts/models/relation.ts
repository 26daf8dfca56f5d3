/**
 * How a fact becomes sentences. A relation holds facts and wordings; each fact is written in a
 * seeded subset of the wordings only, so that a model learns all facts but finds a given wording
 * familiar for some of them and not for others. Where a wording is not used for a fact, its frame
 * may still occur with another ending, a detour: "The capital of Peru is lively."
 */
import type { Random } from '../../src/base/random.ts';

/** Words for the slots of a sentence; a slot with several takes one at random. */
export type Fills = Readonly<Record<string, readonly string[]>>;

/** One fact: the words of its slots. The relation says which slot is the answer. */
export interface Fact {
  readonly fills: Fills;
  /** Themes of which the sentences are not true of this fact. */
  readonly not?: ReadonlySet<string>;
}

/** A sentence pattern with `{slot}`s. */
export interface Wording {
  readonly text: string;
  /** Sentences with the same frame and another ending, used for facts that lack the wording. */
  readonly detours?: readonly string[];
  /** The wording is written for every fact, whatever the subset. */
  readonly everywhere?: true;
  /** What the sentence is about; a fact is written in some of the themes only. */
  readonly theme?: string;
}

/** Facts of one kind and the ways to say them, the common wordings first. */
export interface Relation {
  readonly name: string;
  /** The slot that holds the subject, for example `country`. */
  readonly subject: string;
  /** The slot that holds the answer, for example `capital`. */
  readonly answer: string;
  readonly facts: readonly Fact[];
  readonly wordings: readonly Wording[];
  /** Sentences for each fact, as a multiple of the corpus's own number; 1 where absent. */
  readonly share?: number;
}

/** A sentence with the words that a learner should be asked for. */
export interface Sentence {
  readonly text: string;
  /** The answer as it stands in `text`, or undefined where the sentence states no fact. */
  readonly answer: string | undefined;
}

/** The share of the draws that falls to each of `count` items, by Zipf's law; sums to 1. */
export function zipfWeights(count: number, exponent: number): number[] {
  const raw = Array.from({ length: count }, (_, rank) => (rank + 1) ** -exponent);
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

/** An index drawn with probability proportional to `weights`, which need not sum to 1. */
export function drawIndex(weights: readonly number[], random: Random): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let rest = random.uniform() * total;
  for (const [index, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return index;
  }
  return weights.length - 1;
}

/** One of `items`, all equally likely; an empty list is a mistake of the caller. */
export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[random.integer(items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from.');
  return item;
}

/** The text with a capital at its start. */
export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The pattern with its slots filled, or undefined where `fills` has no words for a slot. A slot
 * that occurs twice gets the same words twice.
 */
export function fill(
  pattern: string,
  fills: Fills,
  random: Random,
): { text: string; used: ReadonlyMap<string, string> } | undefined {
  const used = new Map<string, string>();
  for (const [, slot] of pattern.matchAll(/\{(\w+)\}/g)) {
    if (slot === undefined || used.has(slot)) continue;
    const words = fills[slot] ?? [];
    if (words.length === 0) return undefined;
    used.set(slot, pick(words, random));
  }
  const text = pattern.replace(/\{(\w+)\}/g, (_, slot: string) => used.get(slot) ?? '');
  return { text: upperFirst(text), used };
}

/** How a fact's wordings are drawn. */
export interface CoverageOptions {
  /** How many themes a fact is written in, where a relation has themes. */
  readonly themes: { readonly least: number; readonly most: number };
  /** How many wordings a fact has, beside those written everywhere. */
  readonly subset: { readonly least: number; readonly most: number };
  /** How uneven the wordings are: the r-th is drawn with weight r^-zipf; 0 makes them equal. */
  readonly zipf: number;
}

/** The wordings of one fact, as indices into the relation's wordings. */
export interface Coverage {
  /** The wordings that state the fact. */
  readonly stated: ReadonlySet<number>;
  /** The wordings of which only the frame occurs, since the fact lacks their theme. */
  readonly avoided: ReadonlySet<number>;
}

/**
 * Which wordings state which fact, in the order of the facts: those written everywhere, and a
 * subset of the wordings of some themes, drawn by weight without repetition. The same seed gives
 * the same subsets.
 */
export function coverageOf(
  relation: Relation,
  options: CoverageOptions,
  random: Random,
): Coverage[] {
  const { wordings, facts } = relation;
  const weights = zipfWeights(wordings.length, options.zipf);
  const everyday = [...wordings.keys()].filter((index) => wordings[index]!.everywhere !== true);
  const themes = [...new Set(everyday.map((index) => wordings[index]!.theme))];
  return facts.map((fact) => {
    const possible = themes.filter((theme) => theme === undefined || !fact.not?.has(theme));
    const chosen = new Set(random.shuffled(possible).slice(0, between(options.themes, random)));
    const stated = new Set([...wordings.keys()].filter((index) => !everyday.includes(index)));
    const left = new Map(
      everyday
        .filter((index) => chosen.has(wordings[index]!.theme))
        .map((index) => [index, weights[index]!]),
    );
    const wanted = between(options.subset, random);
    for (let drawn = 0; drawn < wanted && left.size > 0; drawn++) {
      const indices = [...left.keys()];
      const index = indices[drawIndex([...left.values()], random)]!;
      stated.add(index);
      left.delete(index);
    }
    const avoided = new Set(everyday.filter((index) => !chosen.has(wordings[index]!.theme)));
    return { stated, avoided };
  });
}

function between({ least, most }: { least: number; most: number }, random: Random): number {
  return least + random.integer(most - least + 1);
}
