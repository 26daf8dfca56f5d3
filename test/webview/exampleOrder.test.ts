import { expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { openExamples } from '../../src/protocol/exampleTable.ts';
import { orderedExamples, runKeys, textKeys } from '../../webview/exampleOrder.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';

const examples = openExamples(buildReport(capitalsInputs()).predictions);
const all = () => true;
const country = examples.inputs[0]!;
const textAt = (example: number) => country.texts[country.rows[example]!]!;

test('without a sort examples stand as in the data, or the other way round', () => {
  const rows = (descending: boolean) => [
    ...orderedExamples(examples, (one) => one < 3, { keys: undefined, descending }),
  ];
  expect(rows(false)).toEqual([0, 1, 2]);
  expect(rows(true)).toEqual([2, 1, 0]);
});

test('texts stand in alphabetical order, numbers in them by their value', () => {
  const keys = textKeys(country);
  const sorted = [...orderedExamples(examples, all, { keys, descending: false })].map(textAt);
  expect(sorted).toEqual([...sorted].sort((a, b) => a.localeCompare(b)));
  const numbered = { texts: ['b 10', 'b 9', 'a'], rows: Uint8Array.of(0, 1, 2) };
  expect(Array.from(textKeys(numbered)!)).toEqual([2, 1, 0]);
});

test('a prompt’s best answers come first, its surest ones before others, and equal ones stay in order', () => {
  const { middle } = examples.prompts[0]!;
  const rows = [...orderedExamples(examples, all, { keys: runKeys(middle), descending: false })];
  for (const [i, row] of rows.slice(1).entries()) {
    const before = rows[i]!;
    const [a, b] = [middle.rank[before]!, middle.rank[row]!];
    expect(a).toBeLessThanOrEqual(b);
    if (a === b) {
      expect(middle.rightProbability[before]).toBeGreaterThanOrEqual(middle.rightProbability[row]!);
    }
  }
  const same = { keys: new Uint8Array(57), descending: true };
  expect([...orderedExamples(examples, all, same)].slice(0, 3)).toEqual([0, 1, 2]);
});
