/** Reads the vectors that `from:` names and checks that they fit the prompt and the model. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import type { Prompt } from '../language/ast.ts';
import { diagnostic, type Diagnostic } from '../language/diagnostics.ts';
import { vectorWidth } from '../model/promptGraph.ts';
import { readPromptVectors } from '../runs/promptVectors.ts';
import { assertNoErrors, type OpenPromptFile } from './promptFile.ts';

/**
 * The vectors of a prompt with `from`, float32 [P, D].
 *
 * @throws PtuneError `run/not-found` when the file is missing, `run/unreadable` when its width,
 *   placement or model is another
 */
export async function storedPrompt(open: OpenPromptFile, prompt: Prompt): Promise<Float32Array> {
  const path = resolve(dirname(open.path), prompt.from!);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new PtuneError(
      'run/not-found',
      `The prompt "${prompt.name}" takes its vectors from "${prompt.from!}", which cannot be read: ${(error as Error).message}.`,
      'Copy a run\'s prompt.safetensors there, or remove "from" to train the prompt.',
      error,
    );
  });
  const stored = readPromptVectors(bytes, prompt.from!);
  const { virtual, isDeep } = open.encodingOf(prompt, 0);
  const { placement } = virtual;
  const width = vectorWidth(open.model.open.lm, isDeep);
  const reason =
    stored.width !== width
      ? `its vectors have width ${stored.width}, the model's have ${width}`
      : stored.model !== open.modelHash
        ? 'it was trained on another model'
        : JSON.stringify(stored.placement.map((p) => p.rows)) !==
            JSON.stringify(placement.map((p) => p.rows))
          ? 'its virtual tokens stand in other places'
          : undefined;
  if (reason === undefined) return stored.vectors;
  throw new PtuneError(
    'run/unreadable',
    `"${prompt.from!}" does not fit the prompt "${prompt.name}": ${reason}.`,
    'Train the prompt again and copy its prompt.safetensors.',
  );
}

/** What is wrong with the vectors that the prompts of a file name, each at its place. */
async function storedDiagnostics(open: OpenPromptFile): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const prompt of open.file.prompts) {
    const place = prompt.settingSpans.get('from');
    if (prompt.from === undefined || !place) continue;
    try {
      await storedPrompt(open, prompt);
    } catch (error) {
      if (!(error instanceof PtuneError)) throw error;
      const message = [error.message, error.nextStep].join(' ').replace(/\.$/, '');
      found.push(diagnostic('prompt/unfitting-vectors', place.value, message));
    }
  }
  return found;
}

/** Throws `file/has-errors` where vectors that a prompt names do not fit. */
export async function assertStoredFit(open: OpenPromptFile): Promise<void> {
  assertNoErrors(open.file, await storedDiagnostics(open), open.path);
}
