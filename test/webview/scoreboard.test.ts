/** What the scoreboard says about differences, about how they are measured, and about what is missing. */
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import type { FullReport, PromptReport } from '../../src/protocol/report.ts';
import type { Difference } from '../../src/protocol/summary.ts';
import {
  capitalsInputs,
  classificationInputs,
  undecidedInputs,
} from '../evaluation/support/reportInputs.ts';
import { usePages } from './support/page.ts';

const report = buildReport(capitalsInputs());
const { withPage } = usePages();

/** The text of an element on one line. */
const flat = (text: string) => text.replace(/\s+/g, ' ').trim();

/** The report with other summaries. */
function withSummaries(
  one: FullReport,
  change: (prompt: PromptReport) => Partial<PromptReport['summary']>,
): FullReport {
  const prompts = one.prompts.map((prompt) => ({
    ...prompt,
    summary: { ...prompt.summary, ...change(prompt) },
  }));
  return { ...one, prompts };
}

describe('a difference that is not shown', () => {
  test('has a question mark and words, not the sign of equality', async () => {
    await withPage(buildReport(undecidedInputs()), {}, async ({ page }) => {
      const cell = page.locator('td.difference').first();
      expect(flat(await cell.innerText())).toMatch(/points .* to .* difference not shown, p = /);
      const signs = page.locator('.verdict .icon path, td.difference .icon path');
      const found = await signs.all();
      const drawn = await Promise.all(found.map((path) => path.getAttribute('d')));
      expect(drawn.length).toBeGreaterThan(1);
      for (const d of drawn) {
        // The sign of equality is two level lines.
        expect(d).not.toMatch(/H.*H/);
        expect(d).toMatch(/A/);
      }
    });
  });
});

describe('the method', () => {
  test('stands under the scoreboard in one sentence, with the rest on demand', async () => {
    await withPage(report, {}, async ({ page }) => {
      const text = await page.locator('#scoreboard .method').innerText();
      expect(text).toContain(
        '95 % intervals: Wilson for shares, paired bootstrap for differences.',
      );
      expect(text).toContain('McNemar’s exact test, Holm-corrected for the 2 prompts compared');
      expect(text).toContain('can leave out 0');
      await page.getByText('How these numbers are made').click();
      await page.getByText('Of several seeds the middle one answers.').waitFor();
    });
    await withPage(buildReport(undecidedInputs()), {}, async ({ page }) => {
      expect(await page.locator('#scoreboard .method').innerText()).not.toContain('Holm');
    });
  });
});

describe('a prompt without a score', () => {
  const leftOut = [{ name: 'deeper', reason: 'its last run is cancelled' }];

  test('is the last row, with the reason and a button that trains it', async () => {
    await withPage({ ...report, leftOut }, { host: 'editor' }, async ({ page, posted }) => {
      const row = page.getByRole('table', { name: 'Scoreboard' }).getByRole('row').last();
      expect(flat(await row.innerText())).toMatch(/^deeper no score: its last run is cancelled/);
      await row.getByRole('button', { name: 'Train deeper' }).click();
      expect(await posted()).toContainEqual({ type: 'train', prompt: 'deeper' });
    });
    await withPage({ ...report, leftOut }, {}, async ({ page }) => {
      const row = page.getByRole('table', { name: 'Scoreboard' }).getByRole('row').last();
      expect(flat(await row.innerText())).toBe('deeper no score: its last run is cancelled');
    });
  });
});

describe('all measures', () => {
  const table = async (shown: FullReport, check: (rows: string[]) => void) =>
    withPage(shown, {}, async ({ page }) => {
      await page.getByText('All measures').click();
      const rows = page.getByRole('table', { name: 'All measures' }).getByRole('row');
      check((await rows.allInnerTexts()).map(flat));
    });
  const measures: Difference['measures'] = {
    loss: { difference: -1.2, interval: [-1.5, -0.9], pValue: 0.0004, significant: true },
    probability: { difference: 0.05, interval: [-0.1, 0.2], pValue: 0.41, significant: false },
  };
  const full = withSummaries(report, ({ summary }) => ({
    intervals: { loss: [0.2, 0.4], accuracyAt5: [0.9, 1] },
    ...(summary.difference && { difference: { ...summary.difference, measures } }),
  }));

  test('stand best first, with their intervals and their differences in sign and words', async () => {
    await table(full, (rows) => {
      expect(rows.map((row) => row.split(' ')[0])).toEqual([
        'prompt',
        'learned',
        'inverse',
        'manual',
      ]);
      expect(rows[1]).toMatch(
        /^learned 92 % 83–97 % better: \+50 points \+37 to \+64 significant, p < 0\.001/,
      );
      expect(rows[1]).toContain('0.20–0.40 better: −1.20 −1.50 to −0.90 significant, p < 0.001');
      expect(rows[1]).toContain('+0.05 −0.10 to +0.20 not shown, p = 0.41');
      expect(rows[1]).toContain('% 90–100 %');
      expect(rows[3]).toMatch(/^manual ?baseline 42 %/);
    });
  });

  test('leave out what says nothing: the first five of three labels, ranks of written answers', async () => {
    await table(buildReport(classificationInputs()), (rows) => {
      expect(rows[0]).toBe('prompt right reciprocal rank p(answer) loss macro-F1');
    });
    const written: FullReport = {
      ...withSummaries(report, () => ({ f1: 0.7, exactMatch: 0.5 })),
      candidates: { kind: 'generate', count: 0 },
    };
    await table(written, (rows) => {
      expect(rows[0]).toBe('prompt exact match F1 p(answer) loss');
    });
  });

  test('are drawn of a report that has no intervals of them', async () => {
    const bare = withSummaries(report, ({ summary: { difference } }) => ({
      intervals: undefined as never,
      ...(difference && { difference: { ...difference, measures: undefined as never } }),
    }));
    await table(bare, (rows) => expect(rows).toHaveLength(4));
  });
});
