/** The pictures of docs/editor.md: every feature of the editor in light, dark and high contrast. */
import { mkdirSync, mkdtempSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { goTo as goToIn } from './pages/typing.ts';
import { eventually } from './support/process.ts';
import type { Theme } from './support/server.ts';
import { examples, useEditor, vsix } from './support/session.ts';

const folder = join(import.meta.dirname, '../../docs/pictures/editor');
const file = 'capitals.ptune';
const workspace = mkdtempSync(join(tmpdir(), 'ptune-workspace-'));
cpSync(examples, workspace, { recursive: true, filter: (path) => !path.endsWith('/.ptune') });
const text = readFileSync(join(workspace, file), 'utf8');
writeFileSync(
  join(workspace, file),
  text.replace('baseline: ', 'expect: accuracy >= 0.8\nbaseline: '),
);
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const editor = useEditor({
  workspace,
  vsix,
  settings: {
    'editor.fontSize': 13,
    'editor.stickyScroll.enabled': false,
    'breadcrumbs.enabled': false,
    // What is typed for a picture is taken back.
    'files.autoSave': 'off',
  },
});

const goTo = (words: string) => goToIn(editor().page, words);
const command = (title: string) => editor().workbench.runCommand(title);

/** Writes what is around these parts of the window, in few colours. */
async function picture(name: string, parts: readonly Locator[], margin = 8): Promise<void> {
  const { page } = editor();
  const found = await Promise.all(parts.map((part) => part.boundingBox()));
  const boxes = found.filter((box) => box !== null);
  const window = page.viewportSize()!;
  const x = Math.max(0, Math.min(...boxes.map((box) => box.x)) - margin);
  const y = Math.max(0, Math.min(...boxes.map((box) => box.y)) - margin);
  const right = Math.min(window.width, Math.max(...boxes.map((box) => box.x + box.width)) + margin);
  const bottom = Math.min(
    window.height,
    Math.max(...boxes.map((box) => box.y + box.height)) + margin,
  );
  const clip = { x, y, width: Math.min(right - x, 860), height: bottom - y };
  const image = await page.screenshot({ clip });
  mkdirSync(folder, { recursive: true });
  await sharp(image)
    .png({ palette: true, colours: 64, effort: 10 })
    .toFile(join(folder, `${name}.png`));
}

const line = (words: string) => editor().workbench.editor.line(words);

/** The lines of the prompts, with what stands above and behind them. */
async function prompts(): Promise<Locator[]> {
  const { workbench } = editor();
  await workbench.editor.reveal('@prompt learned');
  return [
    workbench.editor.codeLens('Probe wordings'),
    line('@prompt manual'),
    line('{*3} {country}'),
  ];
}

const suggestions = () => editor().page.locator('.suggest-widget.visible');

async function completion(theme: Theme): Promise<void> {
  const { page } = editor();
  await goTo('baseline: manual');
  await page.keyboard.type('\nlab');
  await page.keyboard.press('Control+Space');
  await suggestions().locator('.monaco-list-row').filter({ hasText: 'labels' }).first().waitFor();
  const details = page.locator('.suggest-details-container:visible');
  if (!(await details.isVisible())) await page.keyboard.press('Control+Space');
  await details.waitFor();
  await picture(`completion-${theme}`, [line('answer: capital'), suggestions(), details]);
}

async function columns(theme: Theme): Promise<void> {
  const { page } = editor();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n@prompt mine');
  await page.keyboard.press('Escape');
  await page.keyboard.type('\nOf {');
  await suggestions().locator('.monaco-list-row').filter({ hasText: 'country' }).first().waitFor();
  await picture(`columns-${theme}`, [line('@prompt mine'), suggestions()]);
}

async function mistakes(theme: Theme): Promise<void> {
  const { page } = editor();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n@prompt mine');
  await page.keyboard.press('Escape');
  await page.keyboard.type('\n{capital}: {countri}');
  await page.keyboard.press('Escape');
  await page.locator('.squiggly-error').first().waitFor();
  // The check of what was typed last follows a moment later.
  await page.waitForTimeout(1500);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Control+.');
  const actions = page.locator('.action-widget:visible');
  await actions.locator('.monaco-list-row').first().waitFor();
  await picture(`mistakes-${theme}`, [line('@prompt mine'), actions]);
  await page.keyboard.press('Escape');
}

async function outline(theme: Theme): Promise<void> {
  const { page } = editor();
  await page.keyboard.press('Control+Shift+O');
  const row = page.locator('.quick-input-list .monaco-list-row');
  await row.filter({ hasText: 'learned' }).first().waitFor();
  await picture(`outline-${theme}`, [page.locator('.quick-input-widget:visible')]);
  await page.keyboard.press('Escape');
}

async function scores(theme: Theme): Promise<void> {
  const { page, workbench } = editor();
  await eventually('scores', async () =>
    /\d %/.test(await workbench.editor.addedText('@prompt learned')) ? true : undefined,
  );
  await workbench.editor.codeLens('Export').waitFor();
  await page.mouse.move(1, 1);
  await picture(`scores-${theme}`, await prompts());
}

/** A hover, with the line that it is about. */
const hoverAt =
  (name: string, words: string, word?: string, beside = words) =>
  async (theme: Theme): Promise<void> => {
    const { page, workbench } = editor();
    await workbench.editor.hover(words, word);
    const hover = page.locator('.monaco-hover:visible').first();
    await picture(`${name}-${theme}`, [hover, line(beside)]);
    await workbench.editor.dismissHover();
  };

async function folding(theme: Theme): Promise<void> {
  const { page } = editor();
  await goTo('model:');
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+0');
  await line('The capital of').waitFor({ state: 'hidden' });
  await page.mouse.move(1, 1);
  await picture(`folding-${theme}`, [line('---'), line('@prompt learned')], 12);
}

async function rename(theme: Theme): Promise<void> {
  const { page } = editor();
  await goTo('The capital of {country');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('F2');
  const box = page.locator('.rename-box').filter({ visible: true }).first();
  await page.locator('.rename-box input:focus').waitFor();
  await picture(`rename-${theme}`, [line('@prompt manual'), line('{capital} is the'), box]);
  await page.keyboard.press('Escape');
}

async function links(theme: Theme): Promise<void> {
  const { page, workbench } = editor();
  await workbench.editor.hover('train: capitals', 'capitals.train');
  const hover = page.locator('.monaco-hover:visible').first();
  await picture(`links-${theme}`, [line('model:'), line('answer: capital'), hover]);
  await workbench.editor.dismissHover();
}

async function runs(theme: Theme): Promise<void> {
  const { page } = editor();
  await command('PTune: Focus on Runs View');
  const row = page.getByRole('treeitem', { name: /seed 1, \d+ % .* done/ });
  await row.first().waitFor();
  await row.first().hover();
  const side = page.locator('.part.sidebar');
  await side.waitFor();
  const box = (await side.boundingBox())!;
  const last = page.locator('.part.sidebar').getByRole('treeitem').last();
  await picture(`runs-${theme}`, [last, side.locator('.title').first()], 8);
  if (box.width < 100) throw new Error('The side bar is closed');
  await command('View: Close Primary Side Bar');
}

async function newFile(theme: Theme): Promise<void> {
  const { page } = editor();
  await command('PTune: New Prompt File');
  await page.locator('.quick-input-widget:visible input[placeholder*="examples"]').waitFor();
  await page.keyboard.type('capitals.train');
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget:visible input[placeholder*="has to answer"]').waitFor();
  await picture(`new-file-${theme}`, [page.locator('.quick-input-widget:visible')]);
}

async function compare(theme: Theme): Promise<void> {
  const { page } = editor();
  await command('PTune: Compare Prompts');
  await page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: 'learned' })
    .first()
    .waitFor();
  await page.keyboard.type('learned');
  await page.keyboard.press('Enter');
  await page.locator('input[placeholder*="Compare learned with"]').waitFor();
  await picture(`compare-${theme}`, [page.locator('.quick-input-widget:visible')]);
}

async function tests(theme: Theme): Promise<void> {
  const { page } = editor();
  await command('PTune: Show Prompts in the Test Explorer');
  const row = (label: string) =>
    page.locator('.test-explorer .monaco-list-row').filter({ hasText: label }).first();
  await row(file).waitFor();
  await command('View: Focus First Editor Group');
  await command('Test: Run Tests in Current File');
  await row(file)
    .locator('[class*="codicon-testing-passed"], [class*="codicon-testing-failed"]')
    .waitFor({ timeout: 120_000 });
  await row(file).click();
  await page.keyboard.press('ArrowRight');
  await row('learned').locator('[class*="codicon-testing-passed"]').waitFor({ timeout: 120_000 });
  await picture(`tests-${theme}`, [row('capitals-causal'), row('learned')]);
}

async function training(theme: Theme): Promise<void> {
  const { page, workbench } = editor();
  await command('PTune: Train Prompt');
  await workbench.notification(/step \d{2,} of \d+/).waitFor({ timeout: 300_000 });
  await page.mouse.move(1, 1);
  await picture(`training-${theme}`, await prompts());
  // The scores of the first one are shown in all themes.
  if (theme === 'light') {
    await workbench.notification(/^(?=.*capitals\.ptune:)/s).waitFor({ timeout: 900_000 });
  } else {
    await command('PTune: Cancel Training');
    await workbench.notification('Training was cancelled').waitFor();
  }
  await workbench.clearNotifications();
}

/** By the feature; those that open a view come last. */
const pictures = {
  training,
  scores,
  score: hoverAt('score', '@prompt learned', undefined, '{*3} {country}'),
  nearest: hoverAt('nearest', '{*3} {country}', '*3'),
  setting: hoverAt('setting', 'answer: capital', 'answer'),
  slot: hoverAt('slot', 'The capital of {country}', 'country'),
  links,
  rename,
  completion,
  columns,
  mistakes,
  outline,
  folding,
  newFile,
  compare,
  tests,
  runs,
};

describe.each(['light', 'dark', 'contrast'] as const)('in the theme %s', (theme) => {
  beforeAll(async () => {
    editor().page.setDefaultTimeout(15_000);
    await editor().page.setViewportSize({ width: 1000, height: 1150 });
    await editor().reopen({ theme });
    await editor().workbench.openFile(file);
    await command('View: Close Primary Side Bar');
    // The panel of the tests stays from one theme to the next.
    if (await editor().page.locator('.part.panel').isVisible()) {
      await editor().page.keyboard.press('Control+J');
    }
    await editor().workbench.editor.codeLens('Train').waitFor();
  });

  afterEach(async () => {
    await editor().page.keyboard.press('Escape');
    await editor().page.keyboard.press('Escape');
    await command('View: Focus First Editor Group');
    // Everything unfolded.
    await editor().page.keyboard.press('Control+K');
    await editor().page.keyboard.press('Control+J');
    await command('File: Revert File');
  });

  // A hover can close, and a list can be drawn anew, while it is looked at.
  test.each(Object.entries(pictures))('%s', { retry: 2 }, async (_name, take) => take(theme));
});
