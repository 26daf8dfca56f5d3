/** The charts of the page: read without seeing them, and with many seeds. */
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { decimal, signedDecimal } from '../../webview/wording.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { usePages } from './support/page.ts';

const report = buildReport(capitalsInputs());
const { withPage } = usePages();

/** The learned prompt trained with so many seeds. */
function withSeeds(count: number) {
  const inputs = capitalsInputs();
  const prompts = inputs.prompts.map((prompt) =>
    prompt.kind === 'discrete'
      ? prompt
      : {
          ...prompt,
          runs: Array.from({ length: count }, (_, i) => ({
            ...prompt.runs[i % prompt.runs.length]!,
            seed: i + 1,
            run: `run-${i + 1}`,
          })),
        },
  );
  return buildReport({ ...inputs, prompts });
}

test('a chart is read as a slider over its steps, with the values as its text', async () => {
  await withPage(report, {}, async ({ page }) => {
    const chart = page.getByRole('slider', { name: 'Loss, nats, over steps' });
    await chart.focus();
    const valueText = () => chart.getAttribute('aria-valuetext');
    expect(await valueText()).toMatch(/^step 400: training [\d.]+, validation by seed/);
    await page.keyboard.press('Home');
    expect(await valueText()).toMatch(/^step 1: training/);
    expect(await chart.getAttribute('aria-valuenow')).toBe('1');
    await page.keyboard.press('ArrowRight');
    expect(Number(await chart.getAttribute('aria-valuenow'))).toBeGreaterThan(1);
    expect([
      await chart.getAttribute('aria-valuemin'),
      await chart.getAttribute('aria-valuemax'),
    ]).toEqual(['1', '400']);
    expect(await chart.getAttribute('aria-description')).toMatch(/training: [\d.]+ to [\d.]+/);
    // The value is heard once.
    expect(await page.locator('.readout').first().getAttribute('aria-live')).toBe('off');
  });
});

describe('twenty seeds', () => {
  const many = withSeeds(20);

  test('are one entry of each legend, and a range in the readout', async () => {
    await withPage(many, {}, async ({ page }) => {
      const legends = await page.locator('#training .legend').allInnerTexts();
      expect(legends.map((text) => text.split('\n').filter((line) => line !== ''))).toEqual([
        ['each seed', 'training', 'validation, each seed', 'step kept'],
        ['validation, each seed', 'step kept'],
      ]);
      await page
        .locator('.plot')
        .first()
        .hover({ position: { x: 300, y: 100 } });
      expect(await page.locator('.readout').first().innerText()).toMatch(
        /^step \d+: training [\d.]+, validation by seed [\d.]+ to [\d.]+ \(20\)$/,
      );
      const described = await page.locator('.plot').first().getAttribute('aria-description');
      expect(described!.match(/validation/g)).toHaveLength(1);
    });
  });

  test('leave the scoreboard its scale, and the page its width', async () => {
    await withPage(many, { viewport: { width: 1000, height: 900 } }, async ({ page }) => {
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      const width = await page.evaluate<number>(
        `document.querySelector('.scoreboard .scale').getBoundingClientRect().width`,
      );
      expect(width).toBeGreaterThan(150);
      expect(await page.locator('td.seeds .values').innerText()).toBe('20 seeds: 91–93 %');
    });
  });
});

test('the curves of each seed can be seen in high contrast', async () => {
  await withPage(report, { host: 'browser' }, async ({ page }) => {
    await page.evaluate(`document.body.className = 'vscode-high-contrast'`);
    const opacity = await page.evaluate(
      `getComputedStyle(document.querySelector('.plot .thin .line')).opacity`,
    );
    expect(opacity).toBe('1');
  });
});

test('numbers have the minus of the page, and no sign where they round to none', () => {
  expect([0.5, -0.26, -0.001, 0].map(decimal)).toEqual(['0.50', '−0.26', '0.00', '0.00']);
  expect([0.5, -0.26, 0.001].map(signedDecimal)).toEqual(['+0.50', '−0.26', '0.00']);
});
