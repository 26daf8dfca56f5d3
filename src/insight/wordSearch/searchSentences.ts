/** What a search for words came to, in words. */
import {
  counted,
  percent,
  percentRange,
  points,
  pointsRange,
  pValueText,
} from '../../base/format.ts';
import type { WordSearch } from '../../protocol/wordSearch.ts';

type Facts = Omit<WordSearch, 'sentences'>;

/** The result in a few sentences; the first one says it all. */
export function searchSentences(facts: Facts): string[] {
  return [bestSentence(facts), keptSentence(facts), basisSentence(facts)];
}

function bestSentence({ prompt, found, written, difference }: Facts): string {
  const { validation, test } = found[0]!;
  const best = `The best words for ${prompt} answer ${percent(validation.accuracy)} of the validation examples right and ${percent(test.accuracy)} of the test examples (${percentRange(test.interval)})`;
  if (written === undefined || difference === undefined) return `${best}.`;
  const own = `${written.name}, the best of your own wordings, ${percent(written.validation.accuracy)} and ${percent(written.test.accuracy)}`;
  const { accuracy, interval, pValue, significant } = difference;
  const size = `${points(accuracy)} points on test (${pointsRange(interval)}, ${pValueText(pValue)})`;
  return significant
    ? `${best}; ${own}: ${size}.`
    : `${best}; ${own}: ${size}, which may be chance.`;
}

function keptSentence({ found, learned, empty }: Facts): string {
  if (learned === undefined) {
    return 'The prompt is not trained as the file has it now, so nothing can be said of what they keep of its gain.';
  }
  const { retained, retainedInterval } = found[0]!;
  const gain = `the gain of the vectors (${percent(learned.test.accuracy)}) over the template without them (${percent(empty.test.accuracy)})`;
  if (retained === undefined || retainedInterval === undefined) {
    return `No gain of the vectors over the template without them is shown (${percent(learned.test.accuracy)} and ${percent(empty.test.accuracy)}), so there is none to keep.`;
  }
  return `They keep ${percent(Math.max(0, retained))} of ${gain}${rangeOf(retainedInterval)}.`;
}

/** Nothing for a range that no one reads: of resamples without a gain to divide by. */
function rangeOf([low, high]: readonly [number, number]): string {
  if (Math.abs(low) > 10 || Math.abs(high) > 10) return '';
  return `, 95 % interval ${percentRange([low, high])}`;
}

function basisSentence({ examples }: Facts): string {
  const { validation, test } = examples;
  return `Choose by validation (${counted(validation, 'example')}), on which the words were searched and look better than they are; the ${counted(test, 'test example')} were asked once for each method.`;
}
