/**
 * A real training on a model whose vocabulary means something to a page, to Markdown and to a
 * terminal: every view shows it as text.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scoreCard } from '../../src/extension/scores/scoreCard.ts';
import { virtualTokenCard } from '../../src/extension/scores/virtualTokenCard.ts';
import type { VirtualPart } from '../../src/language/ast.ts';
import { parse } from '../../src/language/parser.ts';
import type { FullReport } from '../../src/protocol/report.ts';
import { buildBundles, ptune, type Finished } from '../support/cli.ts';
import { hostileTokens, steering, writeHostileProject } from '../support/hostileVocabulary.ts';
import { startChromium } from './support/page.ts';

let folder: string;
let trained: Finished;
let report: FullReport;
let browser: Browser;

beforeAll(async () => {
  await buildBundles();
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  await writeHostileProject(folder);
  trained = await ptune(folder, 'train', 'task.ptune');
  await ptune(folder, 'report', 'task.ptune', '--html', 'report.html');
  const text = await readFile(join(folder, '.ptune/reports/task.json'), 'utf8');
  report = JSON.parse(text) as FullReport;
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** As the terminal and the hover show the tokens, without spaces around them. */
const shown = hostileTokens.map(([, text]) => text);

/** What a terminal would take for more than text, line breaks apart. */
const control = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/;

describe('the terminal', () => {
  test('gets the tokens of a training as text', () => {
    expect(trained.status).toBe(0);
    for (const text of shown) expect(trained.stdout).toContain(text);
    expect(trained.stdout).not.toMatch(steering);
    expect(trained.stdout + trained.stderr).not.toMatch(control);
  });

  test('gets nearest tokens and answers as text', async () => {
    const { run } = report.prompts[1]!.runs[0]!;
    const { stdout } = await ptune(folder, 'nearest', run, '--all');
    for (const text of shown) expect(stdout).toContain(text);
    expect(stdout).not.toMatch(steering);
    expect(stdout).not.toMatch(control);
  });
});

describe('the hover', () => {
  const score = () => ({
    name: 'learned',
    prompt: report.prompts[1]!,
    report,
    stale: undefined,
    isBaseline: false,
    against: undefined,
    baselineStale: undefined,
  });

  test('holds every token as code', async () => {
    const [, prompt] = parse(await readFile(join(folder, 'task.ptune'), 'utf8')).prompts;
    const part = prompt!.parts.find((one): one is VirtualPart => one.kind === 'virtual')!;
    const cards = [
      virtualTokenCard(score(), prompt!, part)!,
      scoreCard(score(), Date.parse(report.createdAt), []),
    ];
    for (const card of cards) {
      expect(card).not.toMatch(steering);
      expect(card).not.toMatch(control);
      for (const text of shown) expect(card).toContain(text.replaceAll('|', '\\|'));
      // Without what stands between as many backticks as began it, nothing of a token is left.
      const outside = card.replaceAll(/(`+)[^`].*?[^`]\1(?!`)/g, '');
      for (const mark of ['<', 'command:', '**bold', 'u202E']) expect(outside).not.toContain(mark);
    }
    // One row for each vector, and of the cells of none was another one made.
    const rows = cards[0]!.split('\n').filter((line) => /^\| (\d|random)/.test(line));
    expect(rows).toHaveLength(shown.length + 1);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
  });
});

describe('the page of ptune report', () => {
  /** Opens the file that was written, and fails on anything but a page at rest. */
  async function onPage(check: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage();
    const heard: string[] = [];
    page.on('dialog', (dialog) => {
      heard.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => heard.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) heard.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    await page.getByRole('table', { name: /^Nearest tokens of learned/ }).waitFor();
    await check(page);
    expect(heard).toEqual([]);
    await page.close();
  }

  test('shows every token as text, and nothing becomes an element', async () => {
    await onPage(async (page) => {
      await page.evaluate(
        `for (const one of document.querySelectorAll('details')) one.setAttribute('open', '')`,
      );
      const text = await page.locator('main').innerText();
      const table = await page.getByRole('table', { name: /^Nearest tokens/ }).innerText();
      for (const one of shown) expect(table).toContain(one.replaceAll(' ', '␣'));
      expect(text).not.toMatch(steering);
      expect(await page.locator('main').locator('img, script, iframe, a, b').count()).toBe(0);
      const attributes = await page.evaluate<string[]>(
        `[...document.querySelectorAll('main *')].flatMap((e) => [...e.attributes].map((a) => a.name))`,
      );
      expect(attributes.filter((name) => name.startsWith('on'))).toEqual([]);
      const drawn = await page.locator('.map .label').allInnerTexts();
      expect(drawn.length).toBeGreaterThan(5);
    });
  });

  test('keeps what reads from the right within its own place', async () => {
    await onPage(async (page) => {
      const row = page.locator('.tokens tbody tr', { hasText: 'שלום' }).last();
      const token = (await row.locator('.first .token').boundingBox())!;
      const similarity = (await row.locator('.first .similarity').boundingBox())!;
      expect(token.x).toBeLessThan(similarity.x);
    });
  });
});
