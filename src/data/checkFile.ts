/** Checks a `.ptune` file together with the files that it names. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { PtuneFile } from '../language/ast.ts';
import type { Diagnostic } from '../language/diagnostics.ts';
import { diagnostic, inOrder } from '../language/diagnostics.ts';
import { parse } from '../language/parser.ts';
import { loadExamples } from './examples.ts';
import { checkStartRuns } from './startRuns.ts';
import { checkStoredVectors, type ModelLookup } from './storedVectors.ts';
import type { TableReader } from './table.ts';
import { readTable } from './table.ts';

/**
 * Everything that is wrong with `text`, which lies (or would lie) at `path`, and with the data,
 * model folder, stored vectors and runs that it names, in the order of their places. Whether stored
 * vectors belong to the model is looked at where `models` says which models there are.
 */
export function checkFile(text: string, path: string, models?: ModelLookup): Promise<Diagnostic[]> {
  return checkParsedFile(parse(text), path, readTable, models);
}

/** The same for a text that is parsed already. An editor passes `cachedTables()` to read tables. */
export async function checkParsedFile(
  file: PtuneFile,
  path: string,
  read: TableReader,
  models?: ModelLookup,
): Promise<Diagnostic[]> {
  const examples = await loadExamples(file, path, read);
  return inOrder([
    ...file.diagnostics,
    ...examples.diagnostics,
    ...(await checkModel(file, path)),
    ...(await checkStoredVectors(file, path, models)),
    ...(await checkStartRuns(file, path)),
  ]);
}

async function checkModel(file: PtuneFile, path: string): Promise<Diagnostic[]> {
  const { model } = file.settings;
  const span = (file.settingSpans.get('model.id') ?? file.settingSpans.get('model'))?.value;
  if (!model || !span || model.id.startsWith('bundled/')) return [];
  const folder = resolve(dirname(path), model.id);
  if (!(await isFolder(folder))) {
    // What can be a name on the Hub may lie in a cache; only a path has to exist here.
    if (/^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(model.id)) return [];
    const message = `The model folder "${model.id}" does not exist. Correct the path, which is relative to this file, or use bundled/mini-mlm`;
    return [diagnostic('model/not-found', span, message)];
  }
  const inside = await Promise.all(
    [folder, join(folder, 'onnx')].map((place) => readdir(place).catch((): string[] => [])),
  );
  if (inside.flat().some((name) => name.endsWith('.onnx'))) return [];
  const message = `The model folder "${model.id}" has no .onnx file, neither itself nor in "onnx". Put the model's weights there`;
  return [diagnostic('model/no-weights', span, message)];
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
