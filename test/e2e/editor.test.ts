/** What stands around the text of a prompt file: links, scores, token counts, tests, new files. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { eventually } from './support/process.ts';
import { examples, useEditor, vsix } from './support/session.ts';

const workspace = mkdtempSync(join(tmpdir(), 'ptune-workspace-'));
cpSync(examples, workspace, { recursive: true, filter: (path) => !path.endsWith('/.ptune') });
const capitals = readFileSync(join(workspace, 'capitals.ptune'), 'utf8');
const settings = capitals.slice(0, capitals.indexOf('train:\n'));
writeFileSync(
  join(workspace, 'check.ptune'),
  `${settings}---

@prompt manual
The capital of {country} is {capital}.

@prompt good {expect: loss < 100}
{country}: {capital}.

@prompt poor {expect: accuracy >= 99 %}
Is {capital} in {country}?

@prompt untrained {expect: accuracy >= 1 %, steps: 100000}
{*2} {country} {capital} .
`,
);
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const editor = useEditor({ workspace, vsix });

/** Waits until this many prompts have their token counts. */
async function counted(prompts: number): Promise<void> {
  await eventually('token counts', async () => {
    const rows = await editor().workbench.editor.codeLensRows();
    return rows.filter((row) => / of 48 tokens/.test(row)).length === prompts ? true : undefined;
  });
}

test('each prompt has its links and how many tokens it has', async () => {
  const { workbench } = editor();
  await workbench.openFile('check.ptune');
  await counted(4);
  const lenses = await workbench.editor.codeLenses();
  expect(lenses).toContain('Train 1 prompt');
  expect(lenses.filter((title) => title === 'Compare')).toHaveLength(4);
  await editor().screenshot('lenses-light');
});

describe('the Test Explorer', () => {
  const row = (label: string) =>
    editor().page.locator('.test-explorer .monaco-list-row').filter({ hasText: label }).first();
  const outcome = (label: string, icon: string) =>
    row(label).locator(`.codicon-testing-${icon}-icon`);

  test('runs prompts, and says at the line of one that misses by how much', async () => {
    const { workbench } = editor();
    await workbench.runCommand('PTune: Show Prompts in the Test Explorer');
    await row('check.ptune').waitFor();
    // The other file was never opened: it is found because the explorer asks for it.
    await row('capitals.ptune').waitFor();
    await row('check.ptune').click();
    await workbench.page.keyboard.press('ArrowRight');
    await row('poor').waitFor();
    await workbench.runCommand('View: Focus First Editor Group');
    await workbench.runCommand('Test: Run Tests in Current File');
    await outcome('good', 'passed').waitFor({ timeout: 120_000 });
    // The scores are read before the outcomes are told, so that they do not wait for a file watcher.
    expect(await workbench.editor.addedText('@prompt good')).toMatch(/^\d+ %/);
    await outcome('poor', 'failed').waitFor();
    await outcome('untrained', 'error').waitFor();
    await outcome('manual', 'skipped').waitFor();
    await workbench.page
      .getByText(/accuracy >= 99 % is missed by \d+ points/)
      .first()
      .waitFor();
    await editor().screenshot('tests-light');
  });

  test('stops a training that is cancelled, and goes on as before', async () => {
    const { page, workbench, server } = editor();
    await row('untrained').click();
    await page.keyboard.press('Shift+F10');
    // A menu takes no click in the moment that it opens, and keys at once.
    const otherProfile = page.locator('.monaco-menu .action-item:last-child');
    await otherProfile.filter({ hasText: 'Execute Using Profile' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget:visible input').first().waitFor();
    await page.keyboard.type('Train, Then');
    await page.keyboard.press('Enter');
    await workbench.statusBarItem(/untrained \d+\/100000/).waitFor();
    expect(server.trainers()).toHaveLength(1);
    await workbench.runCommand('Test: Cancel Test Run');
    await outcome('untrained', 'skipped').waitFor();
    await workbench.statusBarItem(/untrained \d+\/100000/).waitFor({ state: 'hidden' });
    await eventually('end of the trainer', () =>
      server.trainers().length === 0 ? true : undefined,
    );
    await row('untrained').click();
    await workbench.runCommand('Test: Run Test at Cursor');
    await outcome('untrained', 'error').waitFor();
  });
});

describe('by keyboard alone', () => {
  test('a new prompt file is made from a data file and its columns', async () => {
    const { workbench } = editor();
    const { keyboard } = workbench.page;
    const asks = (text: string) =>
      workbench.page.locator(`.quick-input-widget:visible input[placeholder*="${text}"]`).waitFor();
    await keyboard.press('F1');
    await workbench.page.locator('.quick-input-widget:visible input').first().waitFor();
    await keyboard.type('PTune: New Prompt File');
    await workbench.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await keyboard.press('Enter');
    await asks('The file with the examples');
    await keyboard.type('capitals.train');
    await keyboard.press('Enter');
    await asks('has to answer');
    await editor().screenshot('new-file-light');
    await keyboard.type('capital');
    await keyboard.press('Enter');
    await asks('that the model reads');
    await keyboard.press('Enter');
    await asks('The model that is asked');
    await keyboard.press('Enter');
    const path = join(editor().server.workspace, 'capitals-2.ptune');
    await eventually('the new file', () => (existsSync(path) ? true : undefined));
    expect(readFileSync(path, 'utf8')).toContain('test: capitals.test.jsonl');
    await counted(2);
    // The words that are selected are replaced by what is typed; the slots stay.
    await keyboard.type('Nothing yet');
    await workbench.editor.line('Nothing yet {country} is {capital}.').waitFor();
    await editor().screenshot('new-file-written-light');
  });

  test('two prompts are compared with their scores in the title', async () => {
    const { workbench } = editor();
    await workbench.runCommand('View: Show Explorer');
    await workbench.openFile('check.ptune');
    await workbench.runCommand('PTune: Compare Prompts');
    const input = workbench.page.locator('.quick-input-widget:visible input').first();
    await input.waitFor();
    await workbench.page.keyboard.type('poor');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('input[placeholder*="Compare poor with"]').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.monaco-diff-editor').first().waitFor();
    // The title comes a moment after the editor.
    await eventually('the title', async () =>
      /manual, \d+ % ↔ poor, \d+ %/.test(await workbench.activeTab()) ? true : undefined,
    );
    await editor().screenshot('compare-light');
    await workbench.runCommand('View: Close Editor');
  });
});

test.each([
  ['dark', 'differences', /^−?\+?\d+( ●)?$/],
  ['contrast', 'off', /^$/],
] as const)('in the theme %s, inline scores are %s', async (theme, mode, expected) => {
  await editor().reopen({ theme, settings: { 'ptune.inlineScores': mode } });
  const { workbench } = editor();
  await workbench.openFile('check.ptune');
  await workbench.editor.codeLens('Open report').waitFor();
  await eventually('the end of the line', async () =>
    expected.test(await workbench.editor.addedText('@prompt good')) ? true : undefined,
  );
  await editor().screenshot(`lines-${mode}-${theme}`);
});
