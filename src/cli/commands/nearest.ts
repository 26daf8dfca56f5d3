/** `ptune nearest`: what the vectors of a run are near. */
import { PtuneError } from '../../base/errors.ts';
import { listed, percent } from '../../base/format.ts';
import { neighborhoods } from '../../evaluation/neighborhoods.ts';
import {
  disagreements,
  kindWords,
  metricWords,
  nearestBy,
  remarks,
} from '../../protocol/nearness.ts';
import type {
  Metric,
  NearToken,
  RandomNeighbors,
  VirtualTokenReport,
} from '../../protocol/report.ts';
import { findRun, openRunModel, type FoundRun } from '../../training/openRun.ts';
import { startedTokens, startOf } from '../../training/runVectors.ts';
import { quietContext } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';
import { warnOfStaleRun } from '../staleRun.ts';

export interface NearestOptions {
  readonly top: number;
  readonly metric: Metric;
  /** Among all tokens, special ones and parts of characters too. */
  readonly all?: boolean;
  /** A validation of the training, in place of the step that was kept. */
  readonly step?: number;
}

/** Prints the nearest tokens of every virtual token of a run, and those of a random vector. */
export async function nearest(
  id: string,
  options: NearestOptions,
  output: Output,
): Promise<number> {
  const run = await findRun(id, process.cwd());
  const { manifest, store } = run;
  if (manifest.settings['depth'] === 'deep') {
    throw new PtuneError(
      'prompt/no-nearest',
      `The vectors of run ${manifest.id} are keys and values of every layer, not embeddings: no token is near them.`,
      'Ask for the nearest tokens of a prompt with "depth: input".',
    );
  }
  const path = await store.readPath(manifest.id);
  const { vectors, step } = await vectorsAt(run, options.step);
  const placement = manifest.placement.map(({ part, rows, name }) => ({
    part,
    rows,
    ...(name !== undefined && { name }),
  }));
  const model = await openRunModel(run, quietContext());
  await warnOfStaleRun(run);
  try {
    const { top: count, metric, all = false } = options;
    const plain = Array.from({ length: vectors.length / model.width }, () => ({}));
    const tokens = startedTokens(plain, path);
    const found = await neighborhoods(model, {
      vectors,
      placement,
      count,
      metric,
      tokens,
      start: startOf(path),
    });
    const { virtualTokens, random } = found;
    if (output.json) {
      printJson({
        run: manifest.id,
        prompt: manifest.prompt.name,
        metric,
        ...(step !== undefined && { step }),
        ...(path && { steps: path.steps }),
        tokens: virtualTokens.map((one) => withLists(one, options)),
        random: withLists(random, options),
      });
      return 0;
    }
    for (const one of virtualTokens) printToken(one, metric, all);
    printRandom(random, metric, all);
  } finally {
    await model.release();
  }
  return 0;
}

/** The vectors that the run keeps, or those of a step of its path. */
async function vectorsAt({ manifest, store }: FoundRun, step: number | undefined) {
  if (step === undefined) {
    return { vectors: (await store.readPrompt(manifest.id)).vectors, step: manifest.bestStep };
  }
  const path = await store.readPath(manifest.id);
  const vectors = path?.snapshots[path.steps.indexOf(step)];
  if (vectors) return { vectors, step };
  throw new PtuneError(
    'cli/usage',
    `Run ${manifest.id} has not kept the vectors of step ${step}.`,
    path
      ? `It has kept those of the steps ${listed(path.steps.map(String))}.`
      : 'It was made by a version of ptune that keeps those of the best step alone.',
  );
}

/** With the lists that were asked for, and no others. */
function withLists<T extends VirtualTokenReport | RandomNeighbors>(
  one: T,
  { metric, all = false }: NearestOptions,
) {
  const metrics = Object.keys(one.nearestBy ?? {}) as Metric[];
  return {
    ...one,
    // The lists under this name are those that were asked for.
    nearestOfAll: undefined,
    nearest: nearestBy(one, metric, all),
    nearestBy: Object.fromEntries(metrics.map((other) => [other, nearestBy(one, other, all)])),
  };
}

const indent = ' '.repeat(5);

function printToken(one: VirtualTokenReport, metric: Metric, all: boolean): void {
  const { index, name, normPercentile, toStart, startedFrom } = one;
  const number = `${String(index + 1).padStart(3)}${name === undefined ? '' : ` ${name}`}`;
  print(`${number}  ${listText(nearestBy(one, metric, all))}`);
  const others = disagreements(one, metric, all).map(
    ([other, near]) => `by ${metricWords[other]} ${nearText(near)}`,
  );
  if (others.length > 0) print(`${indent}${others.join(', ')}`);
  const start = startedFrom === undefined ? '' : ` "${startedFrom}"`;
  const facts = [
    `longer than ${percent(normPercentile)} of tokens`,
    ...(toStart?.[metric] === undefined
      ? []
      : [`${toStart[metric].toFixed(2)} to its start${start}`]),
    ...remarks(one, metric),
  ];
  print(`${indent}${facts.join('; ')}`);
}

function printRandom(random: RandomNeighbors, metric: Metric, all: boolean): void {
  const { draws, norm, limits } = random;
  print(`random  ${listText(nearestBy(random, metric, all))}`);
  print(
    `${indent}of ${draws} random vectors of norm ${norm.toFixed(2)}, 19 in 20 have no token nearer than ${limits[metric]!.toFixed(2)}`,
  );
}

const listText = (tokens: readonly NearToken[]) => tokens.map(nearText).join('   ');

function nearText({ token, similarity, kind }: NearToken): string {
  const text = token.trim() === '' ? JSON.stringify(token) : token.trim();
  return `${text} ${similarity.toFixed(2)}${kind ? ` (${kindWords[kind]})` : ''}`;
}
