/** Path, filter and map of the vectors of a real training, in the report page. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FullReport } from '../../src/protocol/report.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { placeLabels } from '../../webview/labels.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';
import { usePages } from './support/page.ts';

let folder: string;
let report: FullReport;
const pages = usePages();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  const train = [
    'steps: 12',
    'evaluateEvery: 2',
    'patience: 100',
    'learningRate: 0.1',
    'seeds: [1, 2]',
  ];
  const path = await writeProject(folder, { train });
  await trainFile({ path }, contextFor().context);
  report = JSON.parse(
    await readFile(join(folder, '.ptune/reports/task.json'), 'utf8'),
  ) as FullReport;
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

const withPage = (check: (page: Page) => Promise<void>): Promise<void> =>
  pages.withPage(report, {}, ({ page }) => check(page));

const learned = () => report.prompts.find(({ summary }) => summary.name === 'learned')!;
const shownRun = () => learned().runs.find(({ seed }) => seed === learned().middleSeed)!;

describe('the step', () => {
  test('that the run keeps is shown first and marked; the keyboard moves to others', async () => {
    await withPage(async (page) => {
      const { bestStep } = shownRun();
      const slider = page.getByRole('slider', { name: 'Step of the training' });
      expect(await slider.getAttribute('aria-valuetext')).toBe(`step ${bestStep} of 12, kept`);
      await slider.focus();
      await page.keyboard.press('Home');
      expect(await slider.getAttribute('aria-valuetext')).toBe('the start');
      expect(await page.locator('.steps output').innerText()).toBe('the start');
      const rows = page.locator('.tokens tbody tr:not(.random)');
      for (const row of await rows.all()) {
        expect(await row.innerText()).toContain('still its start token');
        expect(await row.locator('.norm').innerText()).toContain('1.00 to its start');
      }
      await page.keyboard.press('ArrowRight');
      expect(await slider.getAttribute('aria-valuetext')).toMatch(/^step 2 of 12/);
      await page.keyboard.press('End');
      expect(await slider.getAttribute('aria-valuetext')).toMatch(/^step 12 of 12/);
      expect(await slider.evaluate('document.activeElement.type')).toBe('range');
    });
  });

  test('changes the tokens to those of the path', async () => {
    await withPage(async (page) => {
      const { path } = shownRun();
      const slider = page.getByRole('slider', { name: 'Step of the training' });
      await slider.focus();
      await page.keyboard.press('Home');
      for (const { step, vectors } of path!.snapshots) {
        const firsts = await page
          .locator('.tokens tbody tr:not(.random) .first .token')
          .allInnerTexts();
        expect(firsts, `step ${step}`).toEqual(
          vectors.map(({ near }) => {
            const ordinary = near.cosine!.find(([id]) => path!.tokens[id]!.kind === undefined)!;
            return path!.tokens[ordinary[0]]!.token;
          }),
        );
        await page.keyboard.press('ArrowRight');
      }
    });
  });
});

describe('the table of nearest tokens', () => {
  test('ends with a random vector, and says where a vector is no nearer', async () => {
    await withPage(async (page) => {
      const random = page.locator('.tokens tr.random');
      expect(await random.innerText()).toMatch(/^random\s*vector of norm \d\.\d\d/);
      expect(await random.innerText()).toMatch(/19 in 20 have none above \.\d\d/);
      const doubts = shownRun().virtualTokens.filter((one) => one.likeRandom?.includes('cosine'));
      expect(await page.getByText('no nearer than a random vector').count()).toBe(doubts.length);
    });
  });

  test('has special tokens on request, and says what they are', async () => {
    await withPage(async (page) => {
      const kinds = page.locator('.tokens .kind');
      expect(await kinds.count()).toBe(0);
      const toggle = page.getByRole('button', { name: 'all tokens' });
      const named = ['cosine', 'dot', 'L2'];
      let seen = 0;
      await toggle.click();
      expect(await toggle.getAttribute('aria-pressed')).toBe('true');
      for (const metric of named) {
        await page.getByRole('button', { name: metric, exact: true }).click();
        seen += await kinds.count();
      }
      expect(seen).toBeGreaterThan(0);
      expect(await kinds.first().innerText()).toBe('special token');
      await toggle.click();
      expect(await kinds.count()).toBe(0);
    });
  });
});

describe('the map', () => {
  test('draws every vector with its way, names its method and says the same as a table', async () => {
    await withPage(async (page) => {
      const map = page.locator('.map');
      const drawn = shownRun().maps!.cosine!;
      expect(await map.locator('figcaption').innerText()).toContain(
        `principal components of the directions of vectors and tokens: ${Math.round(100 * drawn.explained[0])} % of the variance`,
      );
      await map.locator('.plot svg').waitFor();
      expect(await map.locator('.plot g.vector').count()).toBe(3);
      expect(await map.locator('.plot path.way').count()).toBe(3);
      expect(await map.locator('.plot circle.dot').count()).toBe(drawn.tokens.length);
      await map.getByText('The map as a table').click();
      const rows = page
        .getByRole('table', { name: 'Places on the map of learned' })
        .getByRole('row');
      expect(await rows.count()).toBe(1 + 3 + drawn.tokens.length);
      expect(await rows.nth(4).innerText()).toContain(drawn.tokens[0]!.token);
      const places = await rows.getByRole('cell').allInnerTexts();
      expect(places.filter((text) => text.startsWith('−')).length).toBeGreaterThan(0);
      expect(places.filter((text) => /^-|^−0\.00$/.test(text))).toEqual([]);
      const before = await map.locator('g.vector circle').first().getAttribute('cx');
      await page.getByRole('slider', { name: 'Step of the training' }).focus();
      await page.keyboard.press('Home');
      expect(await map.locator('.legend').innerText()).toContain('virtual token at the start');
      expect(await map.locator('.plot g.vector circle').first().getAttribute('cx')).not.toBe(
        before,
      );
      await page.getByRole('button', { name: 'L2', exact: true }).click();
      expect(await map.locator('figcaption').innerText()).toContain('of vectors and tokens: ');
    });
  });

  test('has labels that cover neither each other nor a vector', async () => {
    await withPage(async (page) => {
      await page.locator('.plot g.vector').first().waitFor();
      const boxes = `(selector) => [...document.querySelectorAll(selector)].map((e) => {
        const { x, y, width, height } = e.getBBox();
        return { x, y, width, height };
      })`;
      type Box = { x: number; y: number; width: number; height: number };
      const labels = await page.evaluate<Box[]>(`(${boxes})('.map .label')`);
      const circles = await page.evaluate<Box[]>(`(${boxes})('.map g.vector circle')`);
      expect(labels.length).toBeGreaterThan(2);
      // Line boxes are a little higher than letters.
      const apart = (a: Box, b: Box) =>
        a.x + a.width <= b.x + 1 ||
        b.x + b.width <= a.x + 1 ||
        a.y + a.height <= b.y + 4 ||
        b.y + b.height <= a.y + 4;
      labels.forEach((label, i) => {
        for (const other of [...labels.slice(i + 1), ...circles]) {
          expect(apart(label, other), JSON.stringify([label, other])).toBe(true);
        }
      });
    });
  });
});

describe('a label', () => {
  const area = { x: 0, y: 0, width: 100, height: 100 };
  const point = { radius: 2, width: 20, height: 10 };

  test('stands to the right of its point, or where there is room', () => {
    expect(placeLabels([{ ...point, x: 50, y: 50 }], area)).toEqual([
      { x: 55, y: 45, width: 20, height: 10 },
    ]);
    expect(placeLabels([{ ...point, x: 90, y: 50 }], area)[0]).toMatchObject({ x: 65, y: 45 });
  });

  test('of a point in a crowd is left out', () => {
    const crowd = Array.from({ length: 12 }, () => ({ ...point, x: 50, y: 50 }));
    const placed = placeLabels(crowd, area).filter((box) => box !== undefined);
    expect(placed.length).toBeGreaterThan(3);
    expect(placed.length).toBeLessThan(12);
    expect(placeLabels([{ ...point, x: 50, y: 50 }], area, [area])).toEqual([undefined]);
  });
});
