/** What a probe of wordings means, in words. */
import { counted, percent, percentRange, pointsInWords } from '../../base/format.ts';
import type { WordingProbe } from '../../protocol/wordings.ts';

/** The spread over the wordings, that over the seeds beside it, and what may be chosen. */
export function probeSentences(probe: Omit<WordingProbe, 'sentences'>): string[] {
  return [wordsSentence(probe), ...seedSentences(probe), choiceSentence(probe)];
}

function wordsSentence({ prompt, spread, wordings }: Omit<WordingProbe, 'sentences'>): string {
  if (spread.count === 1) return `The template of ${prompt} has no other wordings to try.`;
  const { lowest, highest, lowerQuartile, upperQuartile, standardDeviation } = spread;
  const between =
    lowest === highest
      ? `all answer ${percent(lowest)} right`
      : `answer between ${percent(lowest)} and ${percent(highest)} right, half of them ${percentRange([lowerQuartile, upperQuartile])} (standard deviation ${pointsInWords(standardDeviation)}); as written it answers ${percent(wordings[0]!.test.accuracy)}`;
  return `${counted(spread.count, 'wording')} of ${prompt} ${between}.`;
}

function seedSentences({ learned }: Omit<WordingProbe, 'sentences'>): string[] {
  return learned.map(({ prompt, spread }) => {
    const { count, lowest, highest, standardDeviation } = spread;
    if (count === 1) {
      return `One seed of ${prompt} answers ${percent(lowest)} right; how far seeds lie apart takes more than one.`;
    }
    const range =
      lowest === highest ? percent(lowest) : `between ${percent(lowest)} and ${percent(highest)}`;
    return `${counted(count, 'seed')} of ${prompt} answer ${range} right (standard deviation ${pointsInWords(standardDeviation)}).`;
  });
}

function choiceSentence({
  wordings,
  chosen,
  best,
  examples,
}: Omit<WordingProbe, 'sentences'>): string {
  const { validation, test } = wordings[chosen]!;
  const scores = `the best of them on the ${counted(examples.validation, 'validation example')} (${percent(validation.accuracy)} right) answers ${percent(test.accuracy)} of the ${counted(examples.test, 'test example')} right (${percentRange(test.interval)})`;
  const luck =
    wordings[best]!.test.accuracy > test.accuracy
      ? `; the best on the test split, ${percent(wordings[best]!.test.accuracy)}, would be chosen partly by luck`
      : '';
  return `To choose a wording, go by validation: ${scores}${luck}.`;
}
