/** The parts of the report page that are there on request. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { spreadOf } from '../../src/evaluation/spread.ts';
import type { Report } from '../../src/protocol/report.ts';
import type { WordingProbe, WordingScore } from '../../src/protocol/wordings.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { bundlePage, openPage, startChromium } from './support/page.ts';
import type { Bundle, OpenedPage, OpenOptions } from './support/page.ts';

const report = buildReport(capitalsInputs());
let bundle: Bundle;
let browser: Browser;

beforeAll(async () => {
  bundle = await bundlePage();
  browser = await startChromium();
});

afterAll(async () => {
  await browser.close();
});

/** Opens a page, hands it over, and fails when it complained about anything. */
async function withPage(
  shown: Report,
  options: OpenOptions,
  check: (opened: OpenedPage) => Promise<void>,
): Promise<void> {
  const opened = await openPage(browser, bundle, shown, options);
  try {
    await check(opened);
    expect(opened.complaints).toEqual([]);
  } finally {
    await opened.close();
  }
}

describe('other wordings', () => {
  const hostile = '<img src=x onerror=alert(1)> {country} {capital}';
  const score = (accuracy: number) => ({
    accuracy,
    loss: 1,
    interval: [accuracy - 0.1, accuracy + 0.1] as const,
  });
  const wording = (template: string, test: number, validation: number): WordingScore => ({
    kind: 'order',
    change: 'exchanges “a” and “b”',
    template,
    test: score(test),
    validation: score(validation),
  });
  const wordings: WordingScore[] = [
    {
      change: 'as written',
      template: 'As written {capital}',
      test: score(0.4),
      validation: score(0.4),
    },
    wording(hostile, 0.8, 0.3),
    wording('Chosen {capital}', 0.7, 0.9),
    wording('Worst {capital}', 0.1, 0.1),
  ];
  const probe: WordingProbe = {
    prompt: 'manual',
    seed: 1,
    examples: { validation: 20, test: 57 },
    wordings,
    spread: spreadOf(wordings.map((one) => one.test.accuracy)),
    best: 1,
    chosen: 2,
    worst: 3,
    tooLong: 0,
    learned: [
      {
        prompt: 'learned',
        seeds: [
          { seed: 1, accuracy: 0.9 },
          { seed: 2, accuracy: 0.9 },
        ],
        spread: spreadOf([0.9, 0.9]),
      },
    ],
    sentences: ['4 wordings of manual answer between 10 % and 80 % right.'],
    fingerprint: report.fingerprints['manual']!,
  };
  const probed: Report = { ...report, insights: { wordings: [probe] } };

  test('are marks on one scale with the seeds, each told in words', async () => {
    await withPage(probed, {}, async ({ page }) => {
      const group = page.getByRole('group', { name: 'Wordings of manual' });
      expect(await group.getByRole('img').getAttribute('aria-label')).toBe(
        'Answers right on the test split. wordings of manual: 4 from 10 % to 80 %, median 55 %; seeds of learned: 2 from 90 % to 90 %, median 90 %',
      );
      expect(await group.locator('.strip .shape').count()).toBe(6);
      expect(await group.innerText()).toContain('4 wordings of manual answer');
      // A mark stands where its score is: the best wording right of the worst.
      const marks = await group.locator('.strip .place').all();
      const places = await Promise.all(marks.map((mark) => mark.getAttribute('x')));
      expect(places).toEqual(['40.00%', '80.00%', '70.00%', '10.00%', '90.00%', '90.00%']);
    });
  });

  test('show the written, the chosen and the outermost ones, and templates as text', async () => {
    await withPage(probed, {}, async ({ page }) => {
      const rows = page.getByRole('table', { name: 'Chosen wordings of manual' }).getByRole('row');
      const texts = (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
      expect(texts.slice(1)).toEqual([
        'as written As written {capital} 40 % 30–50 % 40 % 1.00',
        'best on validation Chosen {capital} 70 % 60–80 % 90 % 1.00',
        `best on test ${hostile} 80 % 70–90 % 30 % 1.00`,
        'worst on test Worst {capital} 10 % 0–20 % 10 % 1.00',
      ]);
      expect(await page.locator('img').count()).toBe(0);
    });
  });

  test('can be asked for in an editor, and are left out of a page that nobody probed', async () => {
    await withPage(report, { host: 'editor' }, async ({ page, posted }) => {
      await page.getByRole('button', { name: 'Probe manual' }).click();
      expect(await posted()).toContainEqual({ type: 'probe', prompt: 'manual' });
    });
    await withPage(report, {}, async ({ page }) => {
      expect(await page.getByText('Other wordings').count()).toBe(0);
    });
  });
});
