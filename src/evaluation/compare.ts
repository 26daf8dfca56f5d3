/**
 * Whether one prompt is better than another, on the same examples.
 *
 * - The difference is that of the accuracies, each the mean over its seeds.
 * - Its interval is the paired bootstrap over examples of the per-example means over seeds
 *   (`pairedShareInterval`).
 * - Its p-value is McNemar's exact test, which needs one answer an example: of several seeds the
 *   middle one answers (`middleSeed`), so the p-value belongs to a typical training, not to the best.
 * - Several prompts against one baseline are corrected by Holm's method.
 */
import { Random } from '../base/random.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { Difference } from '../protocol/summary.ts';
import { middleSeed, requireSameExamples } from './scores.ts';
import { holmCorrected, mcNemarExact, meanOf, pairedShareInterval } from './statistics.ts';

/** A p-value below this is called significant. */
export const significanceLevel = 0.05;

/** Everything compared draws its resamples from this seed: the same predictions, the same interval. */
const bootstrapSeed = 20210318;

/** A prompt's name with its predictions, one list a seed. */
export interface Answers {
  readonly name: string;
  readonly predictions: readonly (readonly Prediction[])[];
}

/** The difference of `subject` to `reference`, its p-value not corrected for others. */
export function differenceOf(subject: Answers, reference: Answers): Difference {
  requireSameExamples(subject.predictions[0]!, reference.predictions[0]!);
  const subjectMeans = rightShares(subject.predictions);
  const referenceMeans = rightShares(reference.predictions);
  const { won, lost } = disagreements(
    middleAnswers(subject.predictions),
    middleAnswers(reference.predictions),
  );
  const pValue = mcNemarExact(won, lost);
  return {
    baseline: reference.name,
    accuracy: meanOf(subjectMeans) - meanOf(referenceMeans),
    interval: pairedShareInterval(subjectMeans, referenceMeans, new Random(bootstrapSeed)),
    pValue,
    significant: pValue < significanceLevel,
    won,
    lost,
  };
}

/**
 * The difference of every other prompt to the prompt called `baseline`, by name, with p-values
 * corrected over all of them. Empty when there is no such prompt.
 */
export function compareToBaseline(
  prompts: readonly Answers[],
  baseline: string | undefined,
): ReadonlyMap<string, Difference> {
  const reference = prompts.find((prompt) => prompt.name === baseline);
  if (!reference) return new Map();
  const others = prompts.filter((prompt) => prompt !== reference);
  const differences = others.map((prompt) => differenceOf(prompt, reference));
  const corrected = holmCorrected(differences.map((difference) => difference.pValue));
  return new Map(
    others.map((prompt, i) => [
      prompt.name,
      {
        ...differences[i]!,
        pValue: corrected[i]!,
        significant: corrected[i]! < significanceLevel,
      },
    ]),
  );
}

/** McNemar's p-value of the middle seeds of two prompts, not corrected. */
export function pValueOf(a: Answers, b: Answers): number {
  const { won, lost } = disagreements(middleAnswers(a.predictions), middleAnswers(b.predictions));
  return mcNemarExact(won, lost);
}

/**
 * For each seed of `subject`, whether it is better than `reference` by itself: right more often, and
 * McNemar's test over its own answers below the level of significance.
 */
export function seedsThatShow(subject: Answers, reference: Answers): boolean[] {
  const against = middleAnswers(reference.predictions);
  return subject.predictions.map((seed) => {
    const { won, lost } = disagreements(seed, against);
    return won > lost && mcNemarExact(won, lost) < significanceLevel;
  });
}

/** The predictions of the seed that stands for all. */
function middleAnswers(predictions: readonly (readonly Prediction[])[]): readonly Prediction[] {
  return predictions[middleSeed(predictions.map((seed) => meanOf(seed.map(isRight))))]!;
}

/** On how many examples only the first, or only the second, is right. */
function disagreements(
  a: readonly Prediction[],
  b: readonly Prediction[],
): { readonly won: number; readonly lost: number } {
  let won = 0;
  let lost = 0;
  a.forEach((prediction, i) => {
    if (prediction.correct && !b[i]!.correct) won++;
    if (!prediction.correct && b[i]!.correct) lost++;
  });
  return { won, lost };
}

/** For every example the share of seeds that answer it right. */
function rightShares(predictions: readonly (readonly Prediction[])[]): number[] {
  return predictions[0]!.map(
    (_, i) => predictions.reduce((sum, seed) => sum + isRight(seed[i]!), 0) / predictions.length,
  );
}

function isRight(prediction: Prediction): number {
  return Number(prediction.correct);
}
