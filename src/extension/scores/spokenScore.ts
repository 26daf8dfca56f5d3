/** The score of a prompt in words that are read aloud: what its line and its hover show by signs. */
import { counted, percent, percentRange, points } from '../../base/format.ts';
import type { Prompt } from '../../language/ast.ts';
import type { PromptScore } from './fileScores.ts';
import { seedsText } from './scoreCard.ts';

/**
 * "learned: 93 % of 57 test answers right (83–97 %). +51 points over manual, significant. 3 seeds: …",
 * or that it is stale, and why.
 */
export function spokenScore(score: PromptScore): string {
  const { name, prompt, report, stale } = score;
  const { accuracy, n, interval, kind } = prompt.summary;
  if (stale !== undefined) {
    const again = kind === 'continuous' ? 'Train' : 'Score';
    return `${name}: stale, ${stale}. It was ${percent(accuracy)}. ${again} again.`;
  }
  const right = `${percent(accuracy)} of ${counted(n, `${report.split} answer`)} right`;
  return [
    `${name}: ${right} (${percentRange(interval)})`,
    spokenDifference(score),
    seedsText(score),
  ]
    .filter((part) => part !== undefined)
    .map((part) => `${part}.`)
    .join(' ');
}

/** What there is to say of a prompt that has no score. */
export function spokenWithoutScore({ name, kind, from }: Prompt): string {
  const again = kind === 'continuous' && from === undefined ? 'Train' : 'Score';
  return `${name} has no score yet. ${again} it to get one.`;
}

function spokenDifference(score: PromptScore): string | undefined {
  const { prompt, isBaseline, against, baselineStale } = score;
  const { difference } = prompt.summary;
  if (isBaseline) return 'It is the baseline';
  if (baselineStale !== undefined) {
    return `The baseline has changed: ${baselineStale}. Score again to hear the difference to it`;
  }
  if (difference === undefined || against === undefined) return undefined;
  const certainty = difference.significant ? 'significant' : 'not significant';
  return `${points(difference.accuracy)} points over ${against}, ${certainty}`;
}
