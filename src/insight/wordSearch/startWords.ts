/** Where a search for words starts: at the words nearest to what a prompt has learned. */
import { PtuneError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { Prompt } from '../../language/ast.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { OpenPromptFile } from '../../training/promptFile.ts';
import { storedPrompt } from '../../training/storedPrompt.ts';
import { cosineTo, largest } from './method.ts';
import type { SearchSpace } from './searchSpace.ts';

/** The vectors of the file that the prompt names, or of its newest run, whatever its settings. */
export async function learnedVectors(
  open: OpenPromptFile,
  prompt: Prompt,
  store: RunStore,
): Promise<Float32Array | undefined> {
  if (prompt.from !== undefined) return storedPrompt(open, prompt);
  const { template, model } = await open.fingerprint(prompt);
  const run = (await store.list()).runs.findLast(
    ({ file, prompt: own, status, hashes }) =>
      file === open.name &&
      own.name === prompt.name &&
      status === 'completed' &&
      hashes.template === template &&
      hashes.model === model,
  );
  return run && (await store.readPrompt(run.id)).vectors;
}

/** So many draws of words are tried when the nearest ones cannot be written. */
const mostDraws = 200;

/**
 * The nearest word of each vector; where these cannot stand side by side, or there are none, any.
 *
 * @throws PtuneError `search/no-words`
 */
export function startWords(
  space: SearchSpace,
  learned: Float32Array | undefined,
  prompt: Prompt,
  random: Random,
): readonly number[] {
  const { length, width } = space;
  const places = Array.from({ length }, (_, row) => row);
  const hasWords = places.every((place) => space.wordsAt(place).length > 0);
  if (learned && hasWords) {
    const nearest = places.map((row) => {
      const vector = learned.subarray(row * width, (row + 1) * width);
      return largest(space.wordsAt(row), cosineTo(space, vector), 1)[0]!;
    });
    if (space.canBeWritten(nearest)) return nearest;
  }
  for (let draw = 0; draw < mostDraws && hasWords; draw++) {
    const ids = places.map((place) => {
      const words = space.wordsAt(place);
      return words[random.integer(words.length)]!;
    });
    if (space.canBeWritten(ids)) return ids;
  }
  throw new PtuneError(
    'search/no-words',
    `No words of the model can be written in the places of "${prompt.name}": as text they are read as other tokens.`,
    'Put spaces around the virtual tokens of the template.',
  );
}
