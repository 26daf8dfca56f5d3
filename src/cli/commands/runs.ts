/** `ptune nearest` and `ptune predict`. */
import { PtuneError } from '../../base/errors.ts';
import { neighborhoods } from '../../evaluation/neighborhoods.ts';
import type { Metric } from '../../protocol/report.ts';
import { findRun, openRunModel, predictWithRun } from '../../training/openRun.ts';
import { quietContext } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';

/** Prints the nearest tokens of every virtual token of a run. */
export async function nearest(
  id: string,
  options: { readonly top: number; readonly metric: Metric },
  output: Output,
): Promise<number> {
  const context = quietContext();
  const run = await findRun(id, process.cwd());
  if (run.manifest.settings['depth'] === 'deep') {
    throw new PtuneError(
      'prompt/no-nearest',
      `The vectors of run ${run.manifest.id} are keys and values of every layer, not embeddings: no token is near them.`,
      'Ask for the nearest tokens of a prompt with "depth: input".',
    );
  }
  const { vectors } = await run.store.readPrompt(run.manifest.id);
  const model = await openRunModel(run, context);
  try {
    const { top: count, metric } = options;
    const placement = run.manifest.placement.map(({ part, rows, name }) => ({
      part,
      rows,
      ...(name !== undefined && { name }),
    }));
    const tokens = await neighborhoods(model, { vectors, placement, count, metric });
    if (output.json) {
      const list = tokens.map(({ index, name, norm, nearest: near }) => ({
        index,
        ...(name !== undefined && { name }),
        norm,
        nearest: near,
      }));
      printJson({ run: run.manifest.id, prompt: run.manifest.prompt.name, metric, tokens: list });
    } else {
      for (const { index, name, nearest: near } of tokens) {
        const list = near.map((n) => `${n.token.trim()} ${n.similarity.toFixed(2)}`).join('   ');
        print(`${String(index + 1).padStart(3)}${name === undefined ? '' : ` ${name}`}  ${list}`);
      }
    }
  } finally {
    await model.release();
  }
  return 0;
}

/** Prints a run's answer for one input. */
export async function predict(id: string, input: string, output: Output): Promise<number> {
  const run = await findRun(id, process.cwd());
  const scores = await predictWithRun(run, parseInput(input), quietContext());
  const top = scores.slice(0, 5);
  if (output.json) {
    const [best] = top;
    printJson({ answer: best?.candidate, probability: best?.probability, candidates: top });
  } else {
    for (const { candidate, probability } of top) {
      print(`${(probability * 100).toFixed(1).padStart(5)} %  ${candidate}`);
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
