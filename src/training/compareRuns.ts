/** Two or more stored runs side by side, from what they answered when they were scored. */
import { listed } from '../base/format.ts';
import { compareToBaseline } from '../evaluation/compare.ts';
import { scoreOf } from '../evaluation/scores.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { ComparedRun, ComparedSetting, RunComparison } from '../protocol/runComparison.ts';
import { runOutcome, runSettings } from '../runs/runFacts.ts';
import type { RunManifest } from '../runs/runManifest.ts';
import { readLabel } from '../runs/runLabel.ts';
import { readRunScore } from '../runs/runScore.ts';
import { findRun, type FoundRun } from './openRun.ts';

interface Scored {
  readonly run: FoundRun;
  readonly predictions: readonly Prediction[];
  /** What the answers were chosen among, as text to compare. */
  readonly candidates: string;
}

/**
 * Compares runs; differences are those to the first one.
 *
 * @param names  ids of runs, or paths of their folders
 * @param from  where ids are looked for
 * @throws PtuneError those of reading a run
 */
export async function compareRuns(names: readonly string[], from: string): Promise<RunComparison> {
  const runs = await Promise.all(names.map((name) => findRun(name, from)));
  const scored = await Promise.all(runs.map(scoredRun));
  const comparable = scored.filter((one) => isComparable(one, scored[0]!));
  const differences = compareToBaseline(
    comparable.map(({ run, predictions }) => ({
      name: run.manifest.id,
      predictions: [predictions],
    })),
    runs[0]!.manifest.id,
  );
  const compared = await Promise.all(
    scored.map(async ({ run, predictions }): Promise<ComparedRun> => {
      const { name } = await readLabel(run.folder);
      const difference = differences.get(run.manifest.id);
      return {
        run: run.manifest.id,
        ...(name !== undefined && { name }),
        ...(predictions.length > 0 && { score: scoreText(predictions) }),
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

async function scoredRun(run: FoundRun): Promise<Scored> {
  const { store, manifest, folder } = run;
  const all = await store.readPredictions(manifest.id);
  const predictions = all.filter(({ prompt }) => prompt === manifest.prompt.name);
  const candidates = JSON.stringify((await readRunScore(folder))?.candidates);
  return { run, predictions, candidates };
}

function scoreText(predictions: readonly Prediction[]): NonNullable<ComparedRun['score']> {
  const { n, accuracy, interval, loss } = scoreOf([predictions]);
  return { n, accuracy, interval, loss };
}

/** Whether both answered the same examples, chosen among the same candidates. */
function isComparable(one: Scored, first: Scored): boolean {
  const { predictions } = first;
  return (
    predictions.length > 0 &&
    one.predictions.length === predictions.length &&
    one.candidates === first.candidates &&
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
  if (unscored.length > 0) {
    notes.push(
      `Not scored yet: ${named(unscored)}. Score the file to see how many answers are right.`,
    );
  }
  const [first] = scored;
  const others = scored.filter(
    (one) => !unscored.includes(one) && !unscored.includes(first!) && !isComparable(one, first!),
  );
  if (others.length > 0) {
    notes.push(
      `Other examples or other candidates than those of ${first!.run.manifest.id}: ${named(others)}. The difference cannot be measured.`,
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
