/**
 * From what a prompt said to every example to its scores. A score shown anywhere comes from here.
 *
 * Several seeds of one prompt answer the same examples. Means are taken over the seeds, but the
 * interval counts the examples once: training again makes no new test examples.
 */
import { invariant } from '../base/errors.ts';
import { shortList } from '../base/shortList.ts';
import type { Prediction } from '../protocol/predictions.ts';
import type { Confusion } from '../protocol/report.ts';
import type { Interval } from '../protocol/summary.ts';
import { meanOf, wilsonInterval } from './statistics.ts';

export interface Scores {
  /** Examples scored. */
  readonly n: number;
  /** Share of examples whose first answer is right, the mean over seeds. */
  readonly accuracy: number;
  /** 95 % interval of Wilson over the n examples. */
  readonly interval: Interval;
  /** Share of examples with the right answer among the first five. */
  readonly accuracyAt5: number;
  readonly reciprocalRank: number;
  /** Mean probability of the right answer among the candidates. */
  readonly probability: number;
  /** Nats per answer. */
  readonly loss: number;
  /** Each seed's own accuracy and loss, in the order given. */
  readonly seeds: readonly { readonly accuracy: number; readonly loss: number }[];
  /** The place among `seeds` of the middle one (`middleSeed`). */
  readonly middle: number;
  /** Classification only. */
  readonly macroF1?: number;
  readonly confusion?: Confusion;
  /** Written answers only: mean F1 of their words. */
  readonly f1?: number;
}

/**
 * The scores of one prompt from its predictions, one list for each seed (a discrete prompt has
 * one). With `labels` also macro-F1, the mean over seeds, and the confusion matrix, their sum.
 * Every seed must have answered the same examples in the same order.
 */
export function scoreOf(
  predictions: readonly (readonly Prediction[])[],
  labels?: readonly string[],
): Scores {
  const first = predictions[0];
  invariant(first !== undefined && first.length > 0, 'A score needs at least one prediction.');
  for (const seed of predictions) requireSameExamples(first, seed);
  const meanBy = (value: (prediction: Prediction) => number): number =>
    meanOf(predictions.map((seed) => meanOf(seed.map(value))));
  const seeds = predictions.map((seed) => ({
    accuracy: shareRight(seed),
    loss: meanOf(seed.map((p) => p.loss)),
  }));
  const accuracy = meanBy((p) => Number(p.correct));
  return {
    n: first.length,
    accuracy,
    interval: wilsonInterval(Math.min(1, accuracy), first.length),
    accuracyAt5: meanBy((p) => Number(p.rank <= 5)),
    reciprocalRank: meanBy((p) => 1 / p.rank),
    probability: meanBy((p) => p.probability),
    loss: meanBy((p) => p.loss),
    seeds,
    middle: middleSeed(seeds.map((seed) => seed.accuracy)),
    ...(first.every((p) => p.f1 !== undefined) && { f1: meanBy((p) => p.f1!) }),
    ...(labels && {
      macroF1: meanOf(predictions.map((seed) => macroF1Of(confusionOf([seed], labels)))),
      confusion: confusionOf(predictions, labels),
    }),
  };
}

/** The share of examples that are answered right. */
export function shareRight(predictions: readonly Prediction[]): number {
  return meanOf(predictions.map(({ correct }) => Number(correct)));
}

/**
 * The index of the middle accuracy: the median, of an even number the lower one, and of equal ones
 * the first. Where one seed has to stand for all, it is this one, neither the luckiest nor the
 * unluckiest.
 */
export function middleSeed(accuracies: readonly number[]): number {
  const sorted = [...accuracies].sort((a, b) => a - b);
  return accuracies.indexOf(sorted[Math.floor((sorted.length - 1) / 2)]!);
}

/** How often each label was answered where each label was right, summed over seeds. */
export function confusionOf(
  predictions: readonly (readonly Prediction[])[],
  labels: readonly string[],
): Confusion {
  const index = new Map(labels.map((label, i) => [label, i]));
  const counts = labels.map(() => labels.map(() => 0));
  for (const { answer, predicted } of predictions.flat()) {
    const row = index.get(answer);
    const column = index.get(predicted);
    invariant(
      row !== undefined && column !== undefined,
      `The label "${row === undefined ? answer : predicted}" is not among: ${shortList(labels)}.`,
    );
    counts[row]![column]!++;
  }
  return { labels, counts };
}

/**
 * The mean F1 over the labels that were right or answered at least once. F1 is
 * 2·hits / (answered + right); a label that was never hit has 0.
 */
export function macroF1Of({ counts }: Confusion): number {
  const scores: number[] = [];
  counts.forEach((row, i) => {
    const right = row.reduce((a, b) => a + b, 0);
    const answered = counts.reduce((sum, other) => sum + other[i]!, 0);
    if (right + answered > 0) scores.push((2 * row[i]!) / (right + answered));
  });
  return meanOf(scores);
}

/** Fails as a bug unless both lists answer the same examples in the same order. */
export function requireSameExamples(a: readonly Prediction[], b: readonly Prediction[]): void {
  const same = a.length === b.length && a.every((p, i) => p.example === b[i]!.example);
  invariant(same, 'Predictions over different examples cannot be compared.');
}
