/** Two prompts against each other: whether they differ by more than chance, and in what they were set. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { differenceOf } from '../../src/evaluation/compare.ts';
import { buildReport } from '../../src/evaluation/report.ts';
import { pointsRange, pValueText } from '../../src/protocol/format.ts';
import { openExamples } from '../../src/protocol/exampleTable.ts';
import { measuredDifference } from '../../webview/answers.ts';
import { settingsOf } from '../../webview/trainingSettings.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { usePages } from './support/page.ts';

const inputs = capitalsInputs();
const report = buildReport(inputs);
const { withPage } = usePages();

const answersOf = (name: string) => {
  const prompt = inputs.prompts.find((one) => one.name === name)!;
  const predictions =
    prompt.kind === 'discrete' ? [prompt.predictions] : prompt.runs.map((run) => run.predictions);
  return { name, predictions };
};

async function chooseFrom(page: Page, name: string): Promise<void> {
  const part = page.locator('#differences');
  await part.getByRole('combobox', { name: 'from' }).click();
  await part.getByRole('option', { name }).click();
}

describe('the difference of two prompts', () => {
  test('is what the evaluation makes of their answers', () => {
    const measured = measuredDifference(openExamples(report.predictions), 'inverse', 'learned');
    expect(measured).toEqual(differenceOf(answersOf('learned'), answersOf('inverse')));
  });

  test('has an interval and a p-value, of two prompts that are no baseline, too', async () => {
    await withPage(report, {}, async ({ page }) => {
      const part = page.locator('#differences');
      await chooseFrom(page, 'inverse');
      await part.scrollIntoViewIfNeeded();
      const { interval, pValue, won, lost } = differenceOf(
        answersOf('learned'),
        answersOf('inverse'),
      );
      await part
        .getByText(`significant: ${pointsRange(interval)} points (95 %), ${pValueText(pValue)}`)
        .waitFor();
      expect(await part.innerText()).toContain(
        `${won} examples only the second answers right, ${lost} only the first. p not corrected: one comparison.`,
      );
    });
  });

  test('is measured of many examples when it is asked for', async () => {
    const many = { ...report, examples: 2001 };
    await withPage(many, {}, async ({ page }) => {
      const part = page.locator('#differences');
      await part.scrollIntoViewIfNeeded();
      expect(await part.innerText()).not.toContain('p not corrected');
      await part.getByRole('button', { name: /more than chance/ }).click();
      await part.getByText('p not corrected').waitFor();
    });
  });
});

describe('a learning rate by default', () => {
  const learned = report.prompts[2]!;
  const settings = { 'learning rate': 'default, linear' };
  const curve = (steps: number) =>
    Array.from({ length: steps }, (_, i) => ({
      step: i + 1,
      loss: 1,
      learningRate: 0.01 / (i + 1),
    }));
  const withCurve = (points: number, steps = points) => ({
    ...learned,
    settings,
    runs: [{ ...learned.runs[0]!, curve: curve(points), steps }],
  });

  test('is shown as the number that it was', () => {
    expect(settingsOf(withCurve(400))).toEqual({ 'learning rate': '0.01 (default), linear' });
    expect(settingsOf(withCurve(400, 4000))['learning rate']).toBe('about 0.01 (default), linear');
    expect(settingsOf({ ...learned, settings })['learning rate']).toBe('default, linear');
    expect(settingsOf({ ...withCurve(9), settings: { 'learning rate': '0.5, linear' } })).toEqual({
      'learning rate': '0.5, linear',
    });
  });

  test('stands with the settings on the page', async () => {
    const prompts = report.prompts.map((one) => (one === learned ? withCurve(400) : one));
    await withPage({ ...report, prompts }, {}, async ({ page }) => {
      expect(await page.locator('#settings').innerText()).toContain('0.01 (default), linear');
      expect(await page.locator('#differences').innerText()).toContain('0.01 (default), linear');
    });
  });
});
