import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { usePages } from './support/page.ts';

const report = buildReport(capitalsInputs());
const { withPage } = usePages();

/** The name and the bytes of what an entry of the menu saves. */
async function saved(page: Page, entry: string) {
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: entry, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

describe('the menus of the report', () => {
  test('save tables as files in a browser', async () => {
    await withPage(report, {}, async ({ page }) => {
      const scores = await saved(page, 'Scores, CSV');
      expect(scores.name).toBe('capitals-scores.csv');
      expect(scores.content.toString()).toMatch(/^prompt,kind,seed,examples,accuracy,/);
      const examples = await saved(page, 'Examples, JSON');
      expect(JSON.parse(examples.content.toString())).toHaveLength(57);
    });
  });

  test('save charts with their colors resolved', async () => {
    await withPage(report, { colorScheme: 'dark' }, async ({ page }) => {
      for (const entry of ['Scoreboard, SVG', 'Loss, SVG', 'Validation, answers right, SVG']) {
        const { content } = await saved(page, entry);
        const svg = content.toString();
        expect(svg).not.toMatch(/var\(|color-mix|class=|style=/);
        // The page's dark background, and none of its light one.
        expect(svg).toContain('fill="#1c1e22"');
        expect(svg).toMatch(/<path [^>]*stroke="#[\da-f]{6}"/);
      }
      const loss = (await saved(page, 'Loss, SVG')).content.toString();
      for (const text of ['Loss', 'nats, over steps', 'step kept', 'validation, seed 1']) {
        expect(loss).toContain(`>${text}<`);
      }
    });
  });

  test('save charts as pictures of the same size', async () => {
    await withPage(report, {}, async ({ page }) => {
      const svg = (await saved(page, 'Loss, SVG')).content.toString();
      const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
      const { name, content } = await saved(page, 'Loss, PNG');
      expect(name).toBe('capitals-loss.png');
      expect(content.subarray(1, 4).toString()).toBe('PNG');
      expect(content.readUInt32BE(16)).toBe(Math.ceil(2 * Number(width)));
      expect(content.readUInt32BE(20)).toBe(Math.ceil(2 * Number(height)));
    });
  });

  test('save charts of folded parts, and leave them folded', async () => {
    await withPage(report, {}, async ({ page }) => {
      const open = (await saved(page, 'Loss, SVG')).content.toString();
      await page.locator('#training > summary').click();
      await page.setViewportSize({ width: 900, height: 700 });
      const folded = (await saved(page, 'Loss, SVG')).content.toString();
      const widthOf = (svg: string) => Number(/width="([\d.]+)"/.exec(svg)![1]);
      expect(widthOf(folded)).toBeGreaterThan(200);
      expect(widthOf(folded)).not.toBe(widthOf(open));
      expect(await page.locator('#training').getAttribute('open')).toBeNull();
    });
    const before = `sessionStorage.setItem('state', JSON.stringify({ open: { training: false } }))`;
    await withPage(report, { host: 'editor', before }, async ({ page }) => {
      expect(await page.locator('#training').getAttribute('open')).toBeNull();
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'Loss, SVG' }).click();
      await page.waitForFunction(`globalThis.posted.some(({ type }) => type === 'save')`);
    });
  });

  test('are used from the keyboard', async () => {
    await withPage(report, { host: 'editor' }, async ({ page, posted }) => {
      const opener = page.getByRole('button', { name: 'Copy', exact: true });
      await opener.focus();
      await page.keyboard.press('ArrowDown');
      expect(await opener.getAttribute('aria-expanded')).toBe('true');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      expect(await posted()).toContainEqual({ type: 'copy', text: report.verdict });
      expect(await page.getByRole('menu', { name: 'Copy' }).count()).toBe(0);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Escape');
      expect(await opener.getAttribute('aria-expanded')).toBe('false');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Tab');
      expect(await opener.getAttribute('aria-expanded')).toBe('false');
    });
  });

  test('in an editor hand over files to it', async () => {
    await withPage(report, { host: 'editor' }, async ({ page }) => {
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'Scoreboard, Markdown' }).click();
      const asked = await page.evaluate<{ name: string; text: string }>(`(() => {
        const { name, content } = globalThis.posted.find(({ type }) => type === 'save');
        return { name, text: new TextDecoder().decode(content) };
      })()`);
      expect(asked.name).toBe('capitals-scoreboard.md');
      expect(asked.text).toContain('| learned | 92 %');
    });
  });
});
