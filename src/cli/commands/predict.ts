/** `ptune predict`. */
import { PtuneError } from '../../base/errors.ts';
import { findRun, predictWithRun } from '../../training/openRun.ts';
import { visibleText } from '../../base/visibleText.ts';
import { quietContext } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';
import { warnOfStaleRun } from '../staleRun.ts';

/** Prints a run's answer for one input. */
export async function predict(id: string, input: string, output: Output): Promise<number> {
  const run = await findRun(id, process.cwd());
  const scores = await predictWithRun(run, parseInput(input), quietContext());
  await warnOfStaleRun(run);
  const top = scores.slice(0, 5);
  if (output.json) {
    const [best] = top;
    printJson({ answer: best?.candidate, probability: best?.probability, candidates: top });
  } else {
    for (const { candidate, probability } of top) {
      print(`${(probability * 100).toFixed(1).padStart(5)} %  ${visibleText(candidate)}`);
    }
  }
  return 0;
}

function parseInput(text: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usage(`--input is no JSON: ${(error as Error).message}.`, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw usage('--input is no JSON object.');
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

function usage(message: string, cause?: unknown): PtuneError {
  return new PtuneError('cli/usage', message, `Write it as --input '{"column": "value"}'.`, cause);
}
