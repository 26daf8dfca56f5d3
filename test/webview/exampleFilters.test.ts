import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import {
  comparedOf,
  countOf,
  filterOf,
  filtersFor,
  filterText,
  ExampleSearch,
} from '../../webview/exampleFilters.ts';
import { niceTicks } from '../../webview/ticks.ts';
import { openExamples } from '../../src/protocol/exampleTable.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';

const report = buildReport(capitalsInputs());
const examples = openExamples(report.predictions);

describe('what the filters speak of', () => {
  test('is the learned prompt against the baseline, unless another is chosen', () => {
    expect(comparedOf(report, undefined)).toMatchObject({ subject: 'learned', baseline: 'manual' });
    expect(comparedOf(report, 'inverse')).toMatchObject({ subject: 'inverse' });
    expect(comparedOf(report, 'gone').subject).toBe('learned');
    expect(comparedOf(report, 'manual').subject).toBe('learned');
  });

  test('is the only prompt where there is one, and then nothing is fixed or broken', () => {
    const alone = { ...report, prompts: report.prompts.slice(0, 1) };
    const compared = comparedOf(alone, undefined);
    expect(compared).toEqual({
      ...{ names: ['manual'], subject: 'manual', baseline: undefined, written: false },
    });
    expect(filtersFor(compared)).toEqual(['all', 'wrong']);
  });
});

test('fixed and broken examples are what McNemar counted as won and lost', () => {
  const compared = comparedOf(report, undefined);
  const { won, lost } = report.prompts[2]!.summary.difference!;
  const count = (filter: Parameters<typeof filterOf>[1]) =>
    countOf(examples, filterOf(examples, filter, compared));
  expect(count('fixed')).toBe(won);
  expect(count('broken')).toBe(lost);
  expect(count('wrong')).toBe(4);
  expect(filterText('broken', compared)).toBe('broken by learned');
});

test('a search looks into inputs, right answers and given answers, in any case', () => {
  const search = new ExampleSearch(examples);
  const found = (text: string) => countOf(examples, search.keep(text));
  expect(found('  ')).toBe(57);
  expect(found('japAN')).toBe(1);
  expect(found('tokyo')).toBeGreaterThanOrEqual(1);
  expect(found('Atlantis')).toBe(0);
});

test.each([
  [3.1, 4, [0, 1, 2, 3, 4]],
  [1, 4, [0, 0.25, 0.5, 0.75, 1]],
  [400, 6, [0, 100, 200, 300, 400]],
  [0.07, 4, [0, 0.02, 0.04, 0.06, 0.08]],
])('the ticks up to %d, about %d steps, are round', (largest, count, ticks) => {
  expect(niceTicks(largest, count)).toEqual(ticks);
});
