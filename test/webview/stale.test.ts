/** Stale scores are never passed off as current: not on the page, not in what leaves it. */
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { splitReport } from '../../src/protocol/report.ts';
import type { ToReportPage } from '../../src/protocol/reportMessages.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { usePages, type OpenedPage } from './support/page.ts';

const [report, examples] = splitReport(buildReport(capitalsInputs()));
const { withPage } = usePages();
const stale = { learned: 'template changed', manual: 'data changed' };
const words = 'Stale: learned (template changed) and manual (data changed).';

const send = (page: Page, message: ToReportPage) =>
  page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);

/** A page whose report was current when it was opened, and is stale now. */
async function withStalePage(check: (opened: OpenedPage) => Promise<void>): Promise<void> {
  await withPage(undefined, { host: 'editor' }, async (opened) => {
    await send(opened.page, { type: 'report', report });
    await send(opened.page, { type: 'examples', examples });
    await opened.page.getByRole('grid', { name: 'Examples' }).waitFor();
    await send(opened.page, { type: 'stale', stale });
    await opened.page.getByText('⟳ stale: template changed').waitFor();
    await check(opened);
  });
}

async function chosen(page: Page, menu: string, entry: string): Promise<void> {
  await page.getByRole('button', { name: menu, exact: true }).click();
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
}

const savedText = (page: Page) =>
  page.evaluate<string | undefined>(`(() => {
    const saved = globalThis.posted.findLast(({ type }) => type === 'save');
    return saved && new TextDecoder().decode(saved.content);
  })()`);

describe('a verdict over stale scores', () => {
  test('says so first, and has the color and the sign of no outcome', async () => {
    await withStalePage(async ({ page }) => {
      const verdict = page.getByRole('region', { name: 'Verdict' });
      expect((await verdict.innerText()).trim()).toMatch(/^Stale:\s+⟳ Stale: learned/);
      expect(await verdict.innerText()).toContain(words);
      expect(await verdict.getAttribute('class')).toBe('verdict stale');
      const tone = `getComputedStyle(document.querySelector('.verdict .sign')).color`;
      const muted = `getComputedStyle(document.querySelector('.note')).color`;
      expect(await page.evaluate(tone)).toBe(await page.evaluate(muted));
      await send(page, { type: 'stale', stale: {} });
      await page.locator('.verdict.better').waitFor();
    });
  });
});

describe('what is copied of stale scores', () => {
  test.each([
    ['Scoreboard as Markdown', /\*\*⟳ Stale: learned \(template changed\) and manual/],
    ['Verdict', /^⟳ Stale: learned \(template changed\) and manual/],
    ['Scores as JSON', /"stale": \{\s+"learned": "template changed"/],
  ])('%s says which and why', async (entry, wanted) => {
    await withStalePage(async ({ page, posted }) => {
      await chosen(page, 'Copy', entry);
      const [copied] = (await posted()).filter((one) => (one as { type: string }).type === 'copy');
      expect((copied as { text: string }).text).toMatch(wanted);
    });
  });

  test('scores as CSV say it in every row', async () => {
    await withStalePage(async ({ page, posted }) => {
      await chosen(page, 'Copy', 'Scores as CSV');
      const [copied] = (await posted()).filter((one) => (one as { type: string }).type === 'copy');
      const rows = parse<Record<string, string>>((copied as { text: string }).text, {
        columns: true,
      });
      expect(rows.map((row) => row['stale'])).toEqual([
        'data changed',
        '',
        ...Array.from({ length: 4 }, () => 'template changed'),
      ]);
    });
  });
});

describe('what is saved of stale scores', () => {
  test.each([
    'Scoreboard, Markdown',
    'Scoreboard, SVG',
    'Loss, SVG',
    'Examples, CSV',
    'Nearest tokens, Markdown',
  ])('%s says which and why', async (entry) => {
    await withStalePage(async ({ page }) => {
      await chosen(page, 'Export', entry);
      await expect.poll(async () => await savedText(page)).toBeDefined();
      const text = (await savedText(page))!.replace(/<\/text><text[^>]*>/g, ' ');
      expect(text.replaceAll('**', '')).toContain(words);
    });
  });
});
