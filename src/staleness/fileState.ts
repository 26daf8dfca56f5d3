/** What a `.ptune` file says now of the prompts that runs and scores belong to. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { locateModel } from '../hub/locate.ts';
import type { Prompt, PtuneFile } from '../language/ast.ts';
import { parse } from '../language/parser.ts';
import { type Fingerprint, formerNames, staleReason } from '../protocol/fingerprint.ts';
import type { FileHashes } from '../runs/fileHashes.ts';
import { promptFingerprint } from '../runs/fingerprint.ts';
import type { RunManifest } from '../runs/runManifest.ts';

/** Where models lie, and what is known of files already. */
export interface StateContext {
  readonly bundledFolder: string;
  readonly caches: readonly string[];
  readonly hashes: FileHashes;
}

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
  context: StateContext,
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
    // Two prompts of one name are an error of its own; the first is meant.
    if (states.has(prompt.name)) continue;
    const now =
      located === undefined
        ? 'model not found'
        : // A data file that cannot be read; its own diagnostic says which and why.
          await promptFingerprint(file, prompt, { path, model: located }, context.hashes).catch(
            () => 'data not found',
          );
    states.set(prompt.name, { now, seeds: isTrained(prompt) ? prompt.train.seeds : [] });
  }
  return states;
}

/** As `fileState`, of the file as it is on the disk. */
export async function stateOnDisk(path: string, context: StateContext): Promise<FileState> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return fileState(text === undefined ? undefined : parse(text), path, context);
}

function isTrained({ kind, from }: Prompt): boolean {
  return kind === 'continuous' && from === undefined;
}

/** What changed since a run was made; undefined while it holds. */
export function staleRun(
  { hashes, prompt }: Pick<RunManifest, 'hashes' | 'prompt'>,
  state: FileState,
): string | undefined {
  const name = renamedTo({ hashes, prompt }, state) ?? prompt.name;
  return changeSince(hashes, name, state);
}

/** What changed in the prompt called `name` since it had these hashes; undefined where nothing did. */
export function changeSince(then: Fingerprint, name: string, state: FileState): string | undefined {
  if (typeof state === 'string') return state;
  const own = state.get(name);
  if (own === undefined) return 'prompt removed';
  return typeof own.now === 'string' ? own.now : staleReason(then, own.now);
}

/**
 * What the prompt of a run is called by now, where the file has none of its name but one prompt with
 * the same hashes; undefined where it has its name, is gone, or two fit.
 */
export function renamedTo(
  { hashes, prompt }: Pick<RunManifest, 'hashes' | 'prompt'>,
  state: FileState,
): string | undefined {
  if (typeof state === 'string' || state.has(prompt.name)) return undefined;
  const gone = new Map([[prompt.name, hashes]]);
  for (const [present] of formerNames(knownHashes(state), gone)) return present;
  return undefined;
}

/** The prompts of a file whose hashes are known. */
export function knownHashes(state: Exclude<FileState, string>): Map<string, Fingerprint> {
  const known = new Map<string, Fingerprint>();
  for (const [name, { now }] of state) if (typeof now !== 'string') known.set(name, now);
  return known;
}

/** The seeds that the file asks for. */
export function askedSeeds(prompt: string, state: FileState): readonly number[] {
  return typeof state === 'string' ? [] : (state.get(prompt)?.seeds ?? []);
}
