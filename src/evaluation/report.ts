/** Builds the report value (protocol/report.ts) from which every view is drawn. */
import type { Fingerprint } from '../protocol/fingerprint.ts';
import type {
  CurvePoint,
  FullReport,
  Metric,
  PromptReport,
  Reading,
  RunReport,
  StoredRun,
  ValidationPoint,
} from '../protocol/report.ts';
import { reportFormat } from '../protocol/report.ts';
import type { AnsweredBy, ExampleTexts } from './exampleTable.ts';
import { exampleTable } from './exampleTable.ts';
import { overfitAfter } from './overfitting.ts';
import { meanOf } from './statistics.ts';
import { assess, controlsOf, promptSummary } from './summary.ts';
import type { Assessed, ContinuousPrompt, DiscretePrompt, ScoredRun } from './summary.ts';
import type { LeftOut, SummaryInputs } from './summary.ts';
import { verdictOf } from './verdict.ts';

/** A scored run with its curves and the neighborhood of its vectors. */
export interface ReportRun extends ScoredRun, RunVectors {
  readonly status: RunReport['status'];
  /** Steps done. */
  readonly steps: number;
  /** The steps after which it went on, where it had stopped. */
  readonly resumedAfter?: readonly number[];
  readonly curve: readonly CurvePoint[];
  readonly validation: readonly ValidationPoint[];
}

/** What there is to tell about a run's vectors. */
export type RunVectors = Pick<RunReport, 'virtualTokens' | 'random' | 'path' | 'maps'>;

interface Described {
  /** As written in the file. */
  readonly template: string;
  /** Encoder, steps and the like as label → value, for people. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the score was made with. */
  readonly fingerprint: Fingerprint;
  /** Of a continuous prompt: it has keys and values of every layer. */
  readonly deep?: boolean;
  /** Of a continuous prompt: its vectors read as words. */
  readonly reading?: Reading;
}

export type ReportPrompt = (DiscretePrompt | ContinuousPrompt<ReportRun>) & Described;

export interface ReportInputs extends SummaryInputs<ReportPrompt> {
  /** The split's examples in order: columns but the answer as text, and the right answer. */
  readonly examples: readonly ExampleTexts[];
  /** The metric of `virtualTokens[].nearest`. */
  readonly metric: Metric;
  readonly createdAt: Date;
  /** Prompts of the file that could not be scored. */
  readonly leftOut?: readonly Pick<LeftOut, 'name' | 'reason'>[];
  /** Runs of the file, newest first. */
  readonly storedRuns?: readonly StoredRun[];
  /** Of ptune, the engine and what else a number may depend on. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A chart gains nothing from more points than it has pixels. */
const curvePoints = 400;

/** The report over one scored file. */
export function buildReport(inputs: ReportInputs): FullReport {
  const assessed = assess(inputs);
  const controls = inputs.controls && controlsOf(inputs.controls, assessed);
  const { baseline, split } = inputs;
  const { leftOut = [] } = inputs;
  const verdict = verdictOf(assessed.map(verdictPrompt), baseline, split, {
    leftOut,
    ...(controls && { controls }),
  });
  return {
    format: reportFormat,
    file: inputs.file,
    model: inputs.model,
    split: inputs.split,
    examples: inputs.examples.length,
    candidates: inputs.candidates,
    createdAt: inputs.createdAt.toISOString(),
    verdict: verdict.text,
    outcome: verdict.outcome,
    prompts: assessed.map((one) => promptReport(one, inputs.baseline)),
    ...(leftOut.length > 0 && { leftOut: leftOut.map(({ name, reason }) => ({ name, reason })) }),
    ...(inputs.storedRuns && { storedRuns: inputs.storedRuns }),
    ...(controls && { controls }),
    predictions: exampleTable(inputs.examples, assessed.map(answeredBy)),
    metric: inputs.metric,
    versions: inputs.versions,
    fingerprints: Object.fromEntries(
      inputs.prompts.map((prompt) => [prompt.name, prompt.fingerprint]),
    ),
  };
}

type AssessedPrompt = Assessed<ReportPrompt>;

function runsOf(prompt: ReportPrompt): readonly ReportRun[] {
  return prompt.kind === 'continuous' ? prompt.runs : [];
}

function verdictPrompt({ prompt, answers, scores, difference }: AssessedPrompt) {
  return {
    ...answers,
    kind: prompt.kind,
    scores,
    ...(difference && { difference }),
    seeds: runsOf(prompt).map((run) => run.seed),
    overfitAfter: runsOf(prompt).map((run) => overfitAfter(run.curve, run.validation)),
  };
}

function promptReport(assessed: AssessedPrompt, baseline: string | undefined): PromptReport {
  const { prompt, scores } = assessed;
  const runs = runsOf(prompt);
  const middle = runs[scores.middle];
  return {
    summary: promptSummary(assessed),
    template: prompt.template,
    baseline: prompt.name === baseline,
    settings: prompt.settings,
    ...(prompt.deep && { deep: true as const }),
    runs: runs.map((run, i) => runReport(run, scores.seeds[i]!.accuracy)),
    ...(middle && { middleSeed: middle.seed }),
    ...(runs.length > 1 && { meanCurve: thinned(meanCurve(runs), curvePoints) }),
    ...(scores.confusion && { confusion: scores.confusion }),
    ...(prompt.reading && { reading: prompt.reading }),
  };
}

function runReport(run: ReportRun, accuracy: number): RunReport {
  const step = overfitAfter(run.curve, run.validation);
  return {
    run: run.run,
    seed: run.seed,
    status: run.status,
    accuracy,
    bestStep: run.bestStep,
    steps: run.steps,
    seconds: run.seconds,
    ...(run.resumedAfter && run.resumedAfter.length > 0 && { resumedAfter: run.resumedAfter }),
    curve: thinned(run.curve, curvePoints),
    validation: run.validation,
    ...(step !== undefined && { overfitAfter: step }),
    virtualTokens: run.virtualTokens,
    ...(run.random && { random: run.random }),
    ...(run.path && { path: run.path }),
    ...(run.maps && { maps: run.maps }),
  };
}

/** The mean loss of the runs at every step that all of them reached. */
function meanCurve(runs: readonly ReportRun[]): CurvePoint[] {
  const reached = Math.min(...runs.map((run) => run.curve.length));
  return runs[0]!.curve.slice(0, reached).map(({ step }, i) => ({
    step,
    loss: meanOf(runs.map((run) => run.curve[i]!.loss)),
  }));
}

/** At most `most` points, each the mean loss over an equal share of the steps, at its last step. */
export function thinned(curve: readonly CurvePoint[], most: number): readonly CurvePoint[] {
  if (curve.length <= most) return curve;
  return Array.from({ length: most }, (_, i) => {
    const end = Math.floor(((i + 1) * curve.length) / most);
    const share = curve.slice(Math.floor((i * curve.length) / most), end);
    return { ...share.at(-1)!, loss: meanOf(share.map((point) => point.loss)) };
  });
}

/** What a prompt said, with the names of its seeds where it has any. */
function answeredBy({ prompt, answers, scores }: AssessedPrompt): AnsweredBy {
  const { name } = prompt;
  return {
    name,
    middle: scores.middle,
    runs: answers.predictions.map((predictions, i) => {
      const seed = runsOf(prompt)[i]?.seed;
      return { predictions, ...(seed !== undefined && { seed }) };
    }),
  };
}
