/**
 * Projected training, PEZ (Wen et al. 2023, arXiv:2302.03668, algorithm 1): vectors are trained, but
 * the gradient is taken where they are projected to, at the nearest tokens.
 */
import { Adam } from '../../training/optimizer.ts';
import { Best, cosineTo, largest, type Found, type Search, type SearchInputs } from './method.ts';
import { gradientWork, type SearchSpace } from './searchSpace.ts';

/** The step in units of the embeddings' own size, so that it fits every model. */
const relativeRate = 0.3;

export const projectionSearch: Search = {
  run: searchByProjection,
  steps: (asked) => asked,
  workOfStep: ({ validationWork }) => gradientWork + validationWork,
};

async function searchByProjection(inputs: SearchInputs): Promise<Found> {
  const { space, start, steps, random, onStep } = inputs;
  const best = new Best(space);
  await best.offer(start);
  const vectors = space.vectorsOf(start);
  const rate = relativeRate * rootMeanSquare(vectors);
  const optimizer = new Adam(new Map([['vectors', vectors]]), { weightDecay: 0 });
  for (let step = 1; step <= steps; step++) {
    const ids = projected(space, vectors);
    await best.offer(ids);
    const { gradient } = await space.lossAndGradient(space.vectorsOf(ids), space.batch(random));
    optimizer.update({ vectors: gradient }, rate);
    onStep(step, best.found);
  }
  await best.offer(projected(space, vectors));
  return best.found;
}

/** For each vector the nearest word, by cosine similarity. */
function projected(space: SearchSpace, vectors: Float32Array): number[] {
  const { width } = space;
  return Array.from({ length: vectors.length / width }, (_, row) => {
    const vector = vectors.subarray(row * width, (row + 1) * width);
    return largest(space.wordsAt(row), cosineTo(space, vector), 1)[0]!;
  });
}

function rootMeanSquare(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}
