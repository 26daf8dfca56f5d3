/**
 * The verdict: what the numbers say about the learned prompt, in sentences. It says no as readily
 * as yes, and names what would tell more.
 */
import {
  counted,
  listed,
  percent,
  points,
  pointsInWords,
  pointsRange,
  pValueText,
} from '../base/format.ts';
import type { Outcome } from '../protocol/report.ts';
import type { ControlSummary, Difference, UnscoredPrompt } from '../protocol/summary.ts';
import { differenceOf, pValueOf, seedsThatShow, significanceLevel } from './compare.ts';
import type { Answers } from './compare.ts';
import { controlSentences } from './controls.ts';
import type { Scores } from './scores.ts';
import { examplesNeeded, holmCorrected } from './statistics.ts';

/** One scored prompt, with what a verdict needs to know of it. */
export interface VerdictPrompt extends Answers {
  readonly kind: 'discrete' | 'continuous';
  readonly scores: Scores;
  /** Against the baseline; absent for the baseline itself. */
  readonly difference?: Difference;
  /** The seed of each list of predictions; empty for a discrete prompt. */
  readonly seeds: readonly number[];
  /** For each run the step after which it overfitted, if it did. */
  readonly overfitAfter: readonly (number | undefined)[];
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly text: string;
}

/** A prompt without a score, and why. */
type LeftOut = Pick<UnscoredPrompt, 'name' | 'reason'>;

/** The prompt that the verdict is about and what it is held against. */
interface Case {
  readonly subject: VerdictPrompt;
  readonly baseline: VerdictPrompt;
  readonly difference: Difference;
  /** The best discrete prompt, where it is neither of the two and better than the baseline. */
  readonly wording: Wording | undefined;
}

/** The best wording of the file, and the difference of the subject to it. */
interface Wording {
  readonly name: string;
  /** It was picked on these very examples, so the p-value is corrected over all that could be. */
  readonly difference: Difference;
}

/** Seeds this far apart are worth a sentence. */
const wideSpread = 0.1;
/** With fewer examples than this every number is rough. */
const fewExamples = 20;

/**
 * The verdict over the scored prompts of one file. Its subject is the best continuous prompt, or,
 * where none was scored, the best discrete one. It is held against the baseline and, since a
 * learned prompt has to beat every wording at hand, against the best discrete prompt too, and
 * against its controls where they were scored.
 */
export function verdictOf(
  prompts: readonly VerdictPrompt[],
  baselineName: string | undefined,
  split: string,
  {
    controls = [],
    leftOut = [],
  }: {
    readonly controls?: readonly ControlSummary[];
    readonly leftOut?: readonly LeftOut[];
  } = {},
): Verdict {
  const found = caseOf(prompts, baselineName);
  if (!found) return nothingToCompare(prompts, split, leftOut);
  const sentences = [
    ...comparison(found),
    ...controlSentences(controls, found.subject.name),
    ...spread(found.subject),
    ...caution(found.subject.scores.n, split),
    ...(found.subject.kind === 'discrete' ? ['No trained prompt is among them.'] : []),
    ...withoutScore(leftOut),
  ];
  return { outcome: outcomeOf(found), text: sentences.join(' ') };
}

function caseOf(
  prompts: readonly VerdictPrompt[],
  baselineName: string | undefined,
): Case | undefined {
  const baseline = prompts.find((prompt) => prompt.name === baselineName);
  const others = prompts.filter((prompt) => prompt !== baseline);
  const subject = bestOf(others.filter((prompt) => prompt.kind === 'continuous')) ?? bestOf(others);
  if (!baseline || !subject?.difference) return undefined;
  const wording = bestOf(others.filter((prompt) => prompt.kind === 'discrete'));
  const another =
    wording && wording !== subject && wording.scores.accuracy > baseline.scores.accuracy
      ? { name: wording.name, difference: toBestWording(subject, wording, prompts) }
      : undefined;
  return { subject, baseline, difference: subject.difference, wording: another };
}

/**
 * The difference to the best wording. Which learned prompt and which wording are the best was seen on
 * these examples, so the p-value is corrected over all pairs that could have been picked.
 */
function toBestWording(
  subject: VerdictPrompt,
  wording: VerdictPrompt,
  prompts: readonly VerdictPrompt[],
): Difference {
  const learned = prompts.filter(({ kind }) => kind === 'continuous');
  const wordings = prompts.filter(({ kind }) => kind === 'discrete');
  const pairs = learned.flatMap((one) => wordings.map((other) => [one, other] as const));
  const corrected = holmCorrected(pairs.map(([one, other]) => pValueOf(one, other)));
  const at = pairs.findIndex(([one, other]) => one === subject && other === wording);
  const pValue = corrected[at]!;
  return {
    ...differenceOf(subject, wording),
    pValue,
    significant: pValue < significanceLevel,
  };
}

function outcomeOf({ difference, wording }: Case): Outcome {
  if (isWorse(difference) || (wording && isWorse(wording.difference))) return 'worse';
  // A learned prompt has to beat every wording at hand, not only the one that is the baseline.
  const beatsAll = difference.significant && wording?.difference.significant !== false;
  return beatsAll ? 'better' : 'undecided';
}

function comparison({ subject, baseline, difference, wording }: Case): string[] {
  const reference = `your baseline "${baseline.name}"`;
  const about = `The ${subject.kind === 'continuous' ? 'prompt' : 'wording'} "${subject.name}"`;
  if (wording && isWorse(wording.difference)) {
    return [
      `${about} is worse than the wording "${wording.name}" by ${byPoints(wording.difference)}.`,
      against(reference, difference),
      ...overfitting(subject),
    ];
  }
  if (
    difference.significant &&
    difference.accuracy > 0 &&
    wording?.difference.significant === false
  ) {
    return [
      `No difference between "${subject.name}" and "${wording.name}", the best of your wordings, can be shown: ${shown(wording.difference)}.`,
      whatWouldTell(wording.difference, subject),
      `It answers ${pointsInWords(difference.accuracy)} more than ${reference} (${pValueText(difference.pValue)})${acrossSeeds(subject, baseline)}.`,
      ...overfitting(subject),
    ];
  }
  if (isWorse(difference)) {
    return [
      `${about} is worse than ${reference} by ${byPoints(difference)}.`,
      ...overfitting(subject),
    ];
  }
  if (!difference.significant) {
    return [
      `No difference between "${subject.name}" and ${reference} can be shown: ${shown(difference)}.`,
      whatWouldTell(difference, subject),
      ...overfitting(subject),
    ];
  }
  return [
    `${about} answers ${pointsInWords(difference.accuracy)} more than ${reference}.`,
    `The difference is significant (${pValueText(difference.pValue)})${acrossSeeds(subject, baseline)}.`,
    ...(wording
      ? [against(`"${wording.name}", the best of your wordings,`, wording.difference)]
      : []),
  ];
}

/** How the subject stands against one more prompt. */
function against(reference: string, difference: Difference): string {
  if (!difference.significant) {
    return `Against ${reference} no difference can be shown: ${shown(difference)}.`;
  }
  const direction = difference.accuracy < 0 ? 'worse' : 'better';
  return `It is ${direction} than ${reference} by ${byPoints(difference)}.`;
}

/** Whether each seed alone shows the difference, as the end of a sentence. */
function acrossSeeds(subject: VerdictPrompt, baseline: VerdictPrompt): string {
  if (subject.kind === 'discrete') return '';
  const { length } = subject.seeds;
  if (length < 2) return '; it comes from one seed, and more seeds would tell whether it holds';
  const shows = seedsThatShow(subject, baseline);
  const missing = subject.seeds.filter((_, i) => !shows[i]);
  if (missing.length === 0) return ` and holds in ${length === 2 ? 'both' : `all ${length}`} seeds`;
  const [noun, verb] = missing.length === 1 ? ['seed', 'does'] : ['seeds', 'do'];
  return `, but ${noun} ${listed(missing.map(String))} alone ${verb} not show it`;
}

function spread(subject: VerdictPrompt): string[] {
  const accuracies = subject.scores.seeds.map((seed) => seed.accuracy);
  const range = Math.max(...accuracies) - Math.min(...accuracies);
  if (range < wideSpread) return [];
  const values = listed(accuracies.map((accuracy) => percent(accuracy)));
  return [`Its seeds lie ${pointsInWords(range)} apart (${values}).`];
}

/** Said only when at least half of the runs overfitted. */
function overfitting(subject: VerdictPrompt): string[] {
  const steps = subject.overfitAfter.filter((step) => step !== undefined);
  if (steps.length === 0 || 2 * steps.length < subject.overfitAfter.length) return [];
  return [
    `The training loss of "${subject.name}" fell while its validation loss rose after step ${Math.min(...steps)}: it may have learned the training examples by heart.`,
    'Fewer virtual tokens, or more examples, may help.',
  ];
}

function caution(n: number, split: string): string[] {
  if (n >= fewExamples) return [];
  return [`Only ${counted(n, `${split} example`)} were scored: every number here is rough.`];
}

function whatWouldTell(difference: Difference, { kind, scores: { n } }: VerdictPrompt): string {
  const needed = examplesNeeded(difference.accuracy, (difference.won + difference.lost) / n);
  if (needed <= n || needed > 100_000) {
    const what = kind === 'discrete' ? 'More test examples' : 'More test examples, or more seeds,';
    return `${what} would tell.`;
  }
  const rounded = Number(needed.toPrecision(2));
  return `To show a difference of that size takes about ${rounded} test examples; there are ${n}.`;
}

function withoutScore(leftOut: readonly LeftOut[]): string[] {
  return leftOut.map(({ name, reason }) => `"${name}" has no score: ${reason}.`);
}

function nothingToCompare(
  prompts: readonly VerdictPrompt[],
  split: string,
  leftOut: readonly LeftOut[],
): Verdict {
  const best = bestOf(prompts);
  if (!best) {
    return {
      outcome: 'nothing-to-compare',
      text: ['No prompt was scored.', ...withoutScore(leftOut)].join(' '),
    };
  }
  const { accuracy, n } = best.scores;
  const sentences = [
    `"${best.name}" answers ${percent(accuracy)} of ${counted(n, `${split} example`)} right.`,
    prompts.length === 1
      ? 'It is the only prompt scored, so there is nothing to compare it with.'
      : 'No baseline is among the prompts scored, so no difference is measured.',
    ...caution(n, split),
    ...withoutScore(leftOut),
  ];
  return { outcome: 'nothing-to-compare', text: sentences.join(' ') };
}

/** The prompt with the highest accuracy, of equal ones the first. */
function bestOf(prompts: readonly VerdictPrompt[]): VerdictPrompt | undefined {
  return prompts.reduce<VerdictPrompt | undefined>(
    (best, prompt) => (best && best.scores.accuracy >= prompt.scores.accuracy ? best : prompt),
    undefined,
  );
}

function isWorse(difference: Difference): boolean {
  return difference.significant && difference.accuracy < 0;
}

function byPoints(difference: Difference): string {
  return `${pointsInWords(difference.accuracy)} (${pValueText(difference.pValue)})`;
}

/** "+3 points, −6 to +12" */
function shown({ accuracy, interval }: Difference): string {
  const size = Math.abs(Math.round(accuracy * 100));
  return `${points(accuracy)} ${size === 1 ? 'point' : 'points'}, ${pointsRange(interval)}`;
}
