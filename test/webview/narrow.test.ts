/** The page beside an editor, where it is narrow. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import {
  capitalsInputs,
  classificationInputs,
  writtenInputs,
} from '../evaluation/support/reportInputs.ts';
import { columnWidths } from '../../webview/columnWidths.ts';
import { usePages } from './support/page.ts';

const { withPage } = usePages();
const reports = [
  ['capitals', buildReport(capitalsInputs())],
  ['a classification', buildReport(classificationInputs())],
  ['written answers', buildReport(writtenInputs())],
] as const;

/** How many pixels of each prompt's column are in sight. */
const promptsInSight = (page: Page) =>
  page.evaluate<number[]>(`(() => {
    const grid = document.querySelector('.grid-view').getBoundingClientRect();
    const said = [...document.querySelector('.grid-body .grid-row').children]
      .filter((cell) => cell.classList.contains('said'));
    return said.map((cell) => {
      const { left, right } = cell.getBoundingClientRect();
      return Math.max(0, Math.min(right, grid.right) - Math.max(left, grid.left));
    });
  })()`);

describe.each([320, 500, 800])('at a width of %i', (width) => {
  test.each(reports)(
    'the page of %s does not scroll sideways, and shows two prompts',
    async (_name, report) => {
      await withPage(report, { viewport: { width, height: 900 } }, async ({ page }) => {
        await page.getByRole('grid', { name: 'Examples' }).waitFor();
        await page.evaluate(
          `for (const one of document.querySelectorAll('details')) one.open = true`,
        );
        await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
        const [first, second] = await promptsInSight(page);
        expect(Math.min(first!, second!)).toBeGreaterThan(width === 320 ? 60 : 100);
      });
    },
  );
});

test('the number of an example stays in sight when its answers are scrolled', async () => {
  await withPage(reports[0][1], { viewport: { width: 500, height: 900 } }, async ({ page }) => {
    await page.getByRole('button', { name: 'every seed' }).click();
    const left = () =>
      page.evaluate<number>(
        `document.querySelector('.grid-body .number').getBoundingClientRect().left`,
      );
    const before = await left();
    await page.evaluate(`document.querySelector('.grid-view').scrollLeft = 200`);
    await page.locator('.scrolled-right').waitFor();
    expect(await left()).toBe(before);
  });
});

test('the menus begin where the text does', async () => {
  await withPage(reports[0][1], { viewport: { width: 500, height: 900 } }, async ({ page }) => {
    const lefts = await page.evaluate<number[]>(
      `['h1', '.opener'].map((name) => document.querySelector(name).getBoundingClientRect().left)`,
    );
    expect(lefts[1]).toBe(lefts[0]);
  });
});

describe('the widths of columns', () => {
  const lead = (least: number) => ({ least, narrowest: 3, isLead: true });
  const other = { least: 12, narrowest: 5 };

  test('are what the columns ask for where there is room', () => {
    expect(columnWidths([lead(7), other, other], 31)).toEqual([7, 12, 12]);
  });

  test('leave room for two prompts, long texts giving up more than short ones', () => {
    const [number, long, short, ...others] = columnWidths(
      [{ ...lead(3), isFixed: true }, lead(24), lead(6), other, other, other],
      30,
    );
    expect(number).toBe(3);
    for (const width of others) expect(width).toBeCloseTo(8.1);
    expect(3 + long! + short! + 16.2).toBeCloseTo(30);
    expect(long).toBeGreaterThan(short!);
  });

  test('are never below the narrowest', () => {
    expect(columnWidths([lead(24), lead(4), other, other], 10)).toEqual([3, 3, 5, 5]);
  });
});
