/** A beam search over the nearest words of the learned vectors, place by place. */
import type { TrainingInput } from '../../training/objective.ts';
import { Best, cosineTo, largest, type Found, type Search, type SearchInputs } from './method.ts';

/** Words that are tried in a place, and prompts that are kept after it. */
const [nearest, kept] = [12, 4];

/** Rounds over all places: later ones find next to nothing that is new. */
const mostRounds = 4;

export const beamSearch: Search = {
  run: searchByBeam,
  steps: (asked, { length }) => Math.min(asked, mostRounds * length),
  workOfStep: ({ validationWork }) => nearest * kept + validationWork,
};

/**
 * All places start with their nearest word; then each in turn is tried with its nearest words in
 * every prompt that was kept so far. One step is one place; the search ends early when a round over
 * all places changes nothing.
 */
async function searchByBeam(inputs: SearchInputs): Promise<Found> {
  const { space, start, steps, random, onStep } = inputs;
  const best = new Best(space);
  await best.offer(start);
  const batch = space.batch(random);
  let beam: readonly Found[] = [{ ids: [...start], loss: await space.loss(start, batch) }];
  let unchanged = 0;
  for (let step = 1; step <= steps && unchanged < space.length; step++) {
    const next = await widened(beam, (step - 1) % space.length, inputs, batch);
    unchanged = next[0]!.ids.join() === beam[0]!.ids.join() ? unchanged + 1 : 0;
    beam = next;
    await best.offer(beam[0]!.ids);
    onStep(step, best.found);
  }
  return best.found;
}

/** The best of `beam` and of what it becomes with another word in one place. */
async function widened(
  beam: readonly Found[],
  place: number,
  { space, vectors }: SearchInputs,
  batch: readonly TrainingInput[],
): Promise<readonly Found[]> {
  const { width } = space;
  const vector = vectors.subarray(place * width, (place + 1) * width);
  const words = largest(space.wordsAt(place), cosineTo(space, vector), nearest);
  const tried = new Map(beam.map((one) => [one.ids.join(), one]));
  for (const { ids } of beam) {
    for (const word of words) {
      const next = ids.with(place, word);
      if (tried.has(next.join()) || !space.canBeWritten(next)) continue;
      tried.set(next.join(), { ids: next, loss: await space.loss(next, batch) });
    }
  }
  return [...tried.values()].sort((a, b) => a.loss - b.loss).slice(0, kept);
}
