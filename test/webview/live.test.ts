import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import type { LiveRun, LiveTraining } from '../../src/protocol/liveTraining.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { usePages } from './support/page.ts';

const report = buildReport(capitalsInputs());
const { withPage } = usePages();
const send = (page: Page, message: unknown) =>
  page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);

/** A training of two seeds, `step` steps into the second one. */
function training(step: number): LiveTraining {
  const run = (seed: number, at: number): LiveRun => ({
    prompt: 'learned',
    seed,
    step: at,
    steps: 400,
    status: at === 400 ? 'completed' : 'running',
    secondsLeft: 9,
    curve: Array.from({ length: at }, (_, i) => ({
      step: i + 1,
      loss: 3 * Math.exp(-i / 80),
      learningRate: 0.01 * (1 - i / 400),
    })),
    validation: Array.from({ length: Math.floor(at / 20) }, (_, i) => ({
      step: 20 * (i + 1),
      accuracy: i / 20,
      loss: 1,
      best: i === Math.floor(at / 20) - 1,
    })),
  });
  return { planned: 2, runs: [run(1, 400), run(2, step)] };
}

describe('a training that goes on', () => {
  test('is followed in place: nothing is made anew, and nothing moves', async () => {
    await withPage(undefined, { host: 'editor' }, async ({ page }) => {
      await send(page, { type: 'report', report, stale: {} });
      await send(page, { type: 'examples', examples: report.predictions });
      await send(page, { type: 'live', live: training(100) });
      const live = page.getByRole('region', { name: 'Training now' });
      await live.getByText('step 100 of 400').waitFor();
      expect(await live.innerText()).toContain('learned, seed 2, 2 of 2');
      expect(await live.locator('.chart .title').allInnerTexts()).toEqual([
        'Loss',
        'Validation, answers right',
        'Learning rate',
      ]);
      expect(await live.locator('.plot').nth(1).locator('.mark').count()).toBe(1);
      expect(await live.locator('.plot').first().locator('.thin').count()).toBe(1);

      await page.locator('.grid-view').focus();
      const state = `(globalThis.first ??= document.querySelector('#live .plot'), JSON.stringify([
        document.querySelector('#live .plot') === globalThis.first,
        window.scrollY, document.querySelector('#live').offsetHeight,
        document.activeElement.className,
      ]))`;
      await page.evaluate('window.scrollTo(0, 600)');
      const before = await page.evaluate(state);
      for (const step of [110, 160, 399]) await send(page, { type: 'live', live: training(step) });
      await live.getByText('step 399 of 400').waitFor({ state: 'attached' });
      expect(await page.evaluate(state)).toBe(before);
    });
  });

  test('is followed where there is no report yet, and stays in sight until there is one', async () => {
    await withPage(undefined, { host: 'editor' }, async ({ page }) => {
      await send(page, { type: 'nothing', text: 'There is no report yet.' });
      await send(page, { type: 'live', live: { planned: 2, runs: [] } });
      await page.getByText('loading the model').waitFor();
      await send(page, { type: 'live', live: training(200) });
      await page.getByText('step 200 of 400').waitFor();
      await send(page, { type: 'live' });
      await page.getByText('Training has ended').waitFor();
      expect(await page.getByText('step 200 of 400').count()).toBe(1);
      await send(page, { type: 'report', report, stale: {} });
      await page.getByRole('table', { name: 'Scoreboard' }).waitFor();
      expect(await page.locator('#live').count()).toBe(0);
    });
  });
});

test('a run that did not end well says so, and the learning rate has a chart', async () => {
  const [manual, inverse, learned] = report.prompts;
  const [first, ...others] = learned!.runs;
  const curve = first!.curve.map((point) => ({ ...point, learningRate: 0.01 }));
  const runs = [{ ...first!, status: 'failed' as const, curve }, ...others];
  const failed = { ...report, prompts: [manual!, inverse!, { ...learned!, runs }] };
  await withPage(failed, {}, async ({ page }) => {
    const table = page.getByRole('table', { name: 'Runs of learned' });
    expect(await table.innerText()).toContain('failed after step 400; the best vectors until then');
    expect(await page.locator('#training .chart .title').allInnerTexts()).toContain(
      'Learning rate',
    );
  });
});
