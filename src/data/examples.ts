/** Loads the examples that a `.ptune` file names and checks them against its prompts. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import type { PtuneFile, Span } from '../language/ast.ts';
import type { Diagnostic } from '../language/diagnostics.ts';
import { diagnostic, inOrder } from '../language/diagnostics.ts';
import { LineMap } from '../language/lineMap.ts';
import { nearestName } from '../language/nearest.ts';
import { candidatesFor } from './candidates.ts';
import { checkAnswers, checkColumns, checkLeaks } from './exampleChecks.ts';
import { isText } from './rowPlace.ts';
import { splitOff } from './splits.ts';
import type { TableReader } from './table.ts';
import { UnreadableFile, readTable } from './table.ts';

/** One example: a row of the data with its answer. */
export interface Example {
  /** Place in its split, from 0. */
  readonly index: number;
  /** Every column's value; empty text where the row has none. */
  readonly row: Readonly<Record<string, string>>;
  readonly answer: string;
  /** Where it comes from, "file:line". */
  readonly source: string;
}

export interface LoadedExamples {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
  /** The columns of the training examples. */
  readonly columns: readonly string[];
  /** The lines of the file that `candidates` names, if it names one. */
  readonly candidates: readonly string[] | undefined;
  /** What is wrong with the data, at the place in the `.ptune` file that brings it in. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute paths of the files that were read. */
  readonly files: readonly string[];
}

/** Rows of one source, before they are split. */
export interface Source {
  /** Name of the file, for messages. */
  readonly file: string;
  /** Absolute path; undefined for examples in the `.ptune` file itself. */
  readonly path: string | undefined;
  readonly columns: readonly string[];
  readonly rows: readonly SourceRow[];
  /** Where the `.ptune` file brings the source in. */
  readonly span: Span;
}

export interface SourceRow {
  readonly values: Readonly<Record<string, string>>;
  /** "file:line" */
  readonly source: string;
  /** Line of the file, from 1. */
  readonly line: number;
  /** Where the row itself stands in the `.ptune` file, if it does. */
  readonly span: Span | undefined;
}

/** The rows of a split, and the source that they are from. */
export interface Origin {
  readonly source: Source | undefined;
  readonly rows: readonly SourceRow[];
}

/**
 * The examples that `file`, which lies at `filePath`, names. It does not fail: what cannot be loaded
 * is a diagnostic, and its split is empty. `read` may remember tables between calls.
 */
export async function loadExamples(
  file: PtuneFile,
  filePath: string,
  read: TableReader = readTable,
): Promise<LoadedExamples> {
  const loader = new Loader(file, filePath, read);
  return loader.load();
}

class Loader {
  readonly #file: PtuneFile;
  readonly #path: string;
  readonly #read: TableReader;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #files: string[] = [];

  constructor(file: PtuneFile, path: string, read: TableReader) {
    this.#file = file;
    this.#path = path;
    this.#read = read;
  }

  async load(): Promise<LoadedExamples> {
    const { data, examples } = this.#file.settings;
    const train = examples ? this.#inline(examples) : await this.#table(data.train, 'data.train');
    const validation =
      typeof data.validation === 'string'
        ? await this.#table(data.validation, 'data.validation')
        : undefined;
    const test =
      typeof data.test === 'string' ? await this.#table(data.test, 'data.test') : undefined;
    for (const source of [train, validation, test]) {
      if (source) checkColumns(this.#file, source, this.#diagnostics);
    }
    const shares = {
      validation: typeof data.validation === 'number' ? data.validation : undefined,
      test: typeof data.test === 'number' ? data.test : undefined,
    };
    const split = splitOff(train?.rows ?? [], shares);
    const origins = {
      train: { source: train, rows: split.train },
      validation: { source: validation ?? train, rows: validation?.rows ?? split.validation },
      test: { source: test ?? train, rows: test?.rows ?? split.test },
    };
    const splits = {
      train: this.#examples(origins.train),
      validation: this.#examples(origins.validation),
      test: this.#examples(origins.test),
    };
    if (train) this.#checkSizes(train, splits);
    checkAnswers(this.#file, [train, validation, test], this.#diagnostics);
    const testSpan = test?.span ?? this.#span('data.test') ?? train?.span;
    if (testSpan) checkLeaks(this.#file, splits, origins, testSpan, this.#diagnostics);
    const candidates = await candidatesFor(this.#file, this.#path, splits.test, this.#diagnostics);
    if (candidates) this.#files.push(candidates.path);
    return {
      ...splits,
      columns: train?.columns ?? [],
      candidates: candidates?.words,
      diagnostics: inOrder(this.#diagnostics),
      files: [...new Set(this.#files)],
    };
  }

  #span(setting: string): Span | undefined {
    return this.#file.settingSpans.get(setting)?.value;
  }

  #inline(examples: readonly Readonly<Record<string, string>>[]): Source {
    const name = basename(this.#path);
    const lines = new LineMap(this.#file.text);
    const whole = this.#file.settingSpans.get('examples')?.key ?? { start: 0, end: 0 };
    const rows = examples.map((values, index) => {
      const span = this.#span(`examples.${index}`);
      const line = lines.position((span ?? whole).start).line + 1;
      return { values, source: `${name}:${line}`, line, span };
    });
    const columns = [...new Set(examples.flatMap((values) => Object.keys(values)))];
    return { file: name, path: undefined, columns, rows, span: whole };
  }

  async #table(path: string | undefined, setting: string): Promise<Source | undefined> {
    const span = this.#span(setting);
    if (path === undefined || !span) return undefined;
    const absolute = resolve(dirname(this.#path), path);
    try {
      const { file, columns, rows } = await this.#read(absolute);
      this.#files.push(absolute);
      return {
        file,
        path: absolute,
        columns,
        rows: rows.map(({ values, line }) => ({
          values,
          source: `${file}:${line}`,
          line,
          span: undefined,
        })),
        span,
      };
    } catch (error) {
      if (!(error instanceof PtuneError)) throw error;
      this.#diagnostics.push(await unreadableDiagnostic(error, path, absolute, span));
      return undefined;
    }
  }

  #examples({ rows, source }: Origin): Example[] {
    const { answer } = this.#file.settings;
    const empty = Object.fromEntries((source?.columns ?? []).map((column) => [column, '']));
    return rows.map(({ values, source: place }, index) => {
      const row = { ...empty, ...values };
      return { index, row, answer: answer === undefined ? '' : (row[answer] ?? ''), source: place };
    });
  }

  /** A split that a share leaves empty; files without examples are told by `readTable`. */
  #checkSizes(
    train: Source,
    splits: Readonly<Record<'train' | 'validation' | 'test', readonly Example[]>>,
  ): void {
    const { data } = this.#file.settings;
    for (const name of ['train', 'validation', 'test'] as const) {
      const isShare = name === 'train' || typeof data[name] === 'number';
      if (!isShare || splits[name].length > 0) continue;
      const span = (name === 'train' ? undefined : this.#span(`data.${name}`)) ?? train.span;
      const message = `Of the ${train.rows.length} examples in "${train.file}" none is left for ${name}, after ${splits.test.length} for test and ${splits.validation.length} for validation. Add examples, or name files for validation and test`;
      const related = [
        ...(span === train.span ? [] : [{ span: train.span, message: 'All examples' }]),
        ...(['validation', 'test'] as const).flatMap((other) => {
          const share = other === name ? undefined : this.#span(`data.${other}`);
          const message = `${splits[other].length} for ${other}`;
          return share && typeof data[other] === 'number' ? [{ span: share, message }] : [];
        }),
      ];
      this.#diagnostics.push(diagnostic('data/empty-split', span, message, { related }));
      return;
    }
  }
}

/** The error about a data file as a diagnostic; a file that is not there gets its nearest neighbor. */
async function unreadableDiagnostic(
  error: PtuneError,
  written: string,
  absolute: string,
  span: Span,
): Promise<Diagnostic> {
  const cause = error.cause as { code?: unknown } | undefined;
  if (cause?.code === 'ENOENT') {
    const neighbors = await readdir(dirname(absolute)).catch(() => []);
    const nearest = nearestName(basename(absolute), neighbors);
    const hint =
      nearest === undefined
        ? 'Correct the path, which is relative to this file'
        : `Did you mean "${nearest}"?`;
    const message = `The file "${written}" does not exist. ${hint}`;
    if (nearest === undefined) return diagnostic('data/no-file', span, message);
    const replacement = written.slice(0, written.length - basename(written).length) + nearest;
    return diagnostic('data/no-file', span, message, { data: { replacement } });
  }
  const code = error.code === 'data/no-examples' ? 'data/empty' : 'data/unreadable';
  const next = error.nextStep?.replace(/\.$/, '') ?? '';
  const line = error instanceof UnreadableFile ? error.line : undefined;
  const at = { path: absolute, message: 'The line at fault' };
  const more =
    line !== undefined && isText(absolute) ? { relatedLines: [{ ...at, line: line - 1 }] } : {};
  return diagnostic(code, span, `${error.message} ${next}`.trim(), more);
}
