/**
 * Which of a training's graphs the engine prepacks: copies every weight into the layout that it
 * multiplies fastest, once for the way forward and once for the way back. Chosen from the model, the
 * data and the settings alone, because prepacked products round differently: a run that is resumed
 * has to choose the same.
 */
import type { LanguageModel } from '../model/languageModel.ts';
import { isStored } from '../onnx/tensor.ts';

/** Bytes that the copies of all prepacked graphs may take. */
const budget = 1.25e9;

/** Copies of a weight in one graph. */
const copies = 2;

/** Making the copies costs as much time as they save in about ten steps. */
const worthwhileSteps = 20;

/**
 * The padded lengths whose training graphs are prepacked: those of the most examples, as far as the
 * budget goes.
 *
 * @param lengths      padded length of each training example
 * @param steps        of the whole training
 * @param weightBytes  bytes of the model's weights
 */
export function prepackedLengths(
  lengths: readonly number[],
  steps: number,
  weightBytes: number,
): ReadonlySet<number> {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  const commonest = [...counts].sort(([a, m], [b, n]) => n - m || b - a);
  const affordable = Math.floor(budget / (copies * weightBytes));
  return new Set(
    commonest
      .filter(([, count]) => (steps * count) / lengths.length >= worthwhileSteps)
      .slice(0, affordable)
      .map(([length]) => length),
  );
}

/** Bytes of the weights that lie in a model's files. */
export function weightBytes({ model, encoder }: LanguageModel): number {
  const graphs = encoder ? [model.graph, encoder.model.graph] : [model.graph];
  return graphs
    .flatMap(({ initializers }) => [...initializers.values()])
    .filter(isStored)
    .reduce((sum, { length }) => sum + length, 0);
}
