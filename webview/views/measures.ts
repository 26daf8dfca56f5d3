/** Every measure of every prompt in one table, with its interval and its difference to the baseline. */
import {
  percent,
  percentRange,
  points,
  pointsRange,
  pValueText,
} from '../../src/protocol/format.ts';
import type { Report } from '../../src/protocol/report.ts';
import type {
  Interval,
  Measure,
  MeasureDifference,
  PromptSummary,
} from '../../src/protocol/summary.ts';
import { h } from '../element.ts';
import { byAccuracy } from '../order.ts';
import { answersRight, decimal, signedDecimal } from '../wording.ts';
import { icon, spoken } from './icons.ts';

/** How a measure is written. */
interface Writing {
  readonly value: (value: number) => string;
  readonly range: (interval: Interval) => string;
  readonly difference: (difference: number) => string;
  readonly differenceRange: (interval: Interval) => string;
}

const asShare: Writing = {
  value: percent,
  range: percentRange,
  difference: (difference) => `${points(difference)} points`,
  differenceRange: pointsRange,
};

const asNumber: Writing = {
  value: decimal,
  range: ([low, high]) => `${decimal(low)}–${decimal(high)}`,
  difference: signedDecimal,
  differenceRange: ([low, high]) => `${signedDecimal(low)} to ${signedDecimal(high)}`,
};

interface Column {
  readonly heading: string;
  readonly meaning: string;
  readonly writing: Writing;
  /** 1 where more is better, −1 where less is. */
  readonly better: 1 | -1;
  readonly value: (summary: PromptSummary) => number | undefined;
  readonly interval: (summary: PromptSummary) => Interval | undefined;
  readonly difference: (summary: PromptSummary) => MeasureDifference | undefined;
}

/** The measures that say something about this report, left to right. */
function columnsFor({ candidates, prompts }: Report): Column[] {
  const written = candidates.kind === 'generate';
  const among = written ? '' : ' among the candidates';
  const right: Column = {
    heading: written ? 'exact match' : 'right',
    meaning: `share of ${answersRight({ candidates })}`,
    writing: asShare,
    better: 1,
    value: ({ accuracy }) => accuracy,
    interval: ({ interval }) => interval,
    difference: ({ difference: one }) => one && { ...one, difference: one.accuracy },
  };
  const more = [
    column(
      'f1',
      'F1',
      "mean F1 of the written answer's words against the right answer's",
      asNumber,
    ),
    // Of few candidates the right one is always among the first five, and of none there is no rank.
    ...(written || candidates.count <= 5
      ? []
      : [
          column(
            'accuracyAt5',
            'in first 5',
            'share of examples with the right answer among the first five',
            asShare,
          ),
        ]),
    ...(written
      ? []
      : [
          column(
            'reciprocalRank',
            'reciprocal rank',
            'mean of 1 / rank of the right answer',
            asNumber,
          ),
        ]),
    column('probability', 'p(answer)', `mean probability of the right answer${among}`, asNumber),
    column('loss', 'loss', 'nats per answer: less is better', asNumber, -1),
    column('macroF1', 'macro-F1', 'mean F1 over the labels', asNumber),
  ];
  const known = more.filter(({ value }) =>
    prompts.some(({ summary }) => value(summary) !== undefined),
  );
  return [right, ...known];
}

function column(
  measure: Measure,
  heading: string,
  meaning: string,
  writing: Writing,
  better: 1 | -1 = 1,
): Column {
  return {
    ...{ heading, meaning, writing, better },
    value: (summary) => summary[measure],
    interval: (summary) => summary.intervals?.[measure],
    difference: (summary) => summary.difference?.measures?.[measure],
  };
}

/** Best first, as in the scoreboard. */
export function measuresTable(report: Report): HTMLElement {
  const columns = columnsFor(report);
  const table = h(
    'table',
    { class: 'numbers measures', 'aria-label': 'All measures' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, 'prompt'),
        ...columns.map((one) => h('th', { scope: 'col', title: one.meaning }, one.heading)),
      ),
    ),
    h(
      'tbody',
      {},
      ...byAccuracy(report.prompts).map(({ summary, baseline }) =>
        h(
          'tr',
          {},
          h(
            'th',
            { scope: 'row' },
            h('span', { class: 'name' }, summary.name),
            baseline && ' ',
            baseline && h('span', { class: 'tag' }, 'baseline'),
          ),
          ...columns.map((one) => h('td', {}, ...cell(one, summary))),
        ),
      ),
    ),
  );
  return h('div', { class: 'scroll' }, table);
}

function cell(column: Column, summary: PromptSummary): HTMLElement[] {
  const value = column.value(summary);
  if (value === undefined) return [];
  const { writing } = column;
  const interval = column.interval(summary);
  const difference = column.difference(summary);
  return [
    h('span', {}, writing.value(value)),
    ...(interval ? [h('span', { class: 'interval' }, writing.range(interval))] : []),
    ...(difference ? differenceLines(difference, column) : []),
  ];
}

function differenceLines(
  { difference, interval, pValue, significant }: MeasureDifference,
  { writing, better }: Column,
): HTMLElement[] {
  const direction = difference * better > 0 ? 'better' : 'worse';
  const tone = significant ? direction : 'undecided';
  return [
    h(
      'span',
      { class: `change ${tone}` },
      icon(tone),
      significant && spoken(`${direction}: `),
      writing.difference(difference),
    ),
    h('span', { class: 'interval' }, writing.differenceRange(interval)),
    h(
      'span',
      { class: 'significance' },
      `${significant ? 'significant' : 'not shown'}, ${pValueText(pValue)}`,
    ),
  ];
}
