/**
 * What the features are told of the world outside of a file. An editor gathers it from data files,
 * model folders and a vocabulary; the features themselves read nothing.
 */

import type { PtuneFile } from '../ast.ts';

/** A column of a data file. */
export interface ColumnFacts {
  readonly name: string;
  /** The first different values, as they stand in the data. */
  readonly examples: readonly string[];
  /** How many different values there are. */
  readonly distinct: number;
  /** Lengths of the values in tokens of the model, where its vocabulary is known. */
  readonly tokens: { readonly median: number; readonly most: number } | undefined;
  /** Line of the file, from 1, on which the column is found first. */
  readonly line: number;
}

/** A data file. */
export interface TableFacts {
  /** The path as the settings write it, relative to the `.ptune` file. */
  readonly path: string;
  readonly rows: number;
  readonly columns: readonly ColumnFacts[];
}

/** What a model is for: to fill in masks, to go on with a text, or to answer one. */
export type ModelKind = 'masked' | 'causal' | 'encoder-decoder';

/** A model on this machine. */
export interface ModelFacts {
  /** As the setting `model` names it. */
  readonly id: string;
  readonly place: 'bundled' | 'cache' | 'folder';
  /** Undefined where the model's configuration does not say. */
  readonly kind: ModelKind | undefined;
  /** Size of its graphs and weights. */
  readonly bytes: number;
  /** As the model's card names it, such as "mit". */
  readonly license: string | undefined;
  /** The longest input in tokens. */
  readonly maxTokens: number | undefined;
  readonly vocabularySize: number | undefined;
  /** Whether it takes cached keys and values, as deep prompts need; undefined where that is not known. */
  readonly takesCache: boolean | undefined;
  /** Why it cannot be used, for a sentence; undefined where nothing speaks against it. */
  readonly problem: string | undefined;
}

/** The model that the settings name: `missing` where it is a Hub id that no cache has. */
export type NamedModel = ModelFacts | 'missing' | undefined;

/** All of it; whatever is not known is empty. */
export interface Facts {
  /** Data files near the `.ptune` file, as paths relative to it. */
  readonly files: readonly string[];
  /** The data files that the settings name, by their path as it is written. */
  readonly tables: ReadonlyMap<string, TableFacts>;
  /** Where the settings name none: the likeliest training examples near the `.ptune` file. */
  readonly suggested: TableFacts | undefined;
  /** The different answers of the data files that the settings name, in their order. */
  readonly answers: readonly string[];
  /** The models that are on this machine. */
  readonly models: readonly ModelFacts[];
  readonly model: NamedModel;
  /** Words that are one token of the model each, the most frequent first. */
  readonly words: readonly string[];
}

/** Nothing is known, as in an editor without a disk. */
export const noFacts: Facts = {
  files: [],
  tables: new Map(),
  suggested: undefined,
  answers: [],
  models: [],
  model: undefined,
  words: [],
};

/** The columns that a file's prompts can use, from its data files and from its own examples. */
export function knownColumns(file: PtuneFile, facts: Facts): ColumnFacts[] {
  const columns = new Map<string, ColumnFacts>();
  for (const table of facts.tables.values()) {
    for (const column of table.columns) {
      if (!columns.has(column.name)) columns.set(column.name, column);
    }
  }
  const rows = file.settings.examples ?? [];
  for (const name of new Set(rows.flatMap((row) => Object.keys(row)))) {
    const values = [...new Set(rows.map((row) => row[name] ?? '').filter((value) => value !== ''))];
    const examples = values.slice(0, 5);
    columns.set(name, { name, examples, distinct: values.length, tokens: undefined, line: 1 });
  }
  return [...columns.values()];
}

/** The different answers of a file's data, from its data files and from its own examples. */
export function knownAnswers({ settings }: PtuneFile, facts: Facts): string[] {
  const { answer, examples } = settings;
  const own = answer === undefined ? [] : (examples ?? []).map((row) => row[answer] ?? '');
  return [...new Set([...facts.answers, ...own.filter((value) => value.trim() !== '')])];
}
