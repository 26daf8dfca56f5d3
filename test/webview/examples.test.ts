import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { usePages } from './support/page.ts';

const report = buildReport(capitalsInputs());
const { opened, withPage } = usePages();

const gridOf = (page: Page) => page.getByRole('grid', { name: 'Examples' });
const rowsOf = (page: Page) => page.locator('.grid-body .grid-row');
const columnOf = (page: Page, column: number) =>
  page.locator(`.grid-body [aria-colindex="${column}"]`).allInnerTexts();

/** What the grid of the page is asked. */
const inGrid = <T>(page: Page, expression: string) =>
  page.evaluate<T>(`((grid) => ${expression})(document.querySelector('.grid-view'))`);

/** The text of the cell that the grid names as its active one. */
const activeText = (page: Page) =>
  inGrid<string>(
    page,
    'document.getElementById(grid.getAttribute("aria-activedescendant")).innerText',
  );

describe('the examples', () => {
  test('are filtered and searched, with counts', async () => {
    await withPage(report, {}, async ({ page }) => {
      await gridOf(page).waitFor();
      expect(await gridOf(page).getAttribute('aria-rowcount')).toBe('58');
      const fixed = page.getByRole('button', { name: /^fixed by learned/ });
      const count = Number(/\((\d+)\)/.exec(await fixed.innerText())?.[1]);
      expect(count).toBeGreaterThan(20);
      await fixed.click();
      expect(await gridOf(page).getAttribute('aria-rowcount')).toBe(String(count + 1));
      expect(await fixed.getAttribute('aria-pressed')).toBe('true');
      for (const row of await rowsOf(page).all()) {
        expect(await row.locator('.said').nth(0).getAttribute('class')).toContain('wrong');
        expect(await row.locator('.said').nth(0).innerText()).toMatch(/^✗ .* \.\d\d rank \d+$/);
        expect(await row.locator('.said').nth(1).innerText()).toMatch(/^✓ \S+ (\.\d\d|1\.00)$/);
      }
      await page.getByRole('button', { name: 'all (57)' }).click();
      await page.getByRole('textbox', { name: 'Search examples' }).fill('NORWAY');
      expect(await rowsOf(page).count()).toBe(1);
      expect(await rowsOf(page).first().innerText()).toContain('Oslo');
      expect(await page.locator('#examples .note[role=status]').innerText()).toBe(
        '1 of 57 examples',
      );
      await page.getByRole('textbox', { name: 'Search examples' }).fill('Atlantis');
      expect(await page.locator('#examples').innerText()).toContain('contains “Atlantis”');
    });
  });

  test('are about another prompt where there are several', async () => {
    await withPage(report, {}, async ({ page }) => {
      await page.getByRole('combobox', { name: 'prompt' }).click();
      await page.getByRole('option', { name: 'inverse' }).click();
      await page.getByRole('button', { name: /^broken by inverse \(\d+\)$/ }).click();
      const first = rowsOf(page).first();
      expect(await first.locator('.said').nth(0).getAttribute('class')).toContain('right');
      expect(await first.locator('.said').nth(1).getAttribute('class')).toContain('wrong');
    });
  });

  test('are sorted by a column, the other way, and not', async () => {
    await withPage(report, {}, async ({ page }) => {
      const country = gridOf(page).getByRole('columnheader', { name: 'country' });
      await country.click();
      expect((await columnOf(page, 2)).slice(0, 3)).toEqual(['Algeria', 'Angola', 'Australia']);
      expect(await country.getAttribute('aria-sort')).toBe('ascending');
      await country.click();
      expect((await columnOf(page, 2))[0]).toBe('Zimbabwe');
      expect(await country.getAttribute('aria-sort')).toBe('descending');
      await country.click();
      expect((await columnOf(page, 2))[0]).toBe('Peru');
      const learned = gridOf(page).getByRole('columnheader', { name: 'learned' });
      await learned.click();
      await learned.click();
      expect((await columnOf(page, 5)).slice(0, 4).map((said) => said[0])).toEqual([
        '✗',
        '✗',
        '✗',
        '✗',
      ]);
    });
  });

  test('have a column for every seed on demand', async () => {
    await withPage(report, {}, async ({ page }) => {
      await page.getByRole('button', { name: 'every seed' }).click();
      const names = await gridOf(page).getByRole('columnheader').allInnerTexts();
      expect(names.slice(-4, -1)).toEqual([
        'learned, seed 1',
        'learned, seed 2',
        'learned, seed 3',
      ]);
      expect(await gridOf(page).getAttribute('aria-colcount')).toBe('8');
      await page.getByRole('button', { name: 'middle seed' }).click();
      expect(await gridOf(page).getAttribute('aria-colcount')).toBe('6');
    });
  });

  test('are walked through with the keyboard', async () => {
    await withPage(report, {}, async ({ page }) => {
      const grid = gridOf(page);
      await grid.focus();
      const after = async (...keys: string[]) => {
        for (const key of keys) await page.keyboard.press(key);
        return activeText(page);
      };
      expect(await after('ArrowRight')).toBe('Peru');
      expect(await after('ArrowDown')).toBe('Japan');
      expect(await after('Control+End', 'Home')).toBe('57');
      expect(await after('PageUp')).toMatch(/^[34]\d$/);
      expect(await after('Control+Home')).toBe('1');
      expect(await after('ArrowUp', 'ArrowRight')).toContain('country');
      expect(await after('Enter', 'ArrowDown')).toBe('Algeria');
      expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('grid');
    });
  });

  test('open with Enter or a click, follow the active row, and close with Escape', async () => {
    await withPage(report, {}, async ({ page }) => {
      await gridOf(page).focus();
      await page.keyboard.press('Enter');
      const first = page.getByRole('region', { name: 'Example 1', exact: true });
      expect(await first.innerText()).toMatch(/country\s+Peru\s+right answer\s+Lima/);
      const answers = first.getByRole('table', { name: 'Answers to example 1' }).getByRole('row');
      // The headings, two prompts in words, and three seeds.
      expect(await answers.count()).toBe(6);
      expect(await answers.nth(4).innerText()).toMatch(/^learned\s+2 \(middle\)/);
      await page.keyboard.press('ArrowDown');
      await page.getByRole('region', { name: 'Example 2', exact: true }).waitFor();
      await page.keyboard.press('Escape');
      expect(await page.getByRole('region', { name: /^Example/ }).count()).toBe(0);
      await page.getByRole('gridcell', { name: 'Kenya' }).click();
      await page.getByRole('region', { name: 'Example 3' }).getByText('Nairobi').first().waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('grid');
    });
  });

  test('of a damaged page are missed in words, and the rest is there', async () => {
    const breaks = `document.addEventListener('DOMContentLoaded', () => {
      document.getElementById('examples-data').textContent = 'H4sIAAAA';
    }, { capture: true })`;
    const damaged = await opened(report, { before: breaks });
    const { page } = damaged;
    await page.getByText('The examples cannot be read').waitFor();
    expect(await page.getByRole('table', { name: 'Scoreboard' }).count()).toBe(1);
    await damaged.close();
  });
});

describe('100,000 examples', () => {
  const large = (() => {
    const inputs = capitalsInputs();
    const [manual, inverse] = inputs.prompts;
    const place = (i: number) => i % inputs.examples.length;
    const examples = Array.from({ length: 100_000 }, (_, i) => ({
      inputs: { country: `${inputs.examples[place(i)]!.inputs['country']!} ${i + 1}` },
      answer: inputs.examples[place(i)]!.answer,
    }));
    const prompts = [manual!, inverse!].map((prompt) => {
      if (prompt.kind !== 'discrete') throw new Error('A prompt in words was expected.');
      const predictions = examples.map((_, i) => ({
        ...prompt.predictions[place(i)]!,
        example: i,
      }));
      return { ...prompt, predictions };
    });
    return buildReport({ ...inputs, examples, prompts });
  })();

  test('are all there, and only those in sight are in the page', async () => {
    await withPage(large, {}, async ({ page }) => {
      const grid = gridOf(page);
      await grid.focus();
      expect(await grid.getAttribute('aria-rowcount')).toBe('100001');
      await page.keyboard.press('Control+End');
      await page.keyboard.press('Home');
      expect(await activeText(page)).toBe('100000');
      expect(await rowsOf(page).last().getAttribute('aria-rowindex')).toBe('100001');
      expect(await rowsOf(page).count()).toBeLessThan(60);
      await page.getByRole('textbox', { name: 'Search examples' }).fill(' 99999');
      expect(await columnOf(page, 1)).toEqual(['99999']);
    });
  });

  test('are rows in order wherever the grid is scrolled to', async () => {
    await withPage(large, {}, async ({ page }) => {
      const grid = gridOf(page);
      await grid.focus();
      for (const top of [0, 120, 3000, 1_500_000, 1_499_000, 2_999_999, 15]) {
        await inGrid(page, `(grid.scrollTop = ${top})`);
        await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
        const seen = await inGrid<string[]>(
          page,
          `{
          const box = grid.getBoundingClientRect();
          const texts = [];
          for (let y = box.top + 50; y < box.bottom - 20; y += 30) {
            texts.push(document.elementFromPoint(box.left + 20, y).textContent);
          }
          return texts;
        }`,
        );
        const first = Number(seen[0]);
        expect(seen).toEqual(seen.map((_, i) => String(first + i)));
        expect(Math.abs(first - 1 - top / 30)).toBeLessThan(20);
      }
    });
  });

  test('stand in their order in the page, too, once a scroll has ended', async () => {
    await withPage(large, {}, async ({ page }) => {
      await gridOf(page).focus();
      const order = () =>
        inGrid<number[]>(
          page,
          `[...grid.querySelectorAll('.grid-body .grid-row')].map((row) => Number(row.ariaRowIndex))`,
        );
      const [before] = await order();
      for (const top of [400, 800, 600, 1300]) {
        await inGrid(page, `(grid.scrollTop = ${top})`);
        await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
      }
      const isOrdered = (rows: readonly number[]) =>
        rows[0]! > before! && rows.every((row, i) => row === rows[0]! + i);
      await expect.poll(async () => isOrdered(await order())).toBe(true);
    });
  });
});
