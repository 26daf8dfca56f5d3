/** `ptune search`: words in place of a learned prompt's vectors. */
import { readFile } from 'node:fs/promises';
import { PtuneError } from '../../base/errors.ts';
import { percent, percentRange } from '../../base/format.ts';
import { visibleTokens } from '../../base/visibleText.ts';
import { atomicWrite } from '../../files/atomicWrite.ts';
import { searchProgress } from '../../insight/wordSearch/progress.ts';
import { searchWords } from '../../insight/wordSearch/searchWords.ts';
import { withPrompt } from '../../language/withPrompt.ts';
import { candidatesText } from '../../protocol/candidatesText.ts';
import type { SearchRequest, SplitScore } from '../../protocol/wordSearch.ts';
import { trainingContext } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';
import { Progress } from '../progress.ts';

/** Searches, prints what was found, and with `insert` adds the best as a prompt of that name. */
export async function search(
  request: SearchRequest,
  insert: string | undefined,
  output: Output,
): Promise<number> {
  const progress = new Progress(output);
  const context = trainingContext((event) => progress.show(event));
  const result = await searchWords(request, context, (event) =>
    progress.show(searchProgress(event)),
  );
  progress.end();
  const [best] = result.found;
  if (insert !== undefined && best) await insertPrompt(request.path, insert, best.template);
  if (output.json) {
    printJson(result);
    return 0;
  }
  for (const { method, template, seconds, ...words } of result.found) {
    const kept =
      words.retained === undefined ? '' : `  keeps ${percent(Math.max(0, words.retained))}`;
    print(`${method.padEnd(10)}  ${scoreText(words)}${kept}  ${seconds.toFixed(1)} s`);
    print(visibleTokens(template).replaceAll(/^/gm, '    '));
  }
  const { written, learned, empty, examples, candidates } = result;
  if (written) print(`${written.name.padEnd(10)}  ${scoreText(written)}  the best of your own`);
  if (learned) print(`${'vectors'.padEnd(10)}  ${scoreText(learned)}  seed ${learned.seed}`);
  print(`${'without'.padEnd(10)}  ${scoreText(empty)}  the template without virtual tokens`);
  print(
    `${examples.validation} validation and ${examples.test} test examples, ${candidatesText(candidates)}`,
  );
  for (const sentence of result.sentences) print(sentence);
  if (insert !== undefined && best) print(`Added to ${result.file} as "${insert}".`);
  return 0;
}

function scoreText({ validation, test }: SplitScore): string {
  return `validation ${percent(validation.accuracy)}  test ${percent(test.accuracy)} (${percentRange(test.interval)})`;
}

async function insertPrompt(path: string, name: string, template: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const added = withPrompt(text, name, template);
  if (added === undefined) {
    throw new PtuneError(
      'cli/usage',
      `"${name}" is no name for a new prompt: it is taken, or holds more than letters, digits, "-" and "_".`,
      'Give another name with --insert.',
    );
  }
  await atomicWrite(path, added);
}
