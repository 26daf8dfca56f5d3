/** Gathers what the language features are told of the world: data, models and vocabularies on disk. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TextDocument } from 'vscode';
import { PtuneError } from '../../base/errors.ts';
import { checkParsedFile } from '../../data/checkFile.ts';
import type { ModelLookup } from '../../data/storedVectors.ts';
import type { Table, TableReader } from '../../data/table.ts';
import { type ModelDescription, describeModel, listModels } from '../../hub/modelFacts.ts';
import { type Vocabulary, readVocabulary } from '../../hub/vocabulary.ts';
import type { PtuneFile } from '../../language/ast.ts';
import { trainingFiles } from '../../language/dataSplits.ts';
import { type Diagnostic, inOrder } from '../../language/diagnostics.ts';
import { unusedNames, withModelUse } from '../../language/modelChecks.ts';
import {
  type ColumnFacts,
  type Facts,
  type NamedModel,
  type TableFacts,
  noFacts,
} from '../../language/features/facts.ts';
import { isOnDisk, parsedFile } from '../documents.ts';
import type { FactSource } from './facts.ts';

const dataEnding = /\.(jsonl|json|csv|tsv|parquet|txt|safetensors)$/;
const mostFiles = 300;
/** A larger file that the settings do not name is not read for a suggestion. */
const mostSuggestedBytes = 20e6;
const mostExamples = 5;
/** Counting the tokens of every value of a large table would take too long for a hover. */
const mostCounted = 200;
/** Models come and go rarely; completion asks often. */
const modelsKeptMs = 10_000;

/** Reads facts from the disk and keeps what has not changed. */
export class FactsService implements FactSource {
  readonly #places: ModelLookup;
  readonly #read: TableReader;
  readonly #columns = new WeakMap<Table, { vocabulary: unknown; columns: ColumnFacts[] }>();
  readonly #answers = new WeakMap<Table, { column: string; values: readonly string[] }>();
  readonly #vocabularies = new Map<string, Promise<Vocabulary | undefined>>();
  #models: { readonly at: number; readonly found: Promise<ModelDescription[]> } | undefined;

  /** `read` remembers tables between calls. */
  constructor(places: ModelLookup, read: TableReader) {
    this.#places = places;
    this.#read = read;
  }

  async factsOf(document: TextDocument): Promise<Facts> {
    if (!isOnDisk(document)) return noFacts;
    const file = parsedFile(document);
    const path = document.uri.fsPath;
    const { model, vocabulary } = await this.#model(file, path);
    const files = await filesBeside(dirname(path));
    return {
      files,
      tables: await this.#tables(file, path, vocabulary),
      suggested: await this.#suggested(file, path, files),
      answers: await this.#answersOf(file, path),
      models: await this.#knownModels(dirname(path)),
      model,
      words: vocabulary?.words ?? [],
    };
  }

  /** Everything that is wrong with a file, its data and its model, in the order of their places. */
  async check(file: PtuneFile, path: string): Promise<Diagnostic[]> {
    const choice = file.settings.model;
    const found = await checkParsedFile(file, path, this.#read, this.#places);
    const described =
      choice && (await describeModel(choice, { fileFolder: dirname(path), ...this.#places }));
    const isFound = described !== undefined && described !== 'missing';
    const model = isFound && 'model' in described ? described.model : described;
    return inOrder([...withModelUse(found, file, model), ...unusedNames(file)]);
  }

  async #model(
    file: PtuneFile,
    path: string,
  ): Promise<{ model: NamedModel; vocabulary: Vocabulary | undefined }> {
    const choice = file.settings.model;
    if (!choice) return { model: undefined, vocabulary: undefined };
    const found = await describeModel(choice, { fileFolder: dirname(path), ...this.#places });
    if (found === 'missing') return { model: 'missing', vocabulary: undefined };
    if (found instanceof PtuneError) return { model: undefined, vocabulary: undefined };
    let vocabulary = this.#vocabularies.get(found.folder);
    if (!vocabulary) {
      vocabulary = readVocabulary(found.folder);
      this.#vocabularies.set(found.folder, vocabulary);
    }
    return { model: found.model, vocabulary: await vocabulary };
  }

  #knownModels(fileFolder: string): Promise<ModelDescription[]> {
    const now = Date.now();
    if (!this.#models || now - this.#models.at > modelsKeptMs) {
      this.#models = { at: now, found: listModels({ fileFolder, ...this.#places }) };
    }
    return this.#models.found;
  }

  async #tables(
    file: PtuneFile,
    path: string,
    vocabulary: Vocabulary | undefined,
  ): Promise<Map<string, TableFacts>> {
    const tables = new Map<string, TableFacts>();
    for (const name of tablesOf(file)) {
      const table = await this.#table(path, name);
      if (table) tables.set(name, this.#factsOf(name, table, vocabulary));
    }
    return tables;
  }

  /** The likeliest training examples beside a file that names none. */
  async #suggested(
    { settings }: PtuneFile,
    path: string,
    files: readonly string[],
  ): Promise<TableFacts | undefined> {
    const [name] = trainingFiles(files);
    if (name === undefined || settings.data.train !== undefined || settings.examples) {
      return undefined;
    }
    const size = await stat(resolve(dirname(path), name)).then(
      (found) => found.size,
      () => Infinity,
    );
    const table = size <= mostSuggestedBytes ? await this.#table(path, name) : undefined;
    return table && this.#factsOf(name, table, undefined);
  }

  async #answersOf(file: PtuneFile, path: string): Promise<readonly string[]> {
    const column = file.settings.answer;
    if (column === undefined) return [];
    const all = new Set<string>();
    for (const name of tablesOf(file)) {
      const table = await this.#table(path, name);
      if (!table) continue;
      const known = this.#answers.get(table);
      const values = known?.column === column ? known.values : differentValues(table, column);
      this.#answers.set(table, { column, values });
      for (const value of values) all.add(value);
    }
    return [...all];
  }

  /** A table beside a file; undefined for one that cannot be read, which has its own diagnostic. */
  async #table(path: string, name: string): Promise<Table | undefined> {
    try {
      return await this.#read(resolve(dirname(path), name));
    } catch (error) {
      if (!(error instanceof PtuneError)) throw error;
      return undefined;
    }
  }

  #factsOf(name: string, table: Table, vocabulary: Vocabulary | undefined): TableFacts {
    return { path: name, rows: table.rows.length, columns: this.#columnsOf(table, vocabulary) };
  }

  #columnsOf(table: Table, vocabulary: Vocabulary | undefined): ColumnFacts[] {
    const known = this.#columns.get(table);
    if (known && known.vocabulary === vocabulary) return known.columns;
    const columns = table.columns.map((name) => columnFacts(table, name, vocabulary));
    this.#columns.set(table, { vocabulary, columns });
    return columns;
  }
}

/** The data files that the settings name. */
function tablesOf({ settings: { data } }: PtuneFile): Set<string> {
  const named = [data.train, data.validation, data.test];
  return new Set(named.filter((one) => typeof one === 'string'));
}

function differentValues({ rows }: Table, column: string): string[] {
  const values = rows.map((row) => row.values[column] ?? '');
  return [...new Set(values.filter((value) => value.trim() !== ''))];
}

function columnFacts(
  { file, rows }: Table,
  name: string,
  vocabulary: Vocabulary | undefined,
): ColumnFacts {
  const values = rows.map((row) => row.values[name] ?? '').filter((value) => value !== '');
  const different = [...new Set(values)];
  const counts = vocabulary
    ? different.slice(0, mostCounted).map((value) => vocabulary.countTokens(value))
    : [];
  const sorted = counts.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return {
    name,
    examples: different.slice(0, mostExamples),
    distinct: different.length,
    tokens: middle === undefined ? undefined : { median: middle, most: sorted.at(-1)! },
    // Tables with a header name their columns there, others in each row.
    line: /\.[ct]sv$/i.test(file)
      ? 1
      : (rows.find((row) => Object.hasOwn(row.values, name))?.line ?? 1),
  };
}

/** Data files in a folder and in the folders in it, as paths relative to it. */
async function filesBeside(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const own = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const folders = entries.filter(
    (entry) => entry.isDirectory() && !/^(\.|node_modules$)/.test(entry.name),
  );
  const inner = await Promise.all(
    folders.slice(0, 30).map(async ({ name }) => {
      const inside = await readdir(join(folder, name)).catch(() => []);
      return inside.map((one) => `${name}/${one}`);
    }),
  );
  const all = [...own.toSorted(), ...inner.flat().toSorted()];
  return all.filter((name) => dataEnding.test(name)).slice(0, mostFiles);
}
