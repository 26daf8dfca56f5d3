/** Whether a model takes cached keys and values, told without reading its graph. */
import { readFile, stat } from 'node:fs/promises';
import type { LocatedModel } from './locate.ts';

/** The names of a larger graph stand somewhere among its weights; it is left to training. */
const mostBytes = 32e6;
/** How the inputs of every export begin (model/languageModel.ts). */
const inputName = 'past_key_values';

const known = new Map<string, { readonly state: string; readonly has: boolean }>();

/**
 * Whether a decoder has inputs for cached keys and values; undefined where its file is too large to
 * look through. A graph in which the name of such an input does not stand has none.
 */
export async function hasCacheInputs({
  onnxFile,
  cachedFile,
}: Pick<LocatedModel, 'onnxFile' | 'cachedFile'>): Promise<boolean | undefined> {
  if (cachedFile !== undefined) return true;
  const { size, mtimeMs } = await stat(onnxFile);
  if (size > mostBytes) return undefined;
  const state = `${size} ${mtimeMs}`;
  const before = known.get(onnxFile);
  if (before?.state === state) return before.has;
  const has = (await readFile(onnxFile)).includes(inputName);
  known.set(onnxFile, { state, has });
  return has;
}
