/** From the predictions of every prompt to the summary that ends `ptune train` and `ptune score`. */
import type { Expectation } from '../language/settings.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type {
  Candidates,
  ControlSummary,
  Difference,
  PromptSummary,
  Summary,
  UnscoredPrompt,
} from '../protocol/summary.ts';
import { compareToBaseline } from './compare.ts';
import type { Answers } from './compare.ts';
import { controlSummaries, type ScoredControl } from './controls.ts';
import { ensembleOf } from './ensemble.ts';
import { checkExpectations } from './expectations.ts';
import { compareMeasures, measureIntervals } from './measures.ts';
import { scoreOf } from './scores.ts';
import type { Scores } from './scores.ts';

/** One trained seed of a continuous prompt with its answers. */
export interface ScoredRun {
  readonly run: string;
  readonly seed: number;
  /** The step whose vectors were kept. */
  readonly bestStep: number;
  readonly seconds: number;
  readonly predictions: readonly Prediction[];
  /** The answers were given before. */
  readonly cached?: boolean;
}

/** A prompt written in words: one list of predictions. */
export interface DiscretePrompt {
  readonly name: string;
  readonly kind: 'discrete';
  readonly expect?: readonly Expectation[];
  readonly predictions: readonly Prediction[];
  /** The answers were given before. */
  readonly cached?: boolean;
}

/** A learned prompt: one run for each seed, at least one, all over the same examples. */
export interface ContinuousPrompt<Run extends ScoredRun = ScoredRun> {
  readonly name: string;
  readonly kind: 'continuous';
  readonly expect?: readonly Expectation[];
  readonly runs: readonly Run[];
  /** Seeds that the file asks for beside those of `runs`. */
  readonly missingSeeds?: readonly number[] | undefined;
}

export type ScoredPrompt = DiscretePrompt | ContinuousPrompt;

export interface SummaryInputs<Prompt extends ScoredPrompt = ScoredPrompt> {
  /** Name of the `.ptune` file. */
  readonly file: string;
  readonly model: { readonly id: string; readonly sha256: string };
  readonly split: string;
  readonly candidates: Candidates;
  /** Name of the prompt that differences are measured against. */
  readonly baseline: string | undefined;
  /** The labels of a classification; undefined for open answers. */
  readonly labels?: readonly string[] | undefined;
  /** In the order of the file; prompts without a score are left out. */
  readonly prompts: readonly Prompt[];
  /** The controls of learned prompts, where they were asked for. */
  readonly controls?: readonly ScoredControl[];
}

/** A prompt that is left out of the scores, with its thresholds. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
  readonly expect: readonly Expectation[];
}

/** A prompt's scores beside what they were made from. */
export interface Assessed<Prompt extends ScoredPrompt = ScoredPrompt> {
  readonly prompt: Prompt;
  readonly answers: Answers;
  readonly scores: Scores;
  readonly intervals: NonNullable<PromptSummary['intervals']>;
  readonly difference: Difference | undefined;
}

/** Scores of all prompts and their differences to the baseline; everything shown starts here. */
export function assess<Prompt extends ScoredPrompt>(
  inputs: SummaryInputs<Prompt>,
): Assessed<Prompt>[] {
  const answers = inputs.prompts.map((prompt) => ({
    name: prompt.name,
    predictions:
      prompt.kind === 'discrete' ? [prompt.predictions] : prompt.runs.map((run) => run.predictions),
  }));
  const differences = compareToBaseline(answers, inputs.baseline);
  const measures = compareMeasures(answers, inputs.baseline, inputs.labels);
  return inputs.prompts.map((prompt, i) => {
    const { predictions } = answers[i]!;
    const difference = differences.get(prompt.name);
    return {
      prompt,
      answers: answers[i]!,
      scores: scoreOf(predictions, inputs.labels),
      intervals: measureIntervals(predictions, inputs.labels),
      difference: difference && { ...difference, measures: measures.get(prompt.name)! },
    };
  });
}

/** The summary of a scored file. `leftOut` are the prompts that could not be scored. */
export function buildSummary(
  inputs: SummaryInputs,
  report?: string,
  leftOut: readonly LeftOut[] = [],
): Summary {
  const assessed = assess(inputs);
  return {
    type: 'summary',
    file: inputs.file,
    model: inputs.model,
    split: inputs.split,
    candidates: inputs.candidates,
    prompts: assessed.map(withExpectations),
    ...(inputs.controls && { controls: controlsOf(inputs.controls, assessed) }),
    ...(leftOut.length > 0 && { unscored: leftOut.map(unscored) }),
    ...(report !== undefined && { report }),
  };
}

/** The scores of the controls of assessed prompts. */
export function controlsOf(
  controls: readonly ScoredControl[],
  assessed: readonly Assessed[],
): ControlSummary[] {
  return controlSummaries(
    controls,
    assessed.map(({ answers }) => answers),
  );
}

/** The thresholds belong to the file as it is now, so a stored report does not have them. */
function withExpectations(assessed: Assessed): PromptSummary {
  const summary = promptSummary(assessed);
  const { expect = [] } = assessed.prompt;
  if (expect.length === 0) return summary;
  return { ...summary, expectations: checkExpectations(expect, summary) };
}

function unscored({ name, reason, expect }: LeftOut): UnscoredPrompt {
  if (expect.length === 0) return { name, reason };
  const expectations = expect.map(({ metric, comparison, value }) => ({
    metric,
    comparison,
    threshold: value,
    met: false,
  }));
  return { name, reason, expectations };
}

/** One prompt's line of the summary. */
export function promptSummary(assessed: Assessed): PromptSummary {
  const { prompt, answers, scores, intervals, difference } = assessed;
  const ensemble = ensembleOf(answers.predictions);
  return {
    name: prompt.name,
    kind: prompt.kind,
    n: scores.n,
    accuracy: scores.accuracy,
    interval: scores.interval,
    accuracyAt5: scores.accuracyAt5,
    loss: scores.loss,
    reciprocalRank: scores.reciprocalRank,
    probability: scores.probability,
    ...(scores.macroF1 !== undefined && { macroF1: scores.macroF1 }),
    ...(scores.f1 !== undefined && { exactMatch: scores.accuracy, f1: scores.f1 }),
    intervals,
    ...(difference && { difference }),
    ...(prompt.kind === 'continuous' && {
      seeds: prompt.runs.map((run, i) => ({
        seed: run.seed,
        run: run.run,
        ...scores.seeds[i]!,
        steps: run.bestStep,
        seconds: run.seconds,
      })),
    }),
    ...(prompt.kind === 'continuous' &&
      (prompt.missingSeeds?.length ?? 0) > 0 && { missingSeeds: prompt.missingSeeds! }),
    ...(ensemble && { ensemble }),
    ...(isCached(prompt) && { cached: true }),
  };
}

function isCached(prompt: ScoredPrompt): boolean {
  return prompt.kind === 'discrete'
    ? prompt.cached === true
    : prompt.runs.every((run) => run.cached === true);
}
