/** A folder with a `.ptune` file, its data and a tiny model, on which everything really runs. */
import { join } from 'node:path';
import {
  writeCausalModel,
  writeEncoderDecoderModel,
  writeFiles,
  writeLlamaModel,
  writeMaskedModel,
  type TinySize,
} from './tinyModels.ts';

const writers = {
  masked: writeMaskedModel,
  causal: writeCausalModel,
  llama: writeLlamaModel,
  encoderDecoder: writeEncoderDecoderModel,
} as const;

export interface ProjectOptions {
  readonly model?: keyof typeof writers;
  readonly size?: Partial<TinySize>;
  /** Lines of the front matter beside `model`, `data`, `answer` and `train`. */
  readonly settings?: string;
  /** Lines below `train:`. */
  readonly train?: readonly string[];
  readonly prompts?: string;
  /** Rows of the data; those of every split are the same countries with other answers. */
  readonly rows?: Readonly<Record<'train' | 'validation' | 'test', readonly (readonly string[])[]>>;
}

/** Most answers are the same, which a prompt learns in a few steps. */
export const rows = {
  train: [
    ['Peru', 'Lima'],
    ['Chad', 'Lima'],
    ['Mali', 'Lima'],
    ['Cuba', 'Oslo'],
    ['Iran', 'Lima'],
    ['Peru Chad', 'Lima'],
    ['What a movie', 'Lima'],
    ['really', 'Rome'],
  ],
  validation: [
    ['The city', 'Lima'],
    ['Cairo', 'Lima'],
  ],
  test: [
    ['Chad Mali', 'Lima'],
    ['Mali Cuba', 'Oslo'],
    ['great', 'Lima'],
    ['bad', 'Lima'],
  ],
} as const;

export const prompts = `@prompt manual
The capital of {country} is {capital} .

@prompt learned
{*2} {country} {*"is"} {capital} .`;

const lines = (list: readonly (readonly string[])[]) =>
  list.map(([country, capital]) => `${JSON.stringify({ country, capital })}\n`).join('');

/** The text of a `.ptune` file for the data and the model of a project. */
export function ptuneText(options: ProjectOptions = {}): string {
  const train = options.train ?? ['steps: 12', 'batchSize: 4'];
  return `---
model: ./model
data:
  train: train.jsonl
  validation: validation.jsonl
  test: test.jsonl
answer: capital
${options.settings ?? ''}train:
${train.map((line) => `  ${line}\n`).join('')}---

${options.prompts ?? prompts}
`;
}

/** Writes the project into `folder`; gives the path of its `.ptune` file. */
export async function writeProject(folder: string, options: ProjectOptions = {}): Promise<string> {
  const data = options.rows ?? rows;
  await writers[options.model ?? 'masked'](join(folder, 'model'), options.size);
  await writeFiles(folder, {
    'train.jsonl': lines(data.train),
    'validation.jsonl': lines(data.validation),
    'test.jsonl': lines(data.test),
    'task.ptune': ptuneText(options),
  });
  return join(folder, 'task.ptune');
}
