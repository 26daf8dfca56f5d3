/** Holds scores against `expect`: the one place that says whether a prompt reaches what is wanted. */
import type { Expectation } from '../language/settings.ts';
import type { ExpectationResult } from '../protocol/expectations.ts';
import type { PromptSummary } from '../protocol/summary.ts';

/** Means of shares are off by rounding; a share that is the threshold on paper reaches it. */
const tolerance = 1e-9;

/** What each condition of a prompt comes to, in order. A score that is not there is a miss. */
export function checkExpectations(
  expect: readonly Expectation[],
  summary: Omit<PromptSummary, 'expectations'>,
): ExpectationResult[] {
  return expect.map(({ metric, comparison, value: threshold }) => {
    const { value, interval } = scoreFor(metric, summary);
    const met = value !== undefined && holds(value - threshold, comparison);
    return {
      metric,
      comparison,
      threshold,
      met,
      ...(value !== undefined && { value }),
      ...(interval !== undefined && { interval }),
    };
  });
}

function scoreFor(
  metric: Expectation['metric'],
  summary: Omit<PromptSummary, 'expectations'>,
): Pick<ExpectationResult, 'value' | 'interval'> {
  switch (metric) {
    // The right answers of a model that writes are those that match exactly.
    case 'exactMatch':
    case 'accuracy':
      return { value: summary.accuracy, interval: summary.interval };
    case 'difference': {
      const { difference } = summary;
      return difference ? { value: difference.accuracy, interval: difference.interval } : {};
    }
    default: {
      const value = summary[metric];
      return value === undefined ? {} : { value };
    }
  }
}

function holds(difference: number, comparison: Expectation['comparison']): boolean {
  switch (comparison) {
    case '>=':
      return difference >= -tolerance;
    case '<=':
      return difference <= tolerance;
    case '>':
      return difference > tolerance;
    case '<':
      return difference < -tolerance;
  }
}
