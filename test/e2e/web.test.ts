/** The extension in the browser's own extension host, a web worker, as VS Code for the Web runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { goTo as goToIn, savedText } from './pages/typing.ts';
import { useEditor, vsix } from './support/session.ts';

const workspace = mkdtempSync(join(tmpdir(), 'ptune-workspace-'));
const file = 'capitals.ptune';
writeFileSync(
  join(workspace, file),
  `---
model: bundled/mini-mlm
data:
  train: nowhere.csv
answer: capital
---

@prompt manual
The capital of {country} is {capital}.
`,
);
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const editor = useEditor({ workspace, vsix, inBrowser: true });

const goTo = (words: string) => goToIn(editor().page, words);

test('says why nothing can be trained here', async () => {
  const { workbench, server } = editor();
  await workbench.openFile(file);
  await workbench.runCommand('PTune: Train Prompt');
  await workbench.notification(/a browser has none/).waitFor();
  await editor().screenshot('web-light');
  await workbench.clearNotifications();
  expect(server.trainers()).toEqual([]);
});

test('finds what is wrong, completes settings and explains them, without the data', async () => {
  const { page, workbench } = editor();
  await goTo('answer: capital');
  await page.keyboard.type('\nbaselin: manual');
  await page.keyboard.press('Escape');
  expect(await workbench.problems()).toContainEqual(expect.stringContaining('Did you mean'));
  await workbench.runCommand('View: Focus First Editor Group');
  await goTo('baselin: manual');
  await page.keyboard.type('\nexp');
  await page.keyboard.press('Control+Space');
  await page
    .locator('.suggest-widget.visible .monaco-list-row')
    .filter({ hasText: 'expect' })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('accuracy >= 0.8');
  await page.keyboard.press('Escape');
  await savedText(page, join(editor().server.workspace, file), 'expect: accuracy >= 0.8');
  await goTo('answe');
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+I');
  await workbench.editor.hoverContents().filter({ hasText: 'The column' }).first().waitFor();
});
