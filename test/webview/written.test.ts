/** Answers that a model writes freely: there is no list of candidates, and a right one has many forms. */
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { buildReport, type ReportInputs } from '../../src/evaluation/report.ts';
import { openExamples } from '../../src/protocol/exampleTable.ts';
import { comparedOf, countOf, filterOf } from '../../webview/exampleFilters.ts';
import { writtenKeys } from '../../webview/exampleOrder.ts';
import { examplesCsv, examplesJson } from '../../webview/exports/examplesTable.ts';
import { writtenInputs } from '../evaluation/support/reportInputs.ts';
import { usePages } from './support/page.ts';

const report = buildReport(writtenInputs());
const examples = openExamples(report.predictions);
const { withPage } = usePages();

test('written answers have no ranks, neither in the list nor beside an example', async () => {
  await withPage(report, {}, async ({ page }) => {
    const grid = page.getByRole('grid', { name: 'Examples' });
    await grid.waitFor();
    expect(await grid.innerText()).not.toContain('rank');
    await grid.focus();
    await page.keyboard.press('Enter');
    const detail = page.getByRole('region', { name: 'Example 1', exact: true });
    const headings = await detail.getByRole('columnheader').allInnerTexts();
    expect(headings).toEqual([
      'prompt',
      'seed',
      'answer',
      'p of these words',
      'p of the right answer’s words',
    ]);
    expect(await detail.innerText()).toContain('so “London.” and “London” have two');
  });
});

test('an answer without a letter is said to be empty, set apart from one that says so', async () => {
  await withPage(report, {}, async ({ page }) => {
    const grid = page.getByRole('grid', { name: 'Examples' });
    await grid.waitFor();
    const row = page.locator('.grid-body .grid-row').nth(2);
    const styleOf = (place: number) =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelectorAll('.grid-body .grid-row')[${place}]
          .querySelector('.said .text')).fontStyle`,
      );
    const textOf = (place: number) =>
      page.locator('.grid-body .grid-row').nth(place).locator('.said .text').first().innerText();
    expect([await textOf(2), await styleOf(2)]).toEqual(['(empty)', 'italic']);
    expect([await textOf(3), await styleOf(3)]).toEqual(['(empty)', 'normal']);
    await row.click();
    const detail = page.getByRole('region', { name: 'Example 3', exact: true });
    expect(await detail.locator('.nothing').first().innerText()).toBe('(empty)');
  });
});

describe('answers differ', () => {
  const differIn = (inputs: ReportInputs) => {
    const full = buildReport(inputs);
    return filterOf(openExamples(full.predictions), 'differ', comparedOf(full, undefined));
  };

  test('by what they are scored by: not two right ones, nor a wrong one with a full stop', () => {
    // Example 1 is answered right by all, in two ways; example 2 wrong, "Nowhere." and "Nowhere".
    const differ = differIn(writtenInputs());
    expect([differ(0), differ(1)]).toEqual([false, false]);
    expect(countOf(examples, differ)).toBeGreaterThan(0);
  });

  test('where two are wrong in two ways', () => {
    const inputs = writtenInputs();
    const prompts = inputs.prompts.map((prompt) =>
      prompt.kind === 'discrete' && prompt.name === 'manual'
        ? {
            ...prompt,
            predictions: prompt.predictions.map((one) =>
              one.example === 1 ? { ...one, predicted: 'Elsewhere' } : one,
            ),
          }
        : prompt,
    );
    expect(differIn({ ...inputs, prompts })(1)).toBe(true);
  });
});

test('written answers are sorted by whether they are right, then by probability', () => {
  const { middle } = examples.prompts[1]!;
  const keys = writtenKeys(middle)!;
  const order = Array.from(keys.length > 0 ? keys : [], (_, i) => i).sort(
    (a, b) => keys[a]! - keys[b]!,
  );
  const rights = order.map((example) => middle.correct[example]!);
  expect(rights).toEqual([...rights].sort((a, b) => b - a));
});

test('written answers are exported without ranks', () => {
  const kind = { written: true, stale: {} };
  const [row] = parse<Record<string, string>>(examplesCsv(examples, kind), { columns: true });
  expect(Object.keys(row!).filter((name) => name.includes('rank'))).toEqual([]);
  expect(examplesJson(examples, kind)).not.toContain('"rank"');
});
