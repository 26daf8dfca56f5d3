/** What a `.ptune` file says now of the prompts that its runs belong to. */
import { dirname } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { locateModel } from '../../hub/locate.ts';
import type { Prompt, PtuneFile } from '../../language/ast.ts';
import { type Fingerprint, staleReason } from '../../protocol/fingerprint.ts';
import { promptFingerprint } from '../../runs/fingerprint.ts';
import type { RunManifest } from '../../runs/runManifest.ts';
import type { ScoreContext } from '../scores/fileScores.ts';

/** A prompt as the file has it now. */
interface PromptState {
  /** The hashes that a run of it would have, or why there are none. */
  readonly now: Fingerprint | string;
  /** The seeds that the file asks for; none where nothing is trained. */
  readonly seeds: readonly number[];
}

/** The prompts of a file by name; a text where the file itself is not there. */
export type FileState = ReadonlyMap<string, PromptState> | string;

/** Looks at every prompt of a file. Never fails: what cannot be found is a reason. */
export async function fileState(
  file: PtuneFile | undefined,
  path: string,
  context: ScoreContext,
): Promise<FileState> {
  if (file === undefined) return 'file removed';
  const { model } = file.settings;
  const places = { fileFolder: dirname(path), ...context };
  let located: Awaited<ReturnType<typeof locateModel>> | undefined;
  try {
    if (model !== undefined) located = await locateModel(model, places);
  } catch (error) {
    if (!(error instanceof PtuneError)) throw error;
  }
  const states = new Map<string, PromptState>();
  for (const prompt of file.prompts) {
    const now =
      located === undefined
        ? 'model not found'
        : await promptFingerprint(file, prompt, { path, model: located }, context.hashes).catch(
            () => 'data not found',
          );
    states.set(prompt.name, { now, seeds: isTrained(prompt) ? prompt.train.seeds : [] });
  }
  return states;
}

function isTrained({ kind, from }: Prompt): boolean {
  return kind === 'continuous' && from === undefined;
}

/** What changed since a run was made; undefined while it holds. */
export function staleOf({ hashes, prompt }: RunManifest, state: FileState): string | undefined {
  if (typeof state === 'string') return state;
  const own = state.get(prompt.name);
  if (own === undefined) return 'prompt removed';
  return typeof own.now === 'string' ? own.now : staleReason(hashes, own.now);
}

/** The seeds that the file asks for. */
export function askedSeeds(prompt: string, state: FileState): readonly number[] {
  return typeof state === 'string' ? [] : (state.get(prompt)?.seeds ?? []);
}
