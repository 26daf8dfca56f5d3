/** Writing a `.ptune` file in the editor, by keyboard alone. */
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { goTo as goToIn, renameTo, savedText } from './pages/typing.ts';
import { eventually } from './support/process.ts';
import { examples, useEditor, vsix } from './support/session.ts';

const editor = useEditor({ workspace: examples, vsix, theme: 'dark' });

const file = 'capitals.ptune';

/** The saved text of the file. */
const saved = (expected: string | RegExp) =>
  savedText(editor().page, join(editor().server.workspace, file), expected);

const goTo = (words: string) => goToIn(editor().page, words);

function suggestion(label: string): Locator {
  return editor()
    .page.locator('.suggest-widget.visible .monaco-list-row')
    .filter({ hasText: label });
}

test('an answer is completed from the columns of the data, a key from the schema', async () => {
  const { page, workbench } = editor();
  await workbench.openFile(file);
  await workbench.editor.codeLens('Train').waitFor();
  await goTo('@prompt learned');
  await page.keyboard.press('Control+Home');
  await goTo('baseline: manual');
  await page.keyboard.type('\nexp');
  await page.keyboard.press('Control+Space');
  await suggestion('expect').first().waitFor();
  await page.keyboard.press('Enter');
  await suggestion('accuracy >= 0.8').first().waitFor();
  await editor().screenshot('completion-settings-dark');
  await page.keyboard.press('Enter');
  await saved('expect: accuracy >= 0.8');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n@prompt mine');
  // Keys that follow faster than a person's could still take the suggestion of a moment ago.
  await page.keyboard.press('Escape');
  await page.keyboard.type('\nOf {');
  await suggestion('country').first().waitFor();
  await suggestion('capital').first().waitFor();
  await editor().screenshot('completion-columns-dark');
  await page.keyboard.press('Enter');
  await saved('Of {country}');
});

test('a quick fix adds the place of the answer', async () => {
  const { page, workbench } = editor();
  const { editor: code } = workbench;
  await code.line('Of {country}').waitFor();
  await page.locator('.squiggly-error').first().waitFor();
  // The check of what was typed last follows a moment later.
  await page.waitForTimeout(1000);
  await page.keyboard.press('Control+.');
  const action = page
    .locator('.action-widget .monaco-list-row')
    .filter({ hasText: 'Add the place' });
  await action.waitFor();
  await editor().screenshot('quick-fix-dark');
  await page.keyboard.press('Enter');
  await saved('Of {country} {capital}');
});

test('renaming a prompt follows it into the settings', async () => {
  const { page } = editor();
  await goTo('@prompt manual');
  await renameTo(page, 'everyday');
  const text = await saved('baseline: everyday');
  expect(text).toContain('@prompt everyday\n');
});

test('F12 goes to the prompt that the baseline names, and formatting keeps the template', async () => {
  const { page, workbench } = editor();
  await goTo('baseline: every');
  await page.keyboard.press('F12');
  const lines = (await saved('@prompt everyday')).split('\n');
  const line = lines.indexOf('@prompt everyday') + 1;
  await workbench.statusBarItem(`Ln ${line}, Col 9`).waitFor();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n\n\n\n@prompt   last\n{ country | trim } {capital}');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+I');
  await workbench.editor.line('{country|trim}').waitFor();
  const text = await saved('{country|trim} {capital}\n');
  expect(text).toContain('\n\n@prompt last\n');
  await page.keyboard.press('Control+End');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Control+/');
  await saved('@# {country|trim}');
  await page.keyboard.press('Control+/');
  await saved('\n{country|trim}');
});

test('hovers say what a setting, a slot and a model are', async () => {
  const { page } = editor();
  const hover = async (words: string, expected: RegExp) => {
    await goTo(words);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');
    const contents = page.locator('.monaco-hover:visible .hover-contents:visible');
    await contents.filter({ hasText: expected }).first().waitFor();
  };
  await hover('answer', /column that the model has to produce/);
  await page.keyboard.press('Escape');
  await hover('{country}', /a column of the data/);
  await page.keyboard.press('Escape');
  await hover('mini-mlm', /comes with ptune/);
  await editor().screenshot('hover-model-dark');
  await page.keyboard.press('Escape');
});

test('every theme tells the parts of a file apart', async () => {
  for (const theme of ['light', 'contrast'] as const) {
    await editor().reopen({ theme });
    await editor().workbench.openFile(file);
    await editor().workbench.editor.codeLens('Train').waitFor();
    await eventually('colors of the whole file', async () => {
      const colored = await editor().page.locator('.view-line span[class*="mtk"]').count();
      return colored > 40 ? true : undefined;
    });
    await editor().screenshot(`language-${theme}`);
  }
});
