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
  const [whole, none] = [learned.map(right), empty.map(right)];
  const own = empty.map((_, i) => meanOf(text.map((answers) => right(answers[i]!))));
  const [gains, kept] = [differences(whole, none), differences(own, none)];
  const gain = meanOf(gains);
  const share = meanOf(kept) / gain;
  // Where the text answers like the empty prompt, or like the learned one, no resample could differ:
  // the gain counts as known, and the text's distance to that prompt has the interval of a difference.
  const alike = [none, whole].find((other) => own.every((one, i) => one === other[i]));
  if (alike === undefined) return { share, interval: ratioInterval(kept, gains) };
  const [low, high] = pairedShareInterval(own, alike, new Random(bootstrapSeed));
  return { share, interval: [share + low / gain, share + high / gain] };
}

const differences = (a: readonly number[], b: readonly number[]) => a.map((one, i) => one - b[i]!);

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
