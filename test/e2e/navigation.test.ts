/** Finding one's way in a `.ptune` file, with the editor's own commands and by keyboard alone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { goTo as goToIn, renameTo, savedText } from './pages/typing.ts';
import { useEditor, vsix } from './support/session.ts';

const workspace = mkdtempSync(join(tmpdir(), 'ptune-workspace-'));
const file = 'reviews.ptune';
writeFileSync(
  join(workspace, file),
  `---
model: bundled/mini-mlm
data:
  train: reviews.csv
answer: tone
labels:
  good: [great, fine]
  bad: [poor]
baseline: plain
---

@# The wording that people use.
@prompt plain
{text} It was {tone}.

@prompt learned
{*rel:2} {text} {*rel} {tone}
`,
);
const rows = Array.from({ length: 20 }, (_, i) => `Film ${i},${i % 2 === 0 ? 'good' : 'bad'}\n`);
writeFileSync(join(workspace, 'reviews.csv'), `text,tone\n${rows.join('')}`);
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const editor = useEditor({ workspace, vsix });

const goTo = (words: string) => goToIn(editor().page, words);
const saved = (expected: string | RegExp) =>
  savedText(editor().page, join(editor().server.workspace, file), expected);
const at = (line: number, column: number) =>
  editor().workbench.statusBarItem(`Ln ${line}, Col ${column}`).waitFor();

beforeEach(async () => {
  const { workbench } = editor();
  await workbench.openFile(file);
  await workbench.editor.codeLens('Train').waitFor();
});

test('the outline has the settings, the prompts and what is in them', async () => {
  const { page, workbench } = editor();
  await workbench.runCommand('Explorer: Focus on Outline View');
  const outline = page.locator('.outline-pane, .outline-tree').first();
  const item = (name: RegExp) => outline.getByRole('treeitem', { name }).first();
  await item(/^settings/).waitFor();
  await item(/^baseline/).waitFor({ state: 'attached' });
  await page.keyboard.press('Control+ArrowLeft');
  await item(/^plain/).waitFor();
  await item(/^learned/).waitFor();
  await editor().screenshot('outline-light');
  await workbench.runCommand('View: Focus First Editor Group');
  await page.keyboard.press('Control+Shift+O');
  const row = page.locator('.quick-input-list .monaco-list-row');
  await row.filter({ hasText: 'learned' }).first().waitFor();
  await page.keyboard.type('learned');
  await page.keyboard.press('Enter');
  await at(16, 9);
});

test('settings and prompts fold', async () => {
  const { page, workbench } = editor();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+0');
  await workbench.editor.line('{*rel:2}').waitFor({ state: 'hidden' });
  await workbench.editor.line('reviews.csv').waitFor({ state: 'hidden' });
  await workbench.editor.line('@prompt learned').waitFor();
  await editor().screenshot('folded-light');
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+J');
  await workbench.editor.line('{*rel:2}').waitFor();
});

test('a path opens the data, and a column leads to where the data has it', async () => {
  const { page, workbench } = editor();
  const data = page.locator('.tab.active[data-resource-name="reviews.csv"]');
  await goTo('reviews.c');
  await workbench.runCommand('Open Link');
  await data.waitFor();
  await workbench.runCommand('View: Close Editor');
  await workbench.openFile(file);
  await goTo('{tex');
  await page.keyboard.press('F12');
  await data.waitFor();
  await at(1, 1);
  await workbench.runCommand('View: Close Editor');
});

test('all places of a column are shown', async () => {
  const { page } = editor();
  await goTo('{tex');
  await page.keyboard.press('Shift+F12');
  const places = page.locator('.reference-zone-widget .ref-tree .monaco-list-row');
  await places.nth(1).waitFor();
  await editor().screenshot('references-light');
  expect(await places.filter({ hasText: '{text}' }).count()).toBe(2);
  await page.keyboard.press('Escape');
  await page.locator('.reference-zone-widget').waitFor({ state: 'hidden' });
});

test('the answer is another kind of word than a slot, and the baseline another than a prompt', async () => {
  const { page, workbench } = editor();
  const inspected = async (words: string) => {
    await goTo(words);
    await workbench.runCommand('Developer: Inspect Editor Tokens and Scopes');
    const widget = page.locator('.token-inspect-widget');
    await widget.filter({ hasText: 'semantic token type' }).waitFor();
    const text = await widget.innerText();
    await page.keyboard.press('Escape');
    await widget.waitFor({ state: 'hidden' });
    return text;
  };
  expect(await inspected('was {ton')).toMatch(/semantic token type\s*answer/);
  expect(await inspected('{tex')).toMatch(/semantic token type\s*slot/);
  expect(await inspected('{*re')).toMatch(/semantic token type\s*virtualTokens/);
  expect(await inspected('  goo')).toMatch(/semantic token type\s*label/);
  expect(await inspected('@prompt plai')).toMatch(/modifiers\s*declaration baseline/);
  expect(await inspected('@prompt learne')).toMatch(/modifiers\s*declaration continuous/);
});

test('columns, labels and named virtual tokens are renamed at all of their places', async () => {
  const { page } = editor();
  await goTo('answer: ton');
  await renameTo(page, 'verdict');
  const text = await saved('answer: verdict');
  expect(text).toContain('It was {verdict}.\n');
  expect(text).toContain('{*rel} {verdict}\n');
  await goTo('  goo');
  await renameTo(page, 'positive');
  await saved('  positive: [great, fine]\n');
  await goTo('{*re');
  await renameTo(page, 'link');
  await saved('{*link:2} {text} {*link} {verdict}\n');
  // A name that is taken is refused where it is typed, with the reason.
  await goTo('@prompt learne');
  await page.keyboard.press('F2');
  const box = page.locator('.rename-box input:focus');
  await box.fill('plain');
  await box.press('Enter');
  await page.getByText('There is a prompt "plain" already').first().waitFor();
  await page.keyboard.press('Escape');
  await saved('@prompt learned\n');
});

test('comments come and go with the key for them, in settings with "#" and in prompts with "@#"', async () => {
  const { page } = editor();
  await goTo('baseline');
  await page.keyboard.press('Control+/');
  await saved('# baseline: plain\n');
  await page.keyboard.press('Control+/');
  await saved('\nbaseline: plain\n');
  await goTo('It was');
  await page.keyboard.press('Control+/');
  await saved('@# {text} It was');
  await page.keyboard.press('Control+/');
  await saved('\n{text} It was');
});
