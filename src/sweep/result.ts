/** What a sweep has found so far, from its files. */
import { bestFirst, accuracyUnpicked, notToldApart } from '../evaluation/selection.ts';
import { type Answers, differenceOf } from '../evaluation/compare.ts';
import { scoreOf } from '../evaluation/scores.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { Difference, Interval } from '../protocol/summary.ts';
import type { SweepTrial, TrialRun, TrialState } from './manifest.ts';
import type { Choice } from './space.ts';
import type { Sweep } from './sweepStore.ts';

/** A trial that was trained and judged. */
export interface JudgedTrial {
  readonly trial: number;
  readonly prompt: string;
  readonly settings: Choice;
  readonly asInFile: boolean;
  readonly status: 'completed';
  /** Validation examples. */
  readonly n: number;
  /** Share of them answered right, the mean over the seeds, with its 95 % interval. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** Nats per answer. */
  readonly loss: number;
  /** Training time of all its seeds. */
  readonly seconds: number;
  readonly seeds: readonly TrialRun[];
}

/** A trial that has no score. */
export interface UnjudgedTrial {
  readonly trial: number;
  readonly prompt: string;
  readonly settings: Choice;
  readonly asInFile: boolean;
  readonly status: 'waiting' | 'running' | 'failed' | 'interrupted';
  readonly reason?: string;
  /** It would fail again. */
  readonly final?: true;
}

/** The best trial of a prompt, and how far its lead can be believed. */
export interface BestTrial {
  readonly prompt: string;
  readonly trial: number;
  readonly settings: Choice;
  readonly asInFile: boolean;
  /** How many trials of the prompt it was picked from. */
  readonly among: number;
  /** To the next best trial: absent where there is none. */
  readonly lead?: Difference & { readonly trial: number };
  /** To the settings that the file has, where they are a trial and neither the best nor the next. */
  readonly overFile?: Difference & { readonly trial: number };
  /** Trials that cannot be told from it. */
  readonly notToldApart: number;
  /** The accuracy to expect on examples that did not pick it. */
  readonly unpicked?: number;
}

/** The state of a sweep: its trials, best first and those without a score last, and the best. */
export interface SweepResult {
  readonly judged: readonly JudgedTrial[];
  readonly unjudged: readonly UnjudgedTrial[];
  /** One for each prompt with a judged trial, in the order of the trials. */
  readonly best: readonly BestTrial[];
}

/** Reads and compares the trials of a sweep. */
export async function sweepResult(sweep: Sweep): Promise<SweepResult> {
  const judged: { readonly trial: JudgedTrial; readonly answers: Answers }[] = [];
  const unjudged: UnjudgedTrial[] = [];
  for (const planned of sweep.manifest.trials) {
    const state = await sweep.trial(planned.trial);
    if (state?.status !== 'completed') {
      unjudged.push(withoutScore(planned, state));
      continue;
    }
    const predictions = await sweep.predictions(planned.trial);
    const name = `trial ${planned.trial}`;
    judged.push({ trial: withScore(planned, state, predictions), answers: { name, predictions } });
  }
  const ranked = bestFirst(judged.map(({ trial }) => trial)).map((i) => judged[i]!);
  const prompts = [...new Set(sweep.manifest.trials.map(({ prompt }) => prompt))];
  return {
    judged: ranked.map(({ trial }) => trial),
    unjudged,
    best: prompts.flatMap((prompt) => {
      const own = ranked.filter(({ trial }) => trial.prompt === prompt);
      return own.length === 0 ? [] : [bestOf(own)];
    }),
  };
}

function withScore(
  { trial, prompt, settings, asInFile }: SweepTrial,
  { runs = [] }: TrialState,
  predictions: readonly (readonly Prediction[])[],
): JudgedTrial {
  const { n, accuracy, interval, loss } = scoreOf(predictions);
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  const known = { trial, prompt, settings, asInFile, status: 'completed' } as const;
  return { ...known, n, accuracy, interval, loss, seconds, seeds: runs };
}

function withoutScore(
  { trial, prompt, settings, asInFile }: SweepTrial,
  state: TrialState | undefined,
): UnjudgedTrial {
  const known = { trial, prompt, settings, asInFile };
  if (!state || state.status === 'completed') return { ...known, status: 'waiting' };
  const { status, reason, final } = state;
  return { ...known, status, ...(reason !== undefined && { reason }), ...(final && { final }) };
}

/** The first of some ranked trials of one prompt, held against the others. */
function bestOf(
  ranked: readonly { readonly trial: JudgedTrial; readonly answers: Answers }[],
): BestTrial {
  const [first, ...others] = ranked as [(typeof ranked)[0], ...typeof ranked];
  const [next] = others;
  const inFile = others.find((one) => one !== next && one.trial.asInFile);
  const { trial, prompt, settings, asInFile } = first.trial;
  const against = (other: (typeof ranked)[0]) => ({
    ...differenceOf(first.answers, other.answers),
    trial: other.trial.trial,
  });
  const unpicked = accuracyUnpicked(ranked.map(({ answers }) => answers.predictions));
  return {
    prompt,
    trial,
    settings,
    asInFile,
    among: ranked.length,
    ...(next && { lead: against(next) }),
    ...(inFile && { overFile: against(inFile) }),
    notToldApart: notToldApart(
      first.answers,
      others.map(({ answers }) => answers),
    ),
    ...(unpicked !== undefined && { unpicked }),
  };
}
