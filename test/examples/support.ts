/** Trains an example on the bundled models, in a folder of its own. */
import { cpSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PromptSummary, Summary } from '../../src/protocol/summary.ts';
import type { TrainRequest } from '../../src/protocol/trainerProtocol.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { root } from '../support/project.ts';

/** The folder of the examples. */
export const examples = join(root, 'examples');

/** A copy of the examples' files; whoever asks for it removes it. */
export function copyOfExamples(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ptune-examples-'));
  for (const name of readdirSync(examples)) {
    if (/\.(ptune|jsonl)$/.test(name)) cpSync(join(examples, name), join(folder, name));
  }
  return folder;
}

/** Trains one of the files in `folder` and scores it. */
export function trainExample(
  folder: string,
  name: string,
  request: Partial<TrainRequest> = {},
): Promise<Summary> {
  return trainFile(
    { path: join(folder, `${name}.ptune`), ...request },
    {
      emit: () => undefined,
      signal: new AbortController().signal,
      now: () => Date.now(),
      bundledModels: join(root, 'media', 'models'),
      version: 'test',
    },
  );
}

/** The accuracies of the prompts in words. */
export const inWords = ({ prompts }: Summary): number[] =>
  prompts.filter(({ kind }) => kind === 'discrete').map(({ accuracy }) => accuracy);

/** A prompt by its name. */
export function promptNamed({ prompts }: Summary, name: string): PromptSummary {
  const found = prompts.find((prompt) => prompt.name === name);
  if (!found) throw new Error(`There is no prompt "${name}".`);
  return found;
}

/** The sample standard deviation. */
export function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
