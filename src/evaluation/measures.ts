/**
 * The measures beside the share of right answers: their intervals, and their differences on the same
 * examples.
 *
 * - A share (the right answer among the first five) has the interval of Wilson.
 * - A mean over examples, and macro-F1, have the bootstrap over examples (estimates.ts).
 * - Differences are paired: an example is drawn with the answers of both prompts.
 */
import type { Prediction } from '../protocol/predictions.ts';
import type { Interval, Measure, MeasureDifference } from '../protocol/summary.ts';
import { type Answers, significanceLevel } from './compare.ts';
import { type Estimate, type Statistic, meanEstimate, resampledEstimate } from './estimates.ts';
import { macroF1Of } from './scores.ts';
import { holmCorrected, meanOf, wilsonInterval } from './statistics.ts';

type Predictions = readonly (readonly Prediction[])[];

/** An example's part of the measures that are means. */
const parts = {
  accuracyAt5: (p: Prediction) => Number(p.rank <= 5),
  loss: (p: Prediction) => p.loss,
  reciprocalRank: (p: Prediction) => 1 / p.rank,
  probability: (p: Prediction) => p.probability,
  f1: (p: Prediction) => p.f1!,
} as const satisfies Partial<Record<Measure, (p: Prediction) => number>>;

type MeanMeasure = keyof typeof parts;

/** Written answers have no list of candidates, so that ranks in it say nothing. */
function meanMeasures(predictions: Predictions): readonly MeanMeasure[] {
  return predictions[0]![0]!.f1 === undefined
    ? ['accuracyAt5', 'loss', 'reciprocalRank', 'probability']
    : ['loss', 'probability', 'f1'];
}

/** The 95 % interval of each measure of a prompt; with `labels` that of macro-F1, too. */
export function measureIntervals(
  predictions: Predictions,
  labels?: readonly string[],
): Partial<Record<Measure, Interval>> {
  const intervals: Partial<Record<Measure, Interval>> = {};
  for (const measure of meanMeasures(predictions)) {
    const values = valuesOf(predictions, measure);
    intervals[measure] =
      measure === 'accuracyAt5'
        ? wilsonInterval(Math.min(1, meanOf(values)), values.length)
        : meanEstimate(values).interval;
  }
  if (labels) {
    const statistic = macroF1Statistic(predictions, labels);
    intervals.macroF1 = resampledEstimate(predictions[0]!.length, statistic).interval;
  }
  return intervals;
}

/**
 * The differences of every other prompt to the prompt called `baseline` in all measures, by name, with
 * p-values corrected over the prompts, each measure by itself. Empty when there is no such prompt.
 */
export function compareMeasures(
  prompts: readonly Answers[],
  baseline: string | undefined,
  labels?: readonly string[],
): ReadonlyMap<string, Partial<Record<Measure, MeasureDifference>>> {
  const reference = prompts.find((prompt) => prompt.name === baseline);
  const others = prompts.filter((prompt) => prompt !== reference);
  const result = new Map<string, Differences>(others.map(({ name }) => [name, {}]));
  if (!reference || others.length === 0) return new Map();
  const measures: readonly Measure[] = [
    ...meanMeasures(reference.predictions),
    ...(labels ? (['macroF1'] as const) : []),
  ];
  for (const measure of measures) {
    const estimates = others.map((other) => differenceIn(measure, other, reference, labels));
    const corrected = holmCorrected(estimates.map(({ pValue }) => pValue));
    others.forEach(({ name }, i) => {
      const { value, interval } = estimates[i]!;
      const pValue = corrected[i]!;
      const significant = pValue < significanceLevel;
      result.get(name)![measure] = { difference: value, interval, pValue, significant };
    });
  }
  return result;
}

type Differences = Partial<Record<Measure, MeasureDifference>>;

function differenceIn(
  measure: Measure,
  { predictions }: Answers,
  reference: Answers,
  labels: readonly string[] | undefined,
): Estimate {
  if (measure === 'macroF1') {
    const [own, other] = [predictions, reference.predictions].map((answers) =>
      macroF1Statistic(answers, labels!),
    );
    return resampledEstimate(predictions[0]!.length, (rows) => own!(rows) - other!(rows));
  }
  const other = valuesOf(reference.predictions, measure);
  return meanEstimate(valuesOf(predictions, measure).map((value, i) => value - other[i]!));
}

/** For every example the mean over the seeds. */
function valuesOf(predictions: Predictions, measure: MeanMeasure): number[] {
  const part = parts[measure];
  return predictions[0]!.map(
    (_, i) => predictions.reduce((sum, seed) => sum + part(seed[i]!), 0) / predictions.length,
  );
}

/**
 * The mean over the seeds of the macro-F1 of some examples. It is asked for hundreds of resamples, so
 * each answer is looked up once: as the place of its count in the table of right and given labels.
 */
function macroF1Statistic(predictions: Predictions, labels: readonly string[]): Statistic {
  const index = new Map(labels.map((label, i) => [label, i]));
  const places = predictions.map((seed) =>
    Uint32Array.from(seed, (p) => index.get(p.answer)! * labels.length + index.get(p.predicted)!),
  );
  const counts = new Uint32Array(labels.length ** 2);
  const tableOf = () =>
    labels.map((_, i) => [...counts.subarray(i * labels.length, (i + 1) * labels.length)]);
  return (rows) => {
    let sum = 0;
    for (const place of places) {
      counts.fill(0);
      for (let i = 0; i < rows.length; i++) counts[place[rows[i]!]!]!++;
      sum += macroF1Of({ labels, counts: tableOf() });
    }
    return sum / places.length;
  };
}
