/** `ptune import`: what other programs made, as a `.ptune` file to start from. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import type { ImportReply, ImportRequest } from '../../protocol/exchange.ts';
import type { TrainingContext } from '../../training/context.ts';
import { importPeft } from './importPeft.ts';
import { isRelation, readRelation } from './lama.ts';
import { isOpenPrompt, readOpenPrompt } from './openPrompt.ts';
import { adapterFolder, isAdapter, refusePickle } from './peft.ts';
import { readPromptfoo } from './promptfoo.ts';
import { readPrompty } from './prompty.ts';
import { readText } from './readFile.ts';
import { writeTask, type ImportedTask } from './written.ts';

/**
 * Imports a file or a folder.
 *
 * @throws PtuneError `import/unknown` for what is in no known format, and those of each format
 */
export async function importPath(
  request: ImportRequest,
  context: TrainingContext,
): Promise<ImportReply> {
  const { path } = request;
  const found = await stat(path).catch((error: unknown) => {
    throw new PtuneError(
      'import/unreadable',
      `"${path}" cannot be read: ${(error as Error).message}.`,
      'Correct the path.',
      error,
    );
  });
  if (await isAdapter(adapterFolder(path))) {
    refusePickle(path);
    return importPeft(request, context);
  }
  refusePickle(path);
  const task = await readTask(path, found.isDirectory());
  if (task) return writeTask(task, request);
  throw new PtuneError(
    'import/unknown',
    `"${path}" is in no format that can be imported.`,
    'Name the folder of a PEFT adapter (with adapter_config.json) or of a LAMA relation (with train.jsonl), a promptfooconfig.yaml, a .prompty file, or a file of OpenPrompt templates.',
  );
}

/** What lies at a path as a task; undefined where it is none that is known. */
async function readTask(path: string, isFolder: boolean): Promise<ImportedTask | undefined> {
  if (isFolder) {
    const names = await readdir(path);
    const config = names.find((name) => /^promptfooconfig\.ya?ml$/.test(name));
    if (config !== undefined) return readPromptfoo(join(path, config));
    if (await isRelation(path)) return readRelation(path);
    const template = names.sort().find((name) => /template\.txt$/.test(name));
    return template === undefined ? undefined : readTask(join(path, template), false);
  }
  if (path.endsWith('.prompty')) return readPrompty(path);
  if (/\.ya?ml$/.test(path)) return readPromptfoo(path);
  if (!path.endsWith('.txt')) return undefined;
  const text = await readText(path);
  return isOpenPrompt(text) ? readOpenPrompt(path, text) : undefined;
}
