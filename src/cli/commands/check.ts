/** `ptune check`: what is wrong with files, without a model. */
import { readFile } from 'node:fs/promises';
import { PtuneError } from '../../base/errors.ts';
import { checkFile } from '../../data/checkFile.ts';
import { hasErrors } from '../../language/diagnostics.ts';
import { diagnosticsToJson, type CheckedFile } from '../../language/diagnosticsJson.ts';
import { LineMap } from '../../language/lineMap.ts';
import { print, printJson, type Output } from '../output.ts';

/** Prints the diagnostics of each file; exit status 2 when one of them is an error. */
export async function check(files: readonly string[], output: Output): Promise<number> {
  const checked: CheckedFile[] = [];
  for (const file of files) {
    const text = await read(file);
    checked.push({ file, text, diagnostics: await checkFile(text, file) });
  }
  if (output.json) printJson(diagnosticsToJson(checked));
  else for (const one of checked) printDiagnostics(one);
  return checked.some((one) => hasErrors(one.diagnostics)) ? 2 : 0;
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
