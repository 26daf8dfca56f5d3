/** What the score of nearest tokens as text means, in words. */
import { percent, percentRange } from '../../base/format.ts';
import type { Reading } from '../../protocol/report.ts';
import type { RetainedGain } from './retainedGain.ts';

/** A share of the gain from which on words stand for the vectors, if the whole interval is beyond. */
const most = 0.8;
/** A share of the gain below which words are only a hint. */
const little = 0.5;

/**
 * The meaning of a reading. Words that cannot be told from words near random vectors are said to say
 * nothing: their share has to be beyond that of random ones by its whole interval.
 *
 * @param kept      the share of the gain that the nearest tokens keep; undefined where there is none
 * @param atRandom  the same of text near random vectors
 */
export function readingSentence(
  { learned, empty, text, random }: Reading['scores'],
  kept: RetainedGain | undefined,
  atRandom: RetainedGain | undefined,
): string {
  const scored = `As text, the nearest tokens answer ${percent(text)} right`;
  if (!kept || !atRandom) {
    return `${scored}; the template without the vectors answers ${percent(empty)} and with them ${percent(learned)}, so there is no gain to keep that can be shown.`;
  }
  const gain = `the gain over the template without vectors (${percent(empty)})`;
  const chance = `Text near random vectors keeps ${inWords(atRandom.share)} (${percent(random)} right).`;
  return `${scored} and keep ${inWords(kept.share)} of ${gain}${rangeOf(kept)}. ${chance} ${readingMeaning(kept, atRandom)}`;
}

/** How far the nearest tokens can be believed, as a sentence. */
export function readingMeaning({ share, interval }: RetainedGain, atRandom: RetainedGain): string {
  if (share <= atRandom.share) return 'They say nothing about what was learned.';
  if (interval[0] <= atRandom.share) {
    return 'That may be chance: they say nothing that can be shown about what was learned.';
  }
  if (interval[0] >= most) return 'They can be used in place of the vectors.';
  if (share >= most) return 'They say most of what was learned, as far as so few examples tell.';
  if (share >= little) return 'They say part of what was learned.';
  return 'Read them as a hint, not as the prompt.';
}

/** "8 %", "nothing", and "less than nothing" of a text that is worse than none. */
function inWords(share: number): string {
  if (share < -0.005) return 'less than nothing';
  return share < 0.005 ? 'nothing' : percent(share);
}

/** Where the share may lie; nothing for a point, or for resamples without a gain to divide by. */
function rangeOf({ interval: [low, high] }: RetainedGain): string {
  if (low === high || Math.abs(low) > 10 || Math.abs(high) > 10) return '';
  return `, 95 % interval ${percentRange([low, high])}`;
}
