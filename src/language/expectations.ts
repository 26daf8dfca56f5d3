/**
 * `expect`: conditions such as `accuracy >= 0.8`. One reader gives both the condition and what is
 * wrong with it, so that nothing is judged by a condition that was not understood.
 *
 *     condition  = metric comparison number ["%"]
 *     comparison = ">=" | "<=" | ">" | "<"
 */
import type { SettingSpan, Span } from './ast.ts';
import type { Diagnostic, DiagnosticCode } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';
import { nearestName } from './nearest.ts';
import type { Expectation, Settings } from './settings.ts';

/** What a condition may be about: every one is a number of the summary. */
export const expectMetrics = [
  'accuracy',
  'accuracyAt5',
  'difference',
  'loss',
  'reciprocalRank',
  'probability',
  'macroF1',
  'exactMatch',
  'f1',
] as const;

export type ExpectMetric = (typeof expectMetrics)[number];

/** What a task must have for a metric to be a number of it. */
type Need = 'labels' | 'writing';

interface MetricHelp {
  /** What is compared, as a sentence. */
  readonly means: string;
  /** A condition to start from. */
  readonly condition: string;
  readonly needs?: Need;
}

/** Every metric for people; what it needs is what conditions are judged and offered by. */
export const metricHelp: Readonly<Record<ExpectMetric, MetricHelp>> = {
  accuracy: { means: 'The share of right answers.', condition: 'accuracy >= 0.8' },
  accuracyAt5: {
    means: 'The share of examples whose right answer is among the first five.',
    condition: 'accuracyAt5 >= 0.9',
  },
  difference: {
    means: 'The accuracy minus that of the baseline.',
    condition: 'difference > 0',
  },
  loss: { means: 'The mean loss in nats per answer; less is better.', condition: 'loss < 2' },
  reciprocalRank: {
    means: 'The mean of 1 / rank of the right answer.',
    condition: 'reciprocalRank >= 0.8',
  },
  probability: {
    means: 'The mean probability of the right answer.',
    condition: 'probability >= 0.5',
  },
  macroF1: {
    means: 'The mean of the labels’ F1: rare labels count as much as frequent ones.',
    condition: 'macroF1 >= 0.8',
    needs: 'labels',
  },
  exactMatch: {
    means: 'The share of written answers that match a right one exactly.',
    condition: 'exactMatch >= 0.8',
    needs: 'writing',
  },
  f1: {
    means: 'The mean F1 over the tokens of written answers.',
    condition: 'f1 >= 0.8',
    needs: 'writing',
  },
};

/** The settings that say which numbers a task has. */
type Task = Pick<Settings, 'labels' | 'candidates'>;

const has: Readonly<Record<Need, (task: Task) => boolean>> = {
  labels: ({ labels }) => labels !== undefined,
  writing: ({ labels, candidates }) => candidates.kind === 'generate' && labels === undefined,
};

/** The metrics that a file's task has numbers for. */
export function metricsOf(task: Task): ExpectMetric[] {
  return expectMetrics.filter((metric) => lackOf(metric, task) === undefined);
}

function lackOf(metric: ExpectMetric, task: Task): Need | undefined {
  const { needs } = metricHelp[metric];
  return needs === undefined || has[needs](task) ? undefined : needs;
}

const comparisons = ['>=', '<=', '>', '<'] as const;
/** What people write for them in other places. */
const otherComparisons: Readonly<Record<string, string>> = {
  '=>': '>=',
  '=<': '<=',
  '≥': '>=',
  '≤': '<=',
  '=': '>=',
  '==': '>=',
};

/** The form of a condition, for the JSON Schema and for editors of other programs. */
export const expectPattern = `^\\s*(${expectMetrics.join('|')})\\s*(>=|<=|>|<)\\s*-?(\\d+(\\.\\d+)?|\\.\\d+)\\s*%?\\s*$`;

/** What is wrong at a part of a condition; offsets count from the condition's start. */
interface Problem extends Span {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly replacement?: string;
}

/** The conditions of `written`, those that cannot be read left out. */
export function expectationsFrom(written: string | readonly string[] | undefined): Expectation[] {
  const conditions = typeof written === 'string' ? [written] : (written ?? []);
  return conditions.flatMap((condition) => {
    const read = readCondition(condition);
    return 'code' in read ? [] : [read.expectation];
  });
}

/**
 * What is wrong with the conditions of an `expect` setting, at the exact part of each.
 *
 * @param written what stands under the key, of whatever type
 * @param spans the places of the mapping's settings in `source`
 */
export function checkExpectations(
  written: unknown,
  spans: ReadonlyMap<string, SettingSpan>,
  source: string,
  settings: Task,
): Diagnostic[] {
  const items = Array.isArray(written) ? (written as unknown[]) : [written];
  return items.flatMap((condition, i) => {
    const place = spans.get(Array.isArray(written) ? `expect.${i}` : 'expect')?.value;
    if (typeof condition !== 'string' || place === undefined) return [];
    const read = readCondition(condition);
    const problem = 'code' in read ? read : misfit(read, settings);
    if (problem === undefined) return [];
    const { code, message, replacement } = problem;
    const span = spanIn(place, condition, source, problem);
    // A part of a quoted text with escapes has no place of its own: nothing can stand in its stead.
    const fix = replacement !== undefined && span !== place && { data: { replacement } };
    return [diagnostic(code, span, message, { ...fix })];
  });
}

interface ReadCondition {
  readonly expectation: Expectation;
  readonly metricSpan: Span;
}

const parts = /^(\s*)([^\s<>=≥≤]*)(\s*)([<>=≥≤]*)(\s*)(.*)$/su;

function readCondition(text: string): ReadCondition | Problem {
  const [, lead = '', metric = '', gap = '', sign = '', space = '', rest = ''] = parts.exec(text)!;
  const metricSpan = { start: lead.length, end: lead.length + metric.length };
  const signSpan = { start: metricSpan.end + gap.length, end: 0 };
  signSpan.end = signSpan.start + sign.length;
  const restSpan = { start: signSpan.end + space.length, end: text.trimEnd().length };
  const whole = { start: lead.length, end: Math.max(lead.length, text.trimEnd().length) };
  if (metric === '' || sign === '' || rest.trim() === '') {
    const message = `"${text.trim()}" is no condition. Write a metric, a comparison and a number, such as accuracy >= 0.8`;
    return { code: 'settings/unknown-value', ...whole, message };
  }
  if (!isOneOf(expectMetrics, metric)) return unknownMetric(metric, metricSpan);
  if (!isOneOf(comparisons, sign)) {
    const meant = otherComparisons[sign];
    const hint = meant === undefined ? '' : `. Did you mean "${meant}"?`;
    const message = `"${sign}" is no comparison; those are ${comparisons.join(', ')}${hint}`;
    const fix = meant !== undefined && { replacement: meant };
    return { code: 'settings/unknown-value', ...signSpan, message, ...fix };
  }
  const number = /^(-?(?:\d+(?:\.\d+)?|\.\d+))(?:\s*(%))?$/.exec(rest.trimEnd());
  if (number === null) {
    const message = `"${rest.trim()}" is no number. Write one such as 0.8, or a percentage such as 80 %`;
    return { code: 'settings/unknown-value', ...restSpan, message };
  }
  const isPercentage = number[2] !== undefined;
  const value = Number(number[1]) / (isPercentage ? 100 : 1);
  const problem = impossible(metric, sign, value, isPercentage);
  if (problem !== undefined) return { code: 'settings/out-of-range', ...restSpan, ...problem };
  return { expectation: { metric, comparison: sign, value }, metricSpan };
}

function unknownMetric(metric: string, span: Span): Problem {
  const nearest = nearestName(metric, expectMetrics);
  const hint =
    nearest === undefined ? `Known are ${expectMetrics.join(', ')}` : `Did you mean "${nearest}"?`;
  const fix = nearest !== undefined && { replacement: nearest };
  const message = `There is no metric "${metric}". ${hint}`;
  return { code: 'settings/unknown-value', ...span, message, ...fix };
}

/** What is wrong with a threshold that no score can reach, or that is in another unit. */
function impossible(
  metric: ExpectMetric,
  comparison: Expectation['comparison'],
  value: number,
  isPercentage: boolean,
): Pick<Problem, 'message' | 'replacement'> | undefined {
  if (metric === 'loss') {
    if (isPercentage) return { message: 'A loss is in nats and has no percentage; write a number' };
    return value < 0 ? { message: 'A loss is never below 0' } : undefined;
  }
  const [least, most] = metric === 'difference' ? [-1, 1] : [0, 1];
  const shown = metric === 'difference' ? 'from −1 to 1 (−100 % to 100 %)' : 'from 0 to 1 (100 %)';
  if (value < least || value > most) {
    const message = `"${metric}" is a share ${shown}`;
    const isMeantAsPercentage = !isPercentage && Math.abs(value) <= 100;
    if (!isMeantAsPercentage) return { message };
    return { message: `${message}. Did you mean ${value} %?`, replacement: `${value} %` };
  }
  const isBeyond =
    (comparison === '>' && value === most) || (comparison === '<' && value === least);
  return isBeyond
    ? { message: `"${metric}" is a share ${shown}, so it is never ${comparison} ${value}` }
    : undefined;
}

/** A metric that the file's task has no number for. */
function misfit(
  { expectation: { metric }, metricSpan }: ReadCondition,
  task: Task,
): Problem | undefined {
  const code = 'settings/no-metric';
  switch (lackOf(metric, task)) {
    case undefined:
      return undefined;
    case 'labels':
      return {
        code,
        ...metricSpan,
        message: `"${metric}" is for classification: it needs "labels". Without them there is "accuracy"`,
        replacement: 'accuracy',
      };
    case 'writing': {
      const message = `"${metric}" compares written answers: it needs "candidates: generate"`;
      const fix = metric === 'exactMatch' && { replacement: 'accuracy' };
      return { code, ...metricSpan, message, ...fix };
    }
  }
}

/** Where a part of the condition stands in the source; the whole value where that cannot be told. */
function spanIn(place: Span, condition: string, source: string, part: Span): Span {
  const at = source.slice(place.start, place.end).indexOf(condition.trim());
  if (at === -1) return place;
  const start = place.start + at - (condition.length - condition.trimStart().length);
  return { start: start + part.start, end: start + part.end };
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name);
}
