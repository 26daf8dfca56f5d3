/** What `expect` found, and how every view says it. */
import { pointsInWords } from '../base/format.ts';
import type { Interval } from './summary.ts';

/** One condition of a prompt held against its score. */
export interface ExpectationResult {
  /** Name of the number that the condition is about. */
  readonly metric: string;
  readonly comparison: '>=' | '<=' | '>' | '<';
  /** A share where the metric is one. */
  readonly threshold: number;
  readonly met: boolean;
  /** The score; absent where there is none, which is a miss. */
  readonly value?: number;
  /** 95 %, where the metric has one. */
  readonly interval?: Interval;
}

/** "accuracy >= 80 %". */
export function conditionText({
  metric,
  comparison,
  threshold,
}: Pick<ExpectationResult, 'metric' | 'comparison' | 'threshold'>): string {
  return `${metric} ${comparison} ${valueText(metric, threshold)}`;
}

/**
 * "accuracy >= 80 % is missed by 5 points: it is 75 % (30–95 %)", or
 * "accuracy >= 80 % is met: it is 93 % (83–97 %)".
 */
export function resultText(result: ExpectationResult): string {
  const { metric, threshold, met, value, interval } = result;
  const condition = conditionText(result);
  if (value === undefined) return `${condition} cannot be checked: there is no such score`;
  const distance = Math.abs(value - threshold);
  const by = isShare(metric) ? pointsInWords(distance) : distance.toPrecision(2);
  const verdict = met ? 'is met' : distance < 1e-9 ? 'is missed' : `is missed by ${by}`;
  const [low, high] = (interval ?? []).map((one) => valueText(metric, one));
  const range = low === undefined ? '' : ` (95 %: ${low} to ${high!})`;
  return `${condition} ${verdict}: it is ${valueText(metric, value)}${range}`;
}

/** A score in the unit that its condition is read in: percent with a tenth at most, or a number. */
function valueText(metric: string, value: number): string {
  const number = isShare(metric) ? value * 100 : value;
  const text = String(Number(number.toFixed(isShare(metric) ? 1 : 3))).replace('-', '−');
  return isShare(metric) ? `${text} %` : text;
}

const isShare = (metric: string): boolean => metric !== 'loss';
