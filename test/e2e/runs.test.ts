/** The Runs view: filled while prompts train, and everything that is done with runs, by keyboard too. */
import { mkdtempSync, rmSync } from 'node:fs';
import { access, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLabel } from '../../src/runs/runLabel.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { startPtune } from '../support/cli.ts';
import { ptuneText, writeProject } from '../support/tinyProject.ts';
import { eventually } from './support/process.ts';
import { useEditor, vsix } from './support/session.ts';

const minutes = 60_000;
const project = (steps: number) => ({
  train: [`steps: ${steps}`, 'batchSize: 4', 'encoder: none', 'patience: 10000', 'seeds: [1, 2]'],
});

const folder = mkdtempSync(join(tmpdir(), 'ptune-runs-'));
await writeProject(folder, project(600));
const editor = useEditor({ workspace: folder, vsix });

let path: string;
let store: RunStore;

beforeAll(() => {
  path = join(editor().server.workspace, 'task.ptune');
  store = RunStore.forFile(path);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The row whose words fit. */
const row = (words: RegExp): Locator => editor().page.getByRole('treeitem', { name: words });

async function focusRuns(): Promise<void> {
  await editor().workbench.runCommand('PTune: Focus on Runs View');
}

test('without a run the view says how to make one', async () => {
  await editor().workbench.openFile('task.ptune');
  await focusRuns();
  await editor().page.getByText('No run here yet.').waitFor();
  await editor().screenshot('runs-empty-light');
});

test(
  'runs appear when they are trained, with their score',
  async () => {
    await editor().page.getByRole('button', { name: 'Train Prompts' }).click();
    await editor()
      .workbench.notification(/task\.ptune:/)
      .waitFor({ timeout: 2 * minutes });
    for (const seed of [1, 2]) {
      await row(new RegExp(`seed ${seed}, \\d+ % \\(\\d+–\\d+ %\\) · done · just now`)).waitFor();
    }
    await row(/learned, 2 runs/).waitFor();
    await editor().workbench.clearNotifications();
  },
  5 * minutes,
);

test('a run is named, noted and pinned, which only its label.json shows', async () => {
  const { page } = editor();
  const [first] = await store.ids();
  const manifest = await readFile(join(store.folder(first!), 'run.json'), 'utf8');
  await focusRuns();
  // The view is drawn again when scores come, and a key pressed just then has no row.
  await eventually('the question for a name', async () => {
    await row(/^seed 1, \d+ %.* done/).click();
    await page.keyboard.press('F2');
    return appears(page.locator('.quick-input-titlebar').getByText('Rename seed 1'));
  });
  await typeInto('Rename seed 1', 'the first one');
  await row(/^the first one, \d+ % .* · done · seed 1/).waitFor();
  await chooseOn(row(/^the first one/), 'Edit Note of Run');
  await typeInto('Note on the first one', 'keep this');
  await row(/· keep this$/).waitFor();
  await chooseOn(row(/^the first one/), 'Pin Run');
  await row(/^the first one, .* pinned/).waitFor();
  const rows = await page.getByRole('treeitem', { name: /done/ }).allInnerTexts();
  expect(rows[0]).toContain('the first one');
  expect(await readLabel(store.folder(first!))).toEqual({
    name: 'the first one',
    note: 'keep this',
    pinned: true,
  });
  expect(await readFile(join(store.folder(first!), 'run.json'), 'utf8')).toBe(manifest);
  await editor().screenshot('runs-light');
});

test(
  'a key takes the run that is selected while the view is drawn again and again',
  async () => {
    const { page } = editor();
    const text = await readFile(path, 'utf8');
    const title = page.locator('.quick-input-widget:visible .quick-input-title');
    let lines = 0;
    const changes = setInterval(() => void writeFile(path, text + '\n'.repeat(++lines % 5)), 300);
    const said = [];
    try {
      for (let i = 0; i < 24; i++) {
        await row(i % 2 === 0 ? /^the first one/ : /^seed 2/).click();
        await page.keyboard.press('F2');
        // A key that comes while there is no row at all is lost: nothing is asked.
        const asked = await title.innerText({ timeout: 8000 }).catch(() => 'nothing');
        said.push(asked);
        await page.keyboard.press('Escape');
        await title.waitFor({ state: 'hidden' });
      }
    } finally {
      clearInterval(changes);
    }
    await writeFile(path, text);
    const wrong = said.filter((asked, i) => {
      const right = i % 2 === 0 ? 'Rename the first one' : 'Rename seed 2';
      return asked !== right && asked !== 'nothing';
    });
    expect(wrong).toEqual([]);
    expect(said.filter((asked) => asked === 'nothing').length).toBeLessThan(6);
  },
  5 * minutes,
);

test('the tooltip has settings, seed, model and times', async () => {
  const { page } = editor();
  const tooltip = page.locator('.monaco-hover:visible').filter({ hasText: 'batchSize 4' });
  await eventually('the tooltip', async () => {
    // A pointer that is there already points at nothing new.
    await page.mouse.move(600, 500);
    await row(/^the first one/).hover();
    await setTimeout(1500);
    return (await tooltip.count()) > 0 ? true : undefined;
  });
  expect(await tooltip.first().innerText()).toMatch(
    /Seed: 1[^]*Model: \.\/model[^]*Started: 2\d{3}-/,
  );
  await editor().screenshot('runs-tooltip-light');
  await editor().page.mouse.move(600, 500);
});

test('two runs are compared side by side', async () => {
  await focusRuns();
  await row(/^the first one/).click();
  await row(/^seed 2/).click({ modifiers: ['ControlOrMeta'] });
  await chooseOn(row(/^seed 2/), 'Compare Runs');
  const lines = editor().page.locator('.editor-group-container.active .view-lines');
  const text = await eventually('the comparison', async () => {
    const found = (await lines.innerText()).replaceAll('\u00a0', ' ');
    return found.includes('difference to A') ? found : undefined;
  });
  expect(text).toMatch(/^seed +[12] +[12]$/m);
  await editor().screenshot('runs-compared-light');
});

test('a changed template makes every run of the prompt stale, in words', async () => {
  const { workbench, page } = editor();
  await editor().reopen({ theme: 'dark' });
  const before = await readFile(path, 'utf8');
  await focusRuns();
  const changed = before.replace('{*2} {country}', '{*3} {country}');
  await writeUntil(changed, /^seed 2, ⟳ stale: template changed \(was \d+ %\) · done/);
  await editor().screenshot('runs-stale-dark');

  await chooseOn(row(/^seed 2/), 'Train Run Again');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('task.ptune has changed').waitFor();
  await editor().screenshot('runs-again-dark');
  await page.keyboard.press('Escape');

  await writeUntil(before, /^seed 2, \d+ % \(/);
  expect(await workbench.activeTab()).toBeDefined();
});

test(
  'an interrupted run goes on, and a run of another process is seen',
  async () => {
    await writeFile(path, ptuneText(project(800)));
    const other = startPtune(editor().server.workspace, 'train', path, '--seed', '1', '--json');
    // Behind the first checkpoint, which is written at step 40.
    await other.prints('"step":60,');
    other.process.kill('SIGINT');
    expect(await other.finished).toMatchObject({ status: 130 });
    await focusRuns();
    await row(/^seed 1, interrupted at step \d+ of 800/).waitFor({ timeout: minutes });
    await row(/^seed 1, interrupted/).hover();
    await editor().screenshot('runs-interrupted-dark');
    await chooseOn(row(/^seed 1, interrupted/), 'Resume Run');
    await row(/^seed 1, \d+ % .* done/).waitFor({ timeout: 2 * minutes });
    await row(/^learned, 3 runs · 1 of 2 seeds/).waitFor();
    const { workbench, page } = editor();
    await workbench.clearNotifications();

    // The report says so, and holds the run against one with other settings.
    await chooseOn(row(/^seed 1, \d+ % .* done/), 'Open Report of Run');
    const { document } = workbench.report;
    const runs = document.getByRole('table', { name: 'Runs of learned' });
    await runs.getByText(/completed, resumed after step (?:40|80)/).waitFor();
    const settings = document.getByRole('table', { name: 'Settings that differ' }).last();
    expect((await settings.innerText()).replace(/\s+/g, ' ')).toContain('steps 600 800');
    await document.locator('#run-differences').scrollIntoViewIfNeeded();
    await editor().screenshot('run-differences-dark');
    await document.getByRole('button', { name: 'Is the difference more than chance?' }).click();
    const lines = page.locator('.editor-group-container.active .view-lines');
    await eventually('the comparison', async () =>
      (await lines.innerText()).replaceAll('\u00a0', ' ').includes('difference to A')
        ? true
        : undefined,
    );
  },
  4 * minutes,
);

test('runs are deleted with the keyboard after a question', async () => {
  const { page } = editor();
  await editor().reopen({ theme: 'contrast' });
  await focusRuns();
  const { runs } = await store.list();
  const doomed = runs.find(({ settings }) => settings['steps'] === 800)!.id;
  const dialog = page.getByRole('dialog');
  await eventually('the question before it is deleted', async () => {
    await row(/^seed 1, \d+ %.* done/).click();
    await page.keyboard.press('Delete');
    return appears(dialog.getByText('Delete the run learned, seed 1?'));
  });
  await editor().screenshot('runs-delete-contrast');
  await dialog.getByRole('button', { name: 'Move to Trash' }).click();
  const forGood = dialog.getByRole('button', { name: 'Delete Permanently' });
  await eventually('the run is gone', async () => {
    if (await forGood.isVisible()) await forGood.click();
    return access(store.folder(doomed)).then(
      () => undefined,
      () => true,
    );
  });
  await row(/^seed 1, \d+ %.* done/).waitFor({ state: 'detached' });
  expect(await store.ids()).toHaveLength(2);
  await editor().screenshot('runs-contrast');
});

test('a learned prompt is exported, by keyboard alone', async () => {
  const { workbench, page } = editor();
  await writeFile(path, ptuneText(project(600)));
  await workbench.editor.codeLens('Export').waitFor();
  await focusRuns();
  await row(/^the first one, \d+ % /).click();
  await workbench.runCommand('PTune: Export Prompt…');
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows.filter({ hasText: 'PEFT adapter' }).waitFor({ timeout: minutes });
  const last = await rows.last().innerText();
  expect(last).toMatch(/not possible[^]*1 virtual token of it stands behind the slot \{country\}/);
  await editor().screenshot('export-formats-contrast');
  await page.keyboard.type('numpy');
  await page.keyboard.press('Enter');
  await quickInput(/into which folder/);
  await editor().screenshot('export-folder-contrast');
  await page.keyboard.press('Enter');
  const message = workbench.notification(/learned was exported to .*learned-npy: README\.md/);
  await message.waitFor({ timeout: minutes });
  await editor().screenshot('exported-contrast');
  const folder = join(editor().server.workspace, 'learned-npy');
  expect((await readdir(folder)).sort()).toEqual([
    'README.md',
    'prompt.json',
    'prompt_embeddings.npy',
  ]);
  await workbench.answer(/learned was exported/, 'Open README');
  await eventually('the README', async () =>
    (await workbench.activeTab()).includes('Preview README.md') ? true : undefined,
  );
});

test('a .prompty file is imported from the explorer, and the new file opens', async () => {
  const { workbench, page, server } = editor();
  await writeFile(
    join(server.workspace, 'ask.prompty'),
    '---\nname: Ask\nsample: {question: Where?}\n---\nsystem:\nAnswer {{question}}\n',
  );
  await editor().reopen({ theme: 'dark' });
  // The menu's entry is grey until the extension and the trust of the workspace are there.
  await workbench.editor.codeLens('Export').waitFor();
  await workbench.runCommand('View: Show Explorer');
  await chooseOn(page.getByRole('treeitem', { name: 'ask.prompty' }), 'Import…');
  await workbench.notification(/Prompty: Ask\.ptune, Ask\.train\.jsonl/).waitFor();
  await page.locator('.tab.active[data-resource-name="Ask.ptune"]').waitFor();
  await editor().screenshot('imported-dark');
  expect(await readFile(join(server.workspace, 'Ask.ptune'), 'utf8')).toContain(
    'Answer {question} {answer}',
  );
  await workbench.clearNotifications();
});

/** Writes the file until the row is there: a window that has just opened may miss the first time. */
async function writeUntil(text: string, words: RegExp): Promise<void> {
  await eventually(`row ${words.source}`, async () => {
    await writeFile(path, text);
    return row(words)
      .waitFor({ timeout: 5000 })
      .then(
        () => true,
        () => undefined,
      );
  });
}

/** Waits for the list or the dialog with this title. */
async function quickInput(title: RegExp): Promise<void> {
  await editor().page.locator('.quick-input-titlebar:visible').getByText(title).waitFor();
}

async function typeInto(title: string, text: string): Promise<void> {
  const { page } = editor();
  await page.locator('.quick-input-titlebar').getByText(title).waitFor();
  await page.locator('.quick-input-widget:visible input').first().fill(text);
  await page.keyboard.press('Enter');
}

/**
 * Chooses from the context menu, which ignores clicks for a moment after it opened. Entries are grey
 * until a window that has just opened knows that its workspace is trusted.
 */
async function chooseOn(target: Locator, name: string): Promise<void> {
  const item = editor().page.getByRole('menuitem', { name, disabled: false });
  await eventually(`"${name}" in the menu`, async () => {
    await target.click({ button: 'right' });
    return appears(item);
  });
  await setTimeout(500);
  await item.hover();
  await item.press('Enter');
}

/** True when something comes into sight; undefined, with what stands in its place closed, if not. */
async function appears(wanted: Locator): Promise<true | undefined> {
  const isThere = await wanted.waitFor({ timeout: 4000 }).then(
    () => true as const,
    () => undefined,
  );
  if (!isThere) await editor().page.keyboard.press('Escape');
  return isThere;
}
