/**
 * How much of what a learned prompt gains is kept when its vectors are read as words.
 *
 * Nearest tokens can mislead: Khashabi et al. 2022 (arXiv:2112.08348) train prompts whose nearest
 * tokens spell any text that one likes. So the words are scored, as the prompt in words that they
 * are, and words that are near random vectors beside them.
 */
import { quantileSorted } from 'simple-statistics';
import { Random } from '../../base/random.ts';
import type { Prediction } from '../../protocol/predictions.ts';
import type { Interval } from '../../protocol/summary.ts';
import { mcNemarExact, meanOf, pairedShareInterval } from '../statistics.ts';
import { requireSameExamples } from '../scores.ts';

export interface RetainedGain {
  /** (text − empty) / (learned − empty), of the shares of right answers; 1 keeps everything. */
  readonly share: number;
  /** 95 %, percentile bootstrap over the examples; where that collapses, that of a difference. */
  readonly interval: Interval;
}

const resamples = 2000;
const bootstrapSeed = 20211215;
const significanceLevel = 0.05;

/**
 * The share of the gain of `learned` over `empty` that `text` keeps; undefined where no gain is
 * shown (McNemar's exact test, 5 %), since a share of nothing is noise.
 *
 * @param text  the answers of one or several texts, whose mean share counts
 */
export function retainedGain(
  learned: readonly Prediction[],
  text: readonly (readonly Prediction[])[],
  empty: readonly Prediction[],
): RetainedGain | undefined {
  for (const answers of [...text, empty]) requireSameExamples(learned, answers);
  if (!isGain(learned, empty)) return undefined;
  const gains = learned.map((p, i) => right(p) - right(empty[i]!));
  const kept = empty.map((p, i) => meanOf(text.map((answers) => right(answers[i]!))) - right(p));
  if (kept.some((one) => one !== kept[0])) {
    return { share: sum(kept) / sum(gains), interval: ratioInterval(kept, gains) };
  }
  // No resample of the text's answers could differ: the gain counts as known, and the text's part of
  // it has the interval of a difference of shares.
  const own = empty.map((_, i) => meanOf(text.map((answers) => right(answers[i]!))));
  const [low, high] = pairedShareInterval(own, empty.map(right), new Random(bootstrapSeed));
  const gain = meanOf(gains);
  return { share: sum(kept) / sum(gains), interval: [low / gain, high / gain] };
}

function isGain(learned: readonly Prediction[], empty: readonly Prediction[]): boolean {
  const won = learned.filter((p, i) => p.correct && !empty[i]!.correct).length;
  const lost = learned.filter((p, i) => !p.correct && empty[i]!.correct).length;
  return won > lost && mcNemarExact(won, lost) < significanceLevel;
}

/** Percentiles of Σ kept / Σ gains; resamples without a gain count as the ends of the line. */
function ratioInterval(kept: readonly number[], gains: readonly number[]): Interval {
  const random = new Random(bootstrapSeed);
  const n = kept.length;
  const ratios = Array.from({ length: resamples }, () => {
    let [above, below] = [0, 0];
    for (let k = 0; k < n; k++) {
      const i = random.integer(n);
      above += kept[i]!;
      below += gains[i]!;
    }
    if (below > 0) return above / below;
    return above > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
  }).sort((a, b) => a - b);
  return [quantileSorted(ratios, 0.025), quantileSorted(ratios, 0.975)];
}

const right = ({ correct }: Prediction) => Number(correct);

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
