/** `ptune check`: what is wrong with files, as far as it shows without running a model. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import { checkFile } from '../../data/checkFile.ts';
import type { ModelLookup } from '../../data/storedVectors.ts';
import { modelCaches } from '../../hub/cacheFolders.ts';
import { describeModel } from '../../hub/modelFacts.ts';
import type { Diagnostic } from '../../language/diagnostics.ts';
import { hasErrors, inOrder } from '../../language/diagnostics.ts';
import { diagnosticsToJson, type CheckedFile } from '../../language/diagnosticsJson.ts';
import { LineMap } from '../../language/lineMap.ts';
import { checkModelUse } from '../../language/modelChecks.ts';
import { parse } from '../../language/parser.ts';
import { FileHashes } from '../../runs/fileHashes.ts';
import { bundledModels } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';

/** Prints the diagnostics of each file; exit status 2 when one of them is an error. */
export async function check(files: readonly string[], output: Output): Promise<number> {
  const checked: CheckedFile[] = [];
  for (const file of files) {
    const text = await read(file);
    checked.push({ file, text, diagnostics: await checkAll(text, file) });
  }
  if (output.json) printJson(diagnosticsToJson(checked));
  else for (const one of checked) printDiagnostics(one);
  return checked.some((one) => hasErrors(one.diagnostics)) ? 2 : 0;
}

/** What is wrong with the file and its data, and with the way it uses its model. */
async function checkAll(text: string, path: string): Promise<Diagnostic[]> {
  const file = parse(text);
  const found = await checkFile(text, path, models());
  const { model } = file.settings;
  const places = { fileFolder: dirname(path), ...models() };
  const described = model && (await describeModel(model, places));
  const isFound = typeof described === 'object' && 'model' in described;
  const use = checkModelUse(file, isFound ? described.model : described);
  const known = new Set(found.map(({ code }) => code));
  return inOrder([...found, ...use.filter(({ code }) => !known.has(code))]);
}

/** Which models there are. */
function models(): ModelLookup {
  const caches = modelCaches(process.env, homedir());
  return { bundledFolder: bundledModels, caches, hashes: new FileHashes() };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new PtuneError(
      'file/unreadable',
      `"${file}" cannot be read: ${(error as Error).message}.`,
      'Check the path.',
      error,
    );
  }
}

function printDiagnostics({ file, text, diagnostics }: CheckedFile): void {
  const map = new LineMap(text);
  if (diagnostics.length === 0) print(`${file}: nothing to mend`);
  for (const { severity, code, message, span } of diagnostics) {
    const { line, character } = map.position(span.start);
    print(`${file}:${line + 1}:${character + 1}: ${severity}: ${message} (${code})`);
  }
}
