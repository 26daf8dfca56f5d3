/** The part of the report page with the words that a search found. */
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import type { FullReport } from '../../src/protocol/report.ts';
import type { ToReportPage } from '../../src/protocol/reportMessages.ts';
import type { WordSearch } from '../../src/protocol/wordSearch.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { usePages, type OpenedPage } from './support/page.ts';

const report = buildReport(capitalsInputs());
const { withPage } = usePages();

describe('words for a learned prompt', () => {
  const hostile = '<img src=x onerror=alert(1)> {country} {capital}';
  const score = (accuracy: number) => ({
    accuracy,
    loss: 1,
    interval: [accuracy - 0.1, accuracy + 0.1] as const,
  });
  const scores = (validation: number, test: number) => ({
    validation: score(validation),
    test: score(test),
  });
  const search: WordSearch = {
    prompt: 'learned',
    seed: 1,
    examples: { validation: 20, test: 57 },
    found: [
      {
        ...{ method: 'beam', template: hostile, seconds: 4, ...scores(0.8, 0.7) },
        ...{ retained: 0.75, retainedInterval: [0.6, 0.9] },
      },
      { method: 'flips', template: 'other {country} {capital}', seconds: 4, ...scores(0.4, 0.3) },
    ],
    written: { name: 'manual', ...scores(0.5, 0.4) },
    learned: { seed: 2, ...scores(0.9, 0.9) },
    empty: scores(0.1, 0.1),
    sentences: ['They keep 75 % of the gain of the vectors.'],
    fingerprint: report.fingerprints['learned']!,
  };
  const searched: FullReport = { ...report, insights: { words: [search] } };
  const table = (page: OpenedPage['page']) =>
    page.getByRole('table', { name: 'Words found for learned' });

  test('stand with both scores, what they keep, and what they are held against, as text', async () => {
    await withPage(searched, {}, async ({ page }) => {
      const rows = await table(page).getByRole('row').allInnerTexts();
      expect(rows.map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
        'what it is words validation 95 % test 95 % gain kept',
        `a beam over the nearest words best on validation ${hostile} Copy 80 % 70–90 % 70 % 60–80 % 75 % 60–90 %`,
        'exchanging single words other {country} {capital} Copy 40 % 30–50 % 30 % 20–40 % –',
        'the best of your own: manual 50 % 40–60 % 40 % 30–50 %',
        'the vectors: learned, seed 2 90 % 80–100 % 90 % 80–100 %',
        'the template without vectors 10 % 0–20 % 10 % 0–20 %',
      ]);
      const block = page.getByRole('group', { name: 'Words for learned' });
      expect(await block.innerText()).toContain(
        '20 validation examples and 57 test examples, chosen among',
      );
      expect(await block.innerText()).toContain(search.sentences[0]);
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Insert as prompt' }).count()).toBe(0);
    });
  });

  test('are copied whole, and inserted by the editor', async () => {
    await withPage(searched, { host: 'editor' }, async ({ page, posted }) => {
      const [, best] = await table(page).getByRole('row').all();
      await best!.getByText('Copy', { exact: true }).click();
      await best!.getByText('Insert as prompt').click();
      await page.getByText('Search again').click();
      expect(await posted()).toEqual(
        expect.arrayContaining([
          { type: 'copy', text: hostile },
          { type: 'insertWords', prompt: 'learned', method: 'beam' },
          { type: 'searchWords', prompt: 'learned' },
        ]),
      );
    });
  });

  test('are marked when their prompt has changed', async () => {
    await withPage(searched, { host: 'editor' }, async ({ page }) => {
      const stale: ToReportPage = { type: 'stale', stale: { learned: 'template changed' } };
      await page.evaluate(`window.postMessage(${JSON.stringify(stale)}, '*')`);
      await page
        .getByRole('group', { name: 'Words for learned' })
        .getByText('⟳ stale: template changed')
        .waitFor();
    });
  });

  test('can be searched in an editor, and are left out of a page that has none', async () => {
    await withPage(report, { host: 'editor' }, async ({ page, posted }) => {
      await page.getByText('Search words for learned').click();
      expect(await posted()).toContainEqual({ type: 'searchWords', prompt: 'learned' });
      // Words have places only where virtual tokens stand.
      expect(await page.getByText('Search words for manual').count()).toBe(0);
    });
    await withPage(report, {}, async ({ page }) => {
      expect(await page.getByText('Words for a learned prompt').count()).toBe(0);
    });
  });
});
