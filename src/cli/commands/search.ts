/** `ptune search`: words in place of a learned prompt's vectors. */
import { readFile } from 'node:fs/promises';
import { PtuneError } from '../../base/errors.ts';
import { percent, percentRange } from '../../base/format.ts';
import { visibleTokens } from '../../base/visibleText.ts';
import { atomicWrite } from '../../files/atomicWrite.ts';
import { searchWords } from '../../insight/wordSearch/searchWords.ts';
import { withPrompt } from '../../language/withPrompt.ts';
import type { SearchEvent, SearchRequest, WordsScore } from '../../protocol/wordSearch.ts';
import { trainingContext } from '../environment.ts';
import { note, print, printJson, type Output } from '../output.ts';

/** Searches, prints what was found, and with `insert` adds the best as a prompt of that name. */
export async function search(
  request: SearchRequest,
  insert: string | undefined,
  output: Output,
): Promise<number> {
  const context = trainingContext((event) => {
    if (event.type === 'warning') note(`warning: ${event.message} (${event.code})`);
  });
  const result = await searchWords(request, context, progressOn(output));
  const [best] = result.found;
  if (insert !== undefined && best) await insertPrompt(request.path, insert, best.template);
  if (output.json) {
    printJson(result);
    return 0;
  }
  for (const { method, template, validation, test, seconds } of result.found) {
    print(`${method.padEnd(10)}  ${scoreText(validation, test)}  ${seconds.toFixed(1)} s`);
    print(visibleTokens(template).replaceAll(/^/gm, '    '));
  }
  if (result.written) {
    const { name, validation, test } = result.written;
    print(`${name.padEnd(10)}  ${scoreText(validation, test)}  the best of your own`);
  }
  if (insert !== undefined && best) print(`Added to ${result.file} as "${insert}".`);
  return 0;
}

function scoreText(validation: WordsScore, test: WordsScore): string {
  return `validation ${percent(validation.accuracy)}  test ${percent(test.accuracy)} (${percentRange(test.interval)})`;
}

/** A line now and then; on a terminal the same line again. */
function progressOn(output: Output): (event: SearchEvent) => void {
  return ({ method, step, steps, template, loss }) => {
    const line = `${method} ${step}/${steps}  loss ${loss.toFixed(2)}  ${visibleTokens(template).replaceAll('\n', ' ⏎ ')}`;
    if (output.live) {
      const width = process.stderr.columns;
      process.stderr.write(`\r\x1b[K${line.slice(0, width - 1)}`);
      if (step === steps) process.stderr.write('\r\x1b[K');
    } else if (step % 50 === 0) note(line);
  };
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
