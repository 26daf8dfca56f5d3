import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import {
  capitalsInputs,
  classificationInputs,
  undecidedInputs,
} from '../evaluation/support/reportInputs.ts';
import { usePages } from './support/page.ts';

const report = buildReport(capitalsInputs());
const { withPage, opened } = usePages();

describe('the report page', () => {
  test('answers first: verdict and scoreboard, the best prompt on top', async () => {
    await withPage(report, {}, async ({ page }) => {
      expect(await page.title()).toBe('capitals.ptune – report');
      expect(await page.getByRole('region', { name: 'Verdict' }).innerText()).toContain(
        'The prompt learned answers 50 points more than your baseline manual.',
      );
      const rows = await page.getByRole('table', { name: 'Scoreboard' }).getByRole('row').all();
      expect(rows).toHaveLength(4);
      const texts = await Promise.all(rows.map((row) => row.innerText()));
      expect(texts[1]?.replace(/\s+/g, ' ')).toMatch(
        /^learned 6 virtual tokens .* 92 % 83–97 % \+50 points \+37 to \+64 significant, p < 0\.001 91 · 93 · 93 % vote of 3: 98 %, 91–100 %$/,
      );
      expect(texts[3]).toContain('baseline');
      expect(await page.locator('header').innerText()).toContain(
        'chosen among 57 candidate answers',
      );
    });
  });

  test('says where not all seeds are trained', async () => {
    const inputs = capitalsInputs();
    const prompts = inputs.prompts.map((prompt) =>
      prompt.kind === 'discrete'
        ? prompt
        : { ...prompt, runs: prompt.runs.slice(0, 1), missingSeeds: [2, 3] },
    );
    await withPage(buildReport({ ...inputs, prompts }), {}, async ({ page }) => {
      const row = page.getByRole('table', { name: 'Scoreboard' }).getByRole('row').nth(1);
      expect((await row.innerText()).replace(/\s+/g, ' ')).toMatch(/91 % 1 of 3 seeds$/);
    });
  });

  test('says what the nearest tokens are worth as words, which can be copied', async () => {
    await withPage(report, { host: 'editor' }, async ({ page, posted }) => {
      const reading = page.getByRole('group', { name: 'learned in words' });
      expect((await reading.innerText()).replace(/\s+/g, ' ')).toMatch(
        /learned vectors 93 % .* as text 12 % text near random vectors 4 % template without vectors 5 % The nearest tokens keep 8 % of the gain\.$/,
      );
      await reading.getByRole('button', { name: 'Copy template' }).click();
      expect(await posted()).toContainEqual({
        type: 'copy',
        text: 'capital is located {country} town " . {capital} .',
      });
    });
  });

  test('shows the five nearest tokens of each virtual token with their cosine similarity', async () => {
    await withPage(report, {}, async ({ page }) => {
      const table = page.getByRole('table', { name: 'Nearest tokens of learned, seed 2' });
      const rows = table.getByRole('row');
      expect(await rows.count()).toBe(7);
      const cells = await rows.nth(1).getByRole('cell').allInnerTexts();
      // The last two: what other metrics say, and the vector itself.
      expect(cells).toHaveLength(7);
      expect(cells[0]).toMatch(/^capital\s*\.66$/);
      expect(await rows.nth(6).innerText()).toMatch(/from “\.”\s+still its start token/);
      expect(await rows.nth(6).getByRole('cell').nth(4).innerText()).toContain('<b>&');
    });
  });

  test('shows other metrics and other seeds on demand', async () => {
    await withPage(report, {}, async ({ page }) => {
      const cell = page.locator('.tokens tbody tr').first().locator('td').first();
      await page.getByRole('button', { name: 'L2', exact: true }).click();
      expect(await cell.innerText()).toMatch(/^capital\s*\.80$/);
      await page.getByRole('button', { name: 'dot', exact: true }).click();
      expect(await cell.innerText()).toMatch(/\s*2\.40$/);
      await page.getByRole('combobox', { name: 'seed' }).click();
      await page.getByRole('option', { name: '3' }).click();
      await page.getByRole('table', { name: 'Nearest tokens of learned, seed 3' }).waitFor();
    });
  });

  test('holds two prompts against each other, word by word and setting by setting', async () => {
    await withPage(report, {}, async ({ page }) => {
      const part = page.locator('#differences');
      expect(await part.locator('.diff').innerText()).toContain('{*head:3}');
      expect(await part.innerText()).toContain('42 % → 92 %: +50 points');
      const settings = part.getByRole('table', { name: 'Settings that differ' });
      expect(await settings.innerText()).toMatch(/batch size\s+–\s+16/);
      await part.getByRole('combobox', { name: 'to' }).click();
      await part.getByRole('option', { name: 'inverse' }).click();
      expect(await part.locator('del').first().innerText()).toMatch(/removed:\s*The/);
      expect(await settings.count()).toBe(0);
    });
  });

  test('holds two runs against each other, earlier ones too', async () => {
    await withPage(report, { host: 'editor' }, async ({ page, posted }) => {
      const part = page.locator('#run-differences');
      // The newest, against the newest that was set otherwise.
      expect((await part.innerText()).replace(/\s+/g, ' ')).toContain(
        '60 % → 93 %: +33 points (95 % intervals 47–71 % and 83–97 %)',
      );
      expect(await part.locator('.diff').innerText()).toContain('{*head:3}');
      const settings = part.getByRole('table', { name: 'Settings that differ' });
      expect(await settings.innerText()).toMatch(/encoder\s+none\s+lstm/);
      const outcomes = part.getByRole('table', { name: 'Outcomes that differ' });
      expect(await outcomes.innerText()).toMatch(/resumed\s+no\s+resumed after step 120/);
      await part.getByRole('combobox', { name: 'from' }).click();
      await part.getByRole('option', { name: /^learned, seed 2 · 93 %/ }).click();
      expect(await part.locator('.diff').count()).toBe(0);
      expect(await settings.innerText()).toMatch(/seed\s+2\s+3/);
      await part.getByRole('button', { name: /more than chance/ }).click();
      expect(await posted()).toContainEqual({
        type: 'compareRuns',
        runs: ['20261102-101200-learned-seed2', '20261102-101300-learned-seed3'],
      });
    });
  });

  test('says which runs had stopped and went on', async () => {
    await withPage(report, {}, async ({ page }) => {
      const rows = page.getByRole('table', { name: 'Runs of learned' }).getByRole('row');
      expect(await rows.nth(3).innerText()).toContain('completed, resumed after step 120');
      expect(await rows.nth(2).innerText()).not.toContain('resumed');
    });
  });

  test('writes every number of an axis whole, and losses by factors on demand', async () => {
    const inputs = capitalsInputs();
    const prompts = inputs.prompts.map((prompt) =>
      prompt.kind === 'discrete'
        ? prompt
        : {
            ...prompt,
            runs: prompt.runs.map((run) => ({
              ...run,
              curve: run.curve.map((point) => ({ ...point, learningRate: 3e-7 * point.step })),
            })),
          },
    );
    await withPage(buildReport({ ...inputs, prompts }), {}, async ({ page }) => {
      const rate = page.locator('.chart', { hasText: 'Learning rate' }).locator('.tick.y');
      await rate.first().waitFor();
      expect((await rate.allTextContents()).slice(0, 2)).toEqual(['0', '5e-5']);
      const cut = `[...document.querySelectorAll('.plot svg')].flatMap((svg) =>
        [...svg.querySelectorAll('.tick')].filter((tick) => {
          const [inner, outer] = [tick, svg].map((one) => one.getBoundingClientRect());
          return inner.left < outer.left || inner.right > outer.right + 0.5;
        }).map((tick) => tick.textContent))`;
      expect(await page.evaluate(cut)).toEqual([]);
      const chart = page.locator('.chart', { hasText: 'Loss' });
      const ticks = () => chart.locator('.tick.y').allTextContents();
      expect((await ticks()).at(0)).toBe('0');
      await chart.getByRole('button', { name: 'log' }).click();
      expect(await ticks()).toEqual(['0.1', '0.2', '0.5', '1', '2', '5', '10']);
      expect(await page.evaluate(cut)).toEqual([]);
    });
  });

  test('is used from the keyboard', async () => {
    await withPage(report, {}, async ({ page }) => {
      const reached: string[] = [];
      for (let i = 0; i < 30; i++) {
        await page.keyboard.press('Tab');
        const name = await page.evaluate(
          '(document.activeElement.ariaLabel ?? document.activeElement.innerText ?? "").trim()',
        );
        reached.push(String(name).split('\n')[0]!);
        if (name === 'L2') await page.keyboard.press('Space');
        if (String(name).startsWith('wrong in')) await page.keyboard.press('Enter');
        if (String(name).startsWith('Loss')) await page.keyboard.press('Home');
      }
      expect(reached).toEqual(
        expect.arrayContaining(['Copy', 'Export', 'seed', 'Search examples', 'Examples']),
      );
      expect(await page.locator('.tokens .similarity').first().innerText()).toBe('.80');
      expect(await page.locator('#examples .grid-body .grid-row').count()).toBe(4);
      const readouts = await page.locator('.readout').allInnerTexts();
      expect(readouts[0]).toMatch(/^step 1: training \d/);
    });
  });

  test('reads the curves under the pointer', async () => {
    await withPage(report, {}, async ({ page }) => {
      await page
        .locator('.plot')
        .first()
        .hover({ position: { x: 300, y: 100 } });
      expect(await page.locator('.readout').first().innerText()).toMatch(
        /^step \d+: training [\d.]+, validation by seed [\d.]+ · [\d.]+ · [\d.]+$/,
      );
      expect(await page.locator('.plot').first().locator('.mark').count()).toBe(3);
    });
  });

  test('says no where the numbers do, and where a run overfitted', async () => {
    await withPage(buildReport(undecidedInputs()), {}, async ({ page }) => {
      const verdict = page.getByRole('region', { name: 'Verdict' });
      expect(await verdict.innerText()).toMatch(
        /No difference between learned and .* can be shown/,
      );
      expect(await page.locator('.remark').innerText()).toMatch(/rose after step \d+/);
      expect(await page.locator('strong.undecided').innerText()).toMatch(/^[+−]?\d+ points?$/);
    });
  });

  test('shows the confusion matrix of a classification', async () => {
    await withPage(buildReport(classificationInputs()), {}, async ({ page }) => {
      const matrix = page.getByRole('table', { name: 'Confusion of learned' });
      const cells = await matrix.getByRole('cell').allInnerTexts();
      const counts = cells.map(Number).reduce((a, b) => a + b, 0);
      expect(counts).toBe(180);
      await page.getByText('All measures').click();
      expect(await page.getByRole('table', { name: 'All measures' }).innerText()).toContain(
        'macro-F1',
      );
    });
  });

  test('with nothing in it says so', async () => {
    const nothing = buildReport({ ...capitalsInputs(), prompts: [], examples: [] });
    await withPage(nothing, {}, async ({ page }) => {
      expect(await page.locator('main').innerText()).toContain('No prompt was scored.');
    });
    const [manual] = capitalsInputs().prompts;
    const words = buildReport({ ...capitalsInputs(), storedRuns: [], prompts: [manual!] });
    await withPage(words, {}, async ({ page }) => {
      expect(await page.locator('h2').allInnerTexts()).toEqual([
        'Scoreboard',
        'Examples',
        'Try it',
        'Settings and fingerprints',
      ]);
    });
  });

  test('of another format is not misread', async () => {
    await withPage({ ...report, format: 3 as never }, {}, async ({ page }) => {
      expect(await page.locator('main').innerText()).toBe(
        'This report has format 3, and this page reads format 2. Train or score the file again to write a new report.',
      );
    });
  });

  test.each([700, 1280])('fits a width of %i without sideways scrolling', async (width) => {
    await withPage(report, { viewport: { width, height: 900 } }, async ({ page }) => {
      await page.getByText('All measures').click();
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    });
  });

  test.each(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
    await withPage(report, { colorScheme }, async ({ page }) => {
      const worst = await page.evaluate<{ contrast: number; text: string }>(worstContrast);
      expect(worst.contrast, worst.text).toBeGreaterThan(4.5);
    });
  });
});

describe('the policy of the page', () => {
  test('runs no script and applies no style but its own', async () => {
    const intruded = await opened(report);
    const { page, complaints } = intruded;
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'globalThis.intruder = true';
      document.body.append(script);
      document.body.setAttribute('style', 'color: red');`);
    expect(await page.evaluate('globalThis.intruder')).toBeUndefined();
    expect(complaints.join('\n')).toContain('script-src');
    expect(complaints.join('\n')).toContain('style-src');
    await intruded.close();
  });

  test('text of the report cannot leave its place', async () => {
    const name = '</script><script>globalThis.intruder = true</script><!--';
    await withPage({ ...report, file: name }, {}, async ({ page }) => {
      expect(await page.locator('h1').innerText()).toBe(name);
      expect(await page.evaluate('globalThis.intruder')).toBeUndefined();
    });
  });
});

describe('the page in an editor', () => {
  const send = (message: unknown) => `window.postMessage(${JSON.stringify(message)}, '*')`;

  test('asks for its report, shows it, and marks what is stale', async () => {
    await withPage(undefined, { host: 'editor' }, async ({ page, posted }) => {
      expect(await posted()).toEqual([{ type: 'ready' }]);
      await page.evaluate(send({ type: 'report', report, stale: { learned: 'template changed' } }));
      await page.getByText('⟳ stale: template changed').waitFor();
      expect(await page.getByRole('region', { name: 'Verdict' }).innerText()).toContain(
        'Stale: learned (template changed). The scores belong to the file as it was',
      );
      await page.getByRole('button', { name: 'Train again' }).click();
      await page.getByRole('button', { name: 'Open file' }).click();
      await page.getByRole('button', { name: 'inverse', exact: true }).click();
      await page.getByRole('button', { name: '20261102-101300-learned-seed3' }).click();
      await page.getByRole('button', { name: 'Copy', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Scoreboard as Markdown' }).click();
      const [, ...asked] = (await posted()) as { type: string; text?: string }[];
      expect(asked.slice(0, 4)).toEqual([
        { type: 'train', prompt: 'learned' },
        { type: 'openFile' },
        { type: 'openFile', prompt: 'inverse' },
        { type: 'openRun', run: '20261102-101300-learned-seed3' },
      ]);
      expect(asked[4]?.text).toContain(
        '| learned ⟳ stale | 92 % | 83–97 % | +50 points to manual, +37 to +64, significant, p < 0.001 | 91 %',
      );
    });
  });

  test('keeps what was chosen when it is shown again, and when a new report comes', async () => {
    await withPage(report, { host: 'editor' }, async ({ page }) => {
      await page.getByRole('button', { name: /^wrong in learned/ }).click();
      await page.locator('#settings > summary').click();
      await page.evaluate(send({ type: 'report', report, file: 'file:///capitals.ptune' }));
      await page.evaluate(send({ type: 'examples', examples: report.predictions }));
      const rows = page.locator('#examples .grid-body .grid-row');
      await rows.first().waitFor();
      await page.reload();
      await rows.first().waitFor();
      expect(await rows.count()).toBe(4);
      expect(await page.locator('#settings').getAttribute('open')).toBeNull();
    });
  });

  test('shows examples when they come, and marks the same report as stale in its place', async () => {
    await withPage(undefined, { host: 'editor' }, async ({ page }) => {
      await page.evaluate(send({ type: 'report', report, stale: {} }));
      await page.getByText('Reading 57 examples').waitFor();
      await page.evaluate(send({ type: 'examples', examples: report.predictions }));
      await page.getByRole('grid', { name: 'Examples' }).waitFor();
      await page.evaluate('document.querySelector(".grid-view").scrollTop = 600');
      await page.evaluate(send({ type: 'stale', stale: { learned: 'data changed' } }));
      await page.getByText('⟳ stale: data changed').waitFor();
      expect(await page.evaluate('document.querySelector(".grid-view").scrollTop')).toBe(600);
      await page.evaluate(send({ type: 'stale', stale: {} }));
      await page.getByText('⟳ stale: data changed').waitFor({ state: 'detached' });
    });
  });

  test('says why there is nothing to show', async () => {
    await withPage(undefined, { host: 'editor' }, async ({ page }) => {
      await page.evaluate(send({ type: 'nothing', text: 'Train a prompt to see its report.' }));
      await page.getByText('Train a prompt to see its report.').waitFor();
    });
  });
});

/**
 * The lowest contrast (WCAG 2) of any text of the page against the page's background, which lies
 * under everything but a tint.
 */
const worstContrast = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const luminance = (color, under) => {
    canvas.fillStyle = under;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = getComputedStyle(document.body).backgroundColor;
  let worst = { contrast: Infinity, text: '' };
  for (const element of document.querySelectorAll('main *')) {
    const ownText = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '');
    if (!ownText || /^(vscode-|title$)/.test(element.localName)) continue;
    const style = getComputedStyle(element);
    const color = element.namespaceURI.endsWith('svg') ? style.fill : style.color;
    const [a, b] = [luminance(color, page), luminance(page, page)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < worst.contrast) worst = { contrast, text: element.textContent };
  }
  return worst;
})()`;
