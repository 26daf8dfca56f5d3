/** `ptune check`: what is wrong with files, as far as it shows without running a model. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { visibleText } from '../../base/visibleText.ts';
import { checkFile } from '../../data/checkFile.ts';
import type { ModelLookup } from '../../data/storedVectors.ts';
import { modelCaches } from '../../hub/cacheFolders.ts';
import { describeModel } from '../../hub/modelFacts.ts';
import type { Diagnostic } from '../../language/diagnostics.ts';
import { diagnostic, hasErrors } from '../../language/diagnostics.ts';
import { diagnosticsToJson, type CheckedFile } from '../../language/diagnosticsJson.ts';
import { LineMap } from '../../language/lineMap.ts';
import { withModelUse } from '../../language/modelChecks.ts';
import { parse } from '../../language/parser.ts';
import { FileHashes } from '../../runs/fileHashes.ts';
import { bundledModels } from '../environment.ts';
import { note, print, printJson, type Output } from '../output.ts';

/** Prints the diagnostics of each file; exit status 2 when one of them is an error. */
export async function check(files: readonly string[], output: Output): Promise<number> {
  const checked: CheckedFile[] = [];
  for (const file of files) checked.push(await checkOne(file));
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
  return withModelUse(found, file, isFound ? described.model : described);
}

/** Which models there are. */
function models(): ModelLookup {
  const caches = modelCaches(process.env, homedir());
  return { bundledFolder: bundledModels, caches, hashes: new FileHashes() };
}

/** A file with what is wrong with it; one that cannot be read has that to say and no text. */
async function checkOne(file: string): Promise<CheckedFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const message = `"${file}" cannot be read: ${(error as Error).message}. Check the path`;
    const diagnostics = [diagnostic('file/unreadable', { start: 0, end: 0 }, message)];
    return { file, text: '', diagnostics };
  }
  return { file, text, diagnostics: await checkAll(text, file) };
}

function printDiagnostics({ file, text, diagnostics }: CheckedFile): void {
  const map = new LineMap(text);
  if (diagnostics.length === 0) print(`${file}: nothing to mend`);
  for (const { severity, code, message, span } of diagnostics) {
    const { line, character } = map.position(span.start);
    const told = `${file}:${line + 1}:${character + 1}: ${severity}: ${message} (${code})`;
    // What is wrong is not in the file, but in the call: it is told where errors are.
    if (code === 'file/unreadable') note(told);
    else print(visibleText(told));
  }
}
