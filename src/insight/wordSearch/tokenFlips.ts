/**
 * Gradient-guided token substitution: HotFlip (Ebrahimi et al. 2018, arXiv:1712.06751, equation 4)
 * for prompts, as in AutoPrompt (Shin et al. 2020, arXiv:2010.15980, section 2.2).
 *
 * Replacing the token at place p by w changes the loss, to first order, by (e_w − e_p)·∂L/∂e_p. The
 * tokens with the largest promised fall are tried on the examples, and the best is taken when it
 * is better than what stands there.
 */
import { Best, dot, largest, type Found, type Search, type SearchInputs } from './method.ts';
import { gradientWork } from './searchSpace.ts';

/** Tokens that are tried in a step. */
const tries = 12;

/** Steps without better words on validation after which none are expected. */
const patience = 40;

export const flipSearch: Search = {
  run: searchByFlips,
  steps: (asked) => asked,
  workOfStep: ({ validationWork }) => gradientWork + tries + validationWork,
};

async function searchByFlips(inputs: SearchInputs): Promise<Found> {
  const { space, start, steps, random, onStep } = inputs;
  const best = new Best(space);
  let ids = [...start];
  await best.offer(ids);
  let withoutGain = 0;
  for (let step = 1; step <= steps && withoutGain < patience; step++) {
    const batch = space.batch(random);
    const place = random.integer(space.length);
    const { loss, gradient } = await space.lossAndGradient(space.vectorsOf(ids), batch);
    const own = gradient.subarray(place * space.width, (place + 1) * space.width);
    const promising = largest(space.wordsAt(place), (id) => -dot(own, space.embedding(id)), tries);
    let [least, chosen] = [loss, ids];
    for (const word of promising) {
      const tried = ids.with(place, word);
      if (word === ids[place] || !space.canBeWritten(tried)) continue;
      const after = await space.loss(tried, batch);
      if (after < least) [least, chosen] = [after, tried];
    }
    const before = best.found;
    if (chosen !== ids) {
      ids = chosen;
      await best.offer(ids);
    }
    withoutGain = best.found === before ? withoutGain + 1 : 0;
    onStep(step, best.found);
  }
  return best.found;
}
