/** From the answers of a learned prompt's controls to their scores, and what these say. */
import { listed, percent } from '../base/format.ts';
import { controlNames } from '../protocol/controls.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { Control, ControlSummary } from '../protocol/summary.ts';
import { compareToBaseline, type Answers } from './compare.ts';
import { scoreOf } from './scores.ts';

/** The answers of one control. */
export interface ScoredControl {
  readonly control: Control;
  /** The learned prompt that it belongs to. */
  readonly of: string;
  /** The seed of each list of predictions; empty where nothing is drawn. */
  readonly seeds: readonly number[];
  readonly predictions: readonly (readonly Prediction[])[];
}

/** The scores of all controls; `prompts` are the answers of the prompts that they belong to. */
export function controlSummaries(
  controls: readonly ScoredControl[],
  prompts: readonly Answers[],
): ControlSummary[] {
  return prompts.flatMap((learned) =>
    summariesOf(
      controls.filter(({ of }) => of === learned.name),
      learned,
    ),
  );
}

function summariesOf(controls: readonly ScoredControl[], learned: Answers): ControlSummary[] {
  const answers = controls.map(({ control, predictions }) => ({ name: control, predictions }));
  const differences = compareToBaseline([learned, ...answers], learned.name);
  return controls.map(({ control, of, seeds, predictions }) => {
    const scores = scoreOf(predictions);
    return {
      control,
      of,
      n: scores.n,
      accuracy: scores.accuracy,
      interval: scores.interval,
      loss: scores.loss,
      reciprocalRank: scores.reciprocalRank,
      probability: scores.probability,
      difference: differences.get(control)!,
      ...(seeds.length > 0 && {
        seeds: seeds.map((seed, i) => ({ seed, accuracy: scores.seeds[i]!.accuracy })),
      }),
    };
  });
}

/** What it means that a control is not shown to be worse than the learned prompt. */
const meaning: Readonly<Record<Control, string>> = {
  random: 'Random vectors score as well as the learned ones. The score comes from the fixed words.',
  shuffled:
    'Trained on shuffled answers, the prompt scores as well. The score comes from what the answers have in common, not from the examples.',
  empty: 'Without any prompt the model scores as well. The prompt adds nothing.',
};

/** What the controls of the prompt called `name` say about it, in sentences; none without controls. */
export function controlSentences(controls: readonly ControlSummary[], name: string): string[] {
  const own = controls.filter((control) => control.of === name);
  const isBeaten = ({ difference }: ControlSummary) =>
    difference.significant && difference.accuracy < 0;
  const beaten = own.filter(isBeaten).map(scored);
  return [
    ...own.filter((control) => !isBeaten(control)).map(({ control }) => meaning[control]),
    ...(beaten.length > 0 ? [`Its controls score less: ${listed(beaten)}.`] : []),
  ];
}

const scored = ({ control, accuracy }: ControlSummary): string =>
  `${controlNames[control]} ${percent(accuracy)}`;
