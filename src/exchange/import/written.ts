/** What an import writes: a `.ptune` file and its data, under names that none of the files there has. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { atomicWrite } from '../../files/atomicWrite.ts';
import type { ImportReply, ImportRequest } from '../../protocol/exchange.ts';

/** An example: the values of its columns. */
export type Row = Readonly<Record<string, string>>;

/** A task of another program, in the terms of a `.ptune` file. */
export interface ImportedTask {
  /** Where it comes from, such as "promptfoo". */
  readonly kind: string;
  readonly name: string;
  /** The column that the model has to produce. */
  readonly answer: string;
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  readonly prompts: readonly { readonly name: string; readonly template: string }[];
  /** Rows by the split that they are for; those of `train` alone are split by ptune. */
  readonly data: {
    readonly train: readonly Row[];
    readonly validation?: readonly Row[];
    readonly test?: readonly Row[];
  };
  readonly warnings: readonly string[];
}

/** Rows that can be split into three parts. */
const fewRows = 5;

/** Writes a task into the folder of the request. */
export async function writeTask(task: ImportedTask, request: ImportRequest): Promise<ImportReply> {
  const { output, model } = request;
  const endings = ['.ptune', '.train.jsonl', '.validation.jsonl', '.test.jsonl'];
  const name = await freeName(output, task.name, endings);
  const splits = Object.entries(task.data).filter(([, rows]) => rows.length > 0);
  const own = Object.fromEntries(splits.map(([split]) => [split, `${name}.${split}.jsonl`]));
  // Too few to be split: they stand for every part until there are more.
  const isShort = splits.length === 1 && task.data.train.length < fewRows;
  const data = isShort
    ? { train: own['train'], validation: own['train'], test: own['train'] }
    : own;
  const settings = {
    model: model ?? 'bundled/mini-mlm',
    data,
    answer: task.answer,
    ...(task.labels && { labels: task.labels }),
  };
  const notes = [`Imported from ${task.kind}.`, ...task.warnings].map(
    (one) => `@# ${one.replaceAll('\n', ' ')}`,
  );
  const prompts = task.prompts.map((prompt) => `@prompt ${prompt.name}\n${prompt.template}\n`);
  const text = `---\n${stringify(settings)}---\n\n${notes.join('\n')}\n\n${prompts.join('\n')}`;
  for (const [split, rows] of splits) {
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    await atomicWrite(join(output, own[split]!), lines);
  }
  const file = join(output, `${name}.ptune`);
  await atomicWrite(file, text);
  return { kind: task.kind, file, files: Object.values(own), warnings: task.warnings };
}

/** Words as they stand in a template: braces and a leading "@" doubled. */
export function words(text: string): string {
  return text.replace(/[{}]/g, '$&$&').replace(/^@/gm, '@@');
}

/** A name of a file and of a prompt from any text. */
export function plainName(text: string, fallback: string): string {
  const name = text.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[^A-Za-z]+|-+$/g, '');
  return name === '' ? fallback : name;
}

/** `name`, or with a number behind it, such that no file of that name has one of the endings. */
export async function freeName(
  folder: string,
  name: string,
  endings: readonly string[],
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const own = attempt === 1 ? name : `${name}-${attempt}`;
    const taken = await Promise.all(
      endings.map((ending) =>
        access(join(folder, own + ending)).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!taken.includes(true)) return own;
  }
}
