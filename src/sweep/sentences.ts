/** What the result of a sweep says, in sentences: how good the best is, and what of that is chance. */
import {
  counted,
  listed,
  percent,
  percentRange,
  points,
  pointsInWords,
  pointsRange,
} from '../base/format.ts';
import type { Difference } from '../protocol/summary.ts';
import type { BestTrial, JudgedTrial, SweepResult } from './result.ts';
import type { TestScore } from './testScore.ts';

/** With fewer examples than this every number is rough. */
const fewExamples = 20;
/** The optimism of a pick is worth a sentence from here on. */
const visibleOptimism = 0.005;

/** The sentences on the best trial of each prompt. */
export function sweepSentences({ judged, unjudged, best }: SweepResult): string[] {
  if (judged.length === 0) return ['No trial has a score.', ...unfinished(unjudged.length)];
  const { n } = judged[0]!;
  return [
    ...best.flatMap((one) => {
      const own = judged.find(({ trial }) => trial === one.trial)!;
      return aboutBest(one, own, best.length > 1);
    }),
    ...(n < fewExamples
      ? [`There are only ${n} validation examples: every number here is rough.`]
      : []),
  ];
}

function unfinished(count: number): string[] {
  return count === 0 ? [] : [`${counted(count, 'trial')} did not complete.`];
}

function aboutBest(best: BestTrial, own: JudgedTrial, isOneOfSeveral: boolean): string[] {
  const whose = isOneOfSeveral ? ` of "${best.prompt}"` : '';
  const { lead, overFile } = best;
  if (!lead) {
    return [`Trial ${best.trial}${whose} alone has a score: there is nothing to compare it with.`];
  }
  const others = best.among - 1;
  return [
    leadSentence(`Trial ${best.trial}${whose}`, `the next best, trial ${lead.trial}`, lead, own.n),
    ...(overFile
      ? [leadSentence('It', `the settings of the file, trial ${overFile.trial}`, overFile, own.n)]
      : []),
    ...(best.asInFile ? ['Its settings are those of the file.'] : []),
    ...(others > 1 ? [apartSentence(best.notToldApart, others)] : []),
    ...optimism(best, own),
  ];
}

/** How many of the others are worse by more than chance. */
function apartSentence(alike: number, others: number): string {
  const test = `McNemar, corrected for ${counted(others, 'comparison')}`;
  if (alike === 0) return `Each of the ${others} other trials is shown to be worse (${test}).`;
  const count = alike === others ? `None of the ${others}` : `${others - alike} of the ${others}`;
  return `${count} other trials ${others - alike === 1 ? 'is' : 'are'} shown to be worse (${test}).`;
}

/** The difference to another trial; where its interval has 0 in it, that comes first. */
function leadSentence(subject: string, other: string, lead: Difference, n: number): string {
  const { accuracy, interval } = lead;
  const range = `${points(accuracy)} points, ${pointsRange(interval)}`;
  if (interval[0] > 0) {
    return `${subject} answers ${pointsInWords(accuracy)} more of ${n} validation examples right than ${other} (${pointsRange(interval)}).`;
  }
  return `${subject} cannot be told from ${other}: the interval of the difference includes 0 (${range}, on ${n} validation examples).`;
}

/** The best of many on the same examples is flattered. */
function optimism({ among, unpicked }: BestTrial, { accuracy }: JudgedTrial): string[] {
  if (unpicked === undefined) return [];
  const picked = `It was picked as the best of ${among} on the examples that judge it`;
  if (accuracy - unpicked < visibleOptimism) {
    return [`${picked}, which flatters its ${percent(accuracy)} by less than 1 point.`];
  }
  return [
    `${picked}, which flatters it: of others it would answer about ${percent(unpicked)} right, not ${percent(accuracy)} (bootstrap).`,
  ];
}

/** What the best trials came to on the test split, or how that is asked for. */
export function testSentences(
  best: readonly { readonly trial: number; readonly test?: TestScore }[],
): string[] {
  const scored = best.flatMap(({ trial, test }) =>
    test === undefined
      ? []
      : [
          `On ${counted(test.n, 'test example')}, which had no part in the choice, trial ${trial} answers ${percent(test.accuracy)} right (${percentRange(test.interval)}).`,
        ],
  );
  if (scored.length > 0 || best.length === 0) return scored;
  const trials = best.map(({ trial }) => String(trial));
  return [
    `The test split was not looked at; --test scores ${best.length === 1 ? 'trial' : 'trials'} ${listed(trials)} on it.`,
  ];
}
