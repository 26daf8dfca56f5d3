/** The score at the end of a `@prompt` line. */
import { percent, points, seedCount } from '../../base/format.ts';
import type { InlineMode } from '../settings.ts';
import type { PromptScore } from './fileScores.ts';

/** Two spaces that an editor does not draw as one. */
const gap = '\u00a0\u00a0';

/** How a score is meant to look; the words say the same, so colour is never alone. */
export type Tone = 'better' | 'worse' | 'plain' | 'stale';

/** A score in a few words. */
export interface InlineText {
  readonly text: string;
  readonly tone: Tone;
}

/**
 * "93 %  +51 ●  3 seeds ±1", "42 %  baseline", "93 %  ⟳ baseline changed" where there is no difference to
 * the present baseline, or "stale: template changed (was 93 %)". With `differences` all that without
 * percentages and seeds; undefined where nothing is to be said.
 */
export function inlineText(score: PromptScore, mode: InlineMode = 'on'): InlineText | undefined {
  if (mode === 'off') return undefined;
  const { summary } = score.prompt;
  const accuracy = percent(summary.accuracy);
  if (score.stale !== undefined) {
    const was = mode === 'on' ? ` (was ${accuracy})` : '';
    return { text: `⟳ stale: ${score.stale}${was}`, tone: 'stale' };
  }
  const parts = mode === 'on' ? [accuracy] : [];
  const { difference } = summary;
  if (score.isBaseline) parts.push('baseline');
  else if (score.baselineStale !== undefined) parts.push('⟳ baseline changed');
  else if (difference !== undefined) {
    parts.push(`${points(difference.accuracy)}${difference.significant ? ' ●' : ''}`);
  }
  const spread = seedSpread(score);
  if (spread !== undefined && mode === 'on') parts.push(spread);
  if (parts.length === 0) return undefined;
  return { text: parts.join(gap), tone: toneOf(score, mode) };
}

function toneOf({ prompt, isBaseline, baselineStale }: PromptScore, mode: InlineMode): Tone {
  const { difference } = prompt.summary;
  // The share of right answers beside it holds.
  if (baselineStale !== undefined) return mode === 'on' ? 'plain' : 'stale';
  if (isBaseline || difference?.significant !== true) return 'plain';
  return difference.accuracy > 0 ? 'better' : 'worse';
}

/**
 * "3 seeds ±1": half the distance between the best and the worst seed, in points. "1 of 3 seeds" where
 * some are not trained.
 */
function seedSpread({ prompt: { summary }, missingSeeds }: PromptScore): string | undefined {
  const accuracies = summary.seeds?.map((seed) => seed.accuracy) ?? [];
  const count = seedCount(accuracies.length, missingSeeds?.length);
  if (accuracies.length < 2) return missingSeeds === undefined ? undefined : count;
  const half = (Math.max(...accuracies) - Math.min(...accuracies)) / 2;
  return `${count} ±${Math.round(half * 100)}`;
}
