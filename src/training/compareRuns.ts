/** Two or more stored runs side by side, from what they answered when they were scored. */
import { listed } from '../base/format.ts';
import { compareToBaseline } from '../evaluation/compare.ts';
import { scoreOf } from '../evaluation/scores.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { ComparedRun, ComparedSetting, RunComparison } from '../protocol/runComparison.ts';
import { runOutcome, runSettings } from '../runs/runFacts.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import { readLabel } from '../runs/runLabel.ts';
import { type RunScore, readRunScore } from '../runs/runScore.ts';
import type { TrainingContext } from './context.ts';
import { FileStates } from './fileStates.ts';
import { findRun, type FoundRun } from './openRun.ts';
import { scoreRun } from './scoreRun.ts';

interface Scored {
  readonly run: FoundRun;
  readonly predictions: readonly Prediction[];
  /** What the answers were chosen among, where that was written down. */
  readonly candidates: RunScore['candidates'] | undefined;
  /** Why there are no answers, as a sentence. */
  readonly lack?: string;
  /** What changed since the run was made. */
  readonly stale: string | undefined;
}

/**
 * Compares runs; differences are those to the first one. A run without a score gets one, where its
 * data and its model are still what they were.
 *
 * @param names  ids of runs, or paths of their folders
 * @param from  where ids are looked for
 * @throws PtuneError those of reading a run; `training/cancelled`
 */
export async function compareRuns(
  names: readonly string[],
  from: string,
  context: TrainingContext,
): Promise<RunComparison> {
  const runs = await Promise.all(names.map((name) => findRun(name, from)));
  const states = new FileStates(context.bundledModels);
  const scored: Scored[] = [];
  // One after the other: each may open a model.
  for (const run of runs) scored.push(await scoredRun(run, states, context));
  const comparable = scored.filter((one) => isComparable(one, scored[0]!));
  const differences = compareToBaseline(
    comparable.map(({ run, predictions }) => ({
      name: run.manifest.id,
      predictions: [predictions],
    })),
    runs[0]!.manifest.id,
  );
  const compared = await Promise.all(
    scored.map(async ({ run, predictions, candidates, stale }): Promise<ComparedRun> => {
      const { name } = await readLabel(run.folder);
      const difference = differences.get(run.manifest.id);
      return {
        run: run.manifest.id,
        ...(name !== undefined && { name }),
        ...(stale !== undefined && { stale }),
        ...(predictions.length > 0 && { score: ownScore(predictions, candidates) }),
        ...(difference && { difference }),
      };
    }),
  );
  return {
    runs: compared,
    settings: differing(runs.map(({ manifest }) => manifest)),
    notes: notesOf(scored),
  };
}

async function scoredRun(
  run: FoundRun,
  states: FileStates,
  context: TrainingContext,
): Promise<Scored> {
  const known = await ownPredictions(run);
  const lack = known.length > 0 ? undefined : await scoreRun(run, context);
  return {
    run,
    predictions: known.length > 0 ? known : await ownPredictions(run),
    candidates: (await readRunScore(run.folder))?.candidates,
    ...(lack !== undefined && { lack }),
    stale: await states.staleSince(run),
  };
}

/** What a run itself answered; its file of answers has those of other prompts, too. */
async function ownPredictions({ store, manifest }: FoundRun): Promise<readonly Prediction[]> {
  const all = await store.readPredictions(manifest.id);
  return all.filter(({ prompt }) => prompt === manifest.prompt.name);
}

function ownScore(
  predictions: readonly Prediction[],
  candidates: Scored['candidates'],
): NonNullable<ComparedRun['score']> {
  const { n, accuracy, interval, loss } = scoreOf([predictions]);
  return { n, accuracy, interval, loss, ...(candidates && { candidates }) };
}

/** Whether both answered the same examples, chosen among the same candidates. */
function isComparable(one: Scored, first: Scored): boolean {
  const { predictions } = first;
  return (
    predictions.length > 0 &&
    one.predictions.length === predictions.length &&
    JSON.stringify(one.candidates) === JSON.stringify(first.candidates) &&
    one.run.manifest.hashes.data === first.run.manifest.hashes.data &&
    one.predictions.every(
      ({ example, answer }, i) =>
        example === predictions[i]!.example && answer === predictions[i]!.answer,
    )
  );
}

function notesOf(scored: readonly Scored[]): string[] {
  const notes: string[] = [];
  const named = (list: readonly Scored[]) => listed(list.map(({ run }) => run.manifest.id));
  const unscored = scored.filter(({ predictions }) => predictions.length === 0);
  for (const { run, lack } of unscored) notes.push(`Not scored: ${run.manifest.id}. ${lack!}`);
  const [first] = scored;
  const others = scored.filter(
    (one) => !unscored.includes(one) && !unscored.includes(first!) && !isComparable(one, first!),
  );
  if (others.length > 0) {
    notes.push(
      `Other examples or other candidates than those of ${first!.run.manifest.id}: ${named(others)}. The difference cannot be measured.`,
    );
  }
  const stale = scored.filter((one) => one.stale !== undefined);
  if (stale.length > 0) {
    notes.push(
      `Stale: ${named(stale)}. What is said of a stale run is about its file as it was when it was trained, not as it is now.`,
    );
  }
  return notes;
}

/** What differs, in an order in which it explains a score. */
function differing(runs: readonly RunManifest[]): ComparedSetting[] {
  const facts = runs.map((manifest) => {
    const { file, prompt, ...others } = { ...runSettings(manifest), ...runOutcome(manifest) };
    return new Map(Object.entries({ file, prompt, template: manifest.prompt.template, ...others }));
  });
  const names = [...new Set(facts.flatMap((one) => [...one.keys()]))];
  return names
    .map((name) => ({ name, values: facts.map((one) => one.get(name) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1);
}
