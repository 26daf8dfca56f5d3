/** A `.ptune` file in which one prompt is trained with the settings of a trial. */
import type { Prompt, PtuneFile } from '../language/ast.ts';
import { parse } from '../language/parser.ts';
import type { TrainSettings } from '../language/settings.ts';
import type { Choice } from './space.ts';

/** What a trial trains. */
export interface TrialFile {
  readonly text: string;
  readonly file: PtuneFile;
  readonly prompt: Prompt;
}

/** The settings of a prompt's training with those of a trial in their place. */
export function trialTrain({ train }: Prompt, settings: Choice): TrainSettings {
  return {
    ...train,
    // One of the two says how long the training is.
    ...('steps' in settings && { epochs: undefined }),
    ...('epochs' in settings && { steps: undefined }),
    ...settings,
  } as TrainSettings;
}

/**
 * The file with `settings` in place of the prompt's own. They stand at the prompt itself, with all
 * others that it has, so that they hold wherever it has its own from.
 */
export function trialFile(file: PtuneFile, name: string, settings: Choice): TrialFile {
  const own = file.prompts.find((prompt) => prompt.name === name)!;
  const { start, end } = own.headSpan;
  // JSON is YAML, on one line too.
  const head = `@prompt ${name} ${JSON.stringify(trialTrain(own, settings))}`;
  const text = `${file.text.slice(0, start)}${head}${file.text.slice(end)}`;
  const changed = parse(text);
  return { text, file: changed, prompt: changed.prompts.find((prompt) => prompt.name === name)! };
}
