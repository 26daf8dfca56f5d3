/** Reads the file of candidate answers that `candidates: words.txt` names. */
import { dirname, resolve } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import type { PtuneFile } from '../language/ast.ts';
import type { Diagnostic } from '../language/diagnostics.ts';
import { diagnostic } from '../language/diagnostics.ts';
import type { Example } from './examples.ts';
import { readText } from './table.ts';

/** The candidates of a file with its absolute path; undefined where the settings name no file. */
export async function candidatesFor(
  file: PtuneFile,
  filePath: string,
  test: readonly Example[],
  diagnostics: Diagnostic[],
): Promise<{ path: string; words: readonly string[] } | undefined> {
  const { candidates, labels } = file.settings;
  const place = file.settingSpans.get('candidates');
  if (candidates.kind !== 'file' || labels || !place) return undefined;
  const path = resolve(dirname(filePath), candidates.path);
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    if (!(error instanceof PtuneError)) throw error;
    const kinds = 'or write answers, vocabulary or generate';
    const code = isMissing(error) ? 'data/no-file' : 'data/unreadable';
    const next = error.nextStep?.replace(/\.$/, '') ?? '';
    diagnostics.push(diagnostic(code, place.value, `${error.message} ${next}, ${kinds}`));
    return undefined;
  }
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  const words = [...new Set(lines.filter((line) => line !== ''))];
  if (words.length === 0) {
    const message = `"${candidates.path}" has no candidates. Put one answer on each line`;
    diagnostics.push(diagnostic('data/empty', place.value, message));
  }
  const outside = test.filter(({ answer }) => answer !== '' && !words.includes(answer.trim()));
  if (words.length > 0 && outside[0]) {
    const message = `${outside.length} of ${test.length} test answers are no candidate, so they can never be right; the first is "${outside[0].answer}" at ${outside[0].source}. Add them to "${candidates.path}"`;
    const relatedLines = [{ path, line: 0, message: 'The candidates' }];
    diagnostics.push(diagnostic('data/no-candidate', place.value, message, { relatedLines }));
  }
  return { path, words };
}

function isMissing(error: PtuneError): boolean {
  return (error.cause as { code?: unknown } | undefined)?.code === 'ENOENT';
}
