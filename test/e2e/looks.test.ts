/** Closer looks at the prompts of a file: other wordings, importance, inputs to try, words. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './support/process.ts';
import { savedText } from './pages/typing.ts';
import { examples, useEditor, vsix } from './support/session.ts';

const minutes = 60_000;
const workspace = mkdtempSync(join(tmpdir(), 'ptune-workspace-'));
cpSync(examples, workspace, { recursive: true, filter: (path) => !path.endsWith('/.ptune') });
const name = 'looks.ptune';
const capitals = readFileSync(join(workspace, 'capitals.ptune'), 'utf8');
const settings = capitals.slice(0, capitals.indexOf('train:\n'));
const textOf = (steps: number) => `${settings}train:
  steps: ${steps}
---

@prompt manual
The capital of {country} is {capital}.

@prompt learned
{*2} {country} {*1} {capital} .
`;
writeFileSync(join(workspace, name), textOf(120));
// For a training that goes on until it is cancelled.
writeFileSync(join(workspace, 'long.ptune'), textOf(20_000));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const editor = useEditor({ workspace, vsix });
let liveTitles: readonly string[] = [];

/** The part of the report that follows a training. */
const live = () => editor().workbench.report.document.getByRole('region', { name: 'Training now' });

beforeAll(async () => {
  const { workbench } = editor();
  await workbench.openFile(name);
  await workbench.runCommand('PTune: Open Report');
  await workbench.report.text('has no report yet');
  await workbench.runCommand('View: Focus First Editor Group');
  await workbench.runCommand('PTune: Train Prompt');
  // The open report follows the training until its own report takes the place.
  await live()
    .getByText(/^step \d+ of 120/)
    .waitFor({ timeout: minutes });
  await live()
    .getByText(/^step (?:[2-9]\d|1\d\d) of 120/)
    .waitFor({ timeout: minutes });
  liveTitles = await live().locator('.chart .title').allInnerTexts();
  await editor().screenshot('live-light');
  await workbench.notification(/^(?=.*looks\.ptune:)/s).waitFor({ timeout: 5 * minutes });
  await workbench.clearNotifications();
}, 6 * minutes);

test('an open report follows the training and then shows its scores', async () => {
  expect(liveTitles).toEqual(['Loss', 'Validation, answers right', 'Learning rate']);
  const { workbench } = editor();
  await workbench.report.text('Scoreboard');
  await live().waitFor({ state: 'detached' });
});

test('what the report exports is kept where a person says', async () => {
  const { workbench, page, server } = editor();
  const { document } = workbench.report;
  await document.getByRole('button', { name: 'Export' }).click();
  await document.getByRole('menuitem', { name: 'Scores, CSV' }).click();
  const path = page.locator('.quick-input-widget:visible input').first();
  await path.waitFor();
  await eventually('the name to begin with', async () =>
    (await path.inputValue()).endsWith('looks-scores.csv') ? true : undefined,
  );
  await editor().screenshot('save-light');
  await path.fill(join(server.workspace, 'mine.csv'));
  await page.keyboard.press('Enter');
  const text = await eventually('the saved file', () => {
    const saved = join(server.workspace, 'mine.csv');
    return existsSync(saved) ? readFileSync(saved, 'utf8') : undefined;
  });
  expect(text.split(/\r?\n/).find((line) => line.startsWith('manual'))).toMatch(/,52,/);

  // Escape keeps nothing.
  await document.getByRole('button', { name: 'Export' }).click();
  await document.getByRole('menuitem', { name: 'Scores, JSON' }).click();
  await path.waitFor();
  await page.keyboard.press('Escape');
  await path.waitFor({ state: 'hidden' });
  expect(readdirSync(server.workspace).filter((file) => file.endsWith('.json'))).toEqual([]);
});

test(
  'other wordings are probed from the code lens and shown in the report',
  async () => {
    const { workbench } = editor();
    await workbench.editor.codeLens('Probe wordings').click();
    await workbench.notification(/\d+ wordings of manual/).waitFor({ timeout: 2 * minutes });
    await workbench.answer(/\d+ wordings of manual/, 'Show Wordings');
    await workbench.report.text(/\d+ wordings of manual answer between/);
    await editor().screenshot('wordings-light');
  },
  4 * minutes,
);

test(
  'the importance of virtual tokens is measured from the palette',
  async () => {
    const { workbench } = editor();
    await workbench.clearNotifications();
    await workbench.openFile(name);
    await workbench.runCommand('PTune: Measure Importance of Virtual Tokens');
    const said = /With all its virtual tokens learned/;
    await workbench.notification(said).waitFor({ timeout: 2 * minutes });
    await workbench.answer(said, 'Show Importance');
    await workbench.report.text(said);
    await editor().screenshot('importance-light');
  },
  4 * minutes,
);

test(
  'looks wait for a training as trainings do, and can be taken out',
  async () => {
    const { workbench, page } = editor();
    await workbench.clearNotifications();
    await workbench.openFile('long.ptune');
    await workbench.runCommand('PTune: Train Prompt');
    await workbench.statusBarItem(/learned \d+\/20000/).waitFor({ timeout: minutes });
    const waits = (title: string) => workbench.editor.codeLens(`Waits to ${title}: cancel`);
    for (const [command, button, title] of [
      ['PTune: Search Words', 'Search Afterwards', 'search words for learned'],
      ['PTune: Measure Importance', 'Measure Afterwards', 'measure importance in learned'],
      ['PTune: Probe Wordings', 'Probe Afterwards', 'probe wordings of manual'],
    ] as const) {
      await workbench.runCommand(command);
      await workbench.answer('One thing at a time', button);
      await waits(title).waitFor();
    }
    await workbench.statusBarItem(/3 waiting/).waitFor();
    await editor().screenshot('waiting-light');
    await waits('search words for learned').click();
    await waits('measure importance in learned').click();
    await workbench.statusBarItem(/1 waiting/).waitFor();
    await workbench.runCommand('PTune: Cancel Training');
    await workbench.notification(/\d+ wordings of manual/).waitFor({ timeout: 2 * minutes });
    // Those that were taken out do not follow.
    expect(await page.locator('.statusbar-item').filter({ hasText: 'Words for' }).count()).toBe(0);
    await eventually('no process any more', () =>
      editor().server.trainers().length === 0 ? true : undefined,
    );
  },
  6 * minutes,
);

describe('trying inputs', () => {
  test(
    'shows every prompt’s answers while a person types',
    async () => {
      const { workbench } = editor();
      await workbench.clearNotifications();
      await workbench.openFile(name);
      await workbench.editor.codeLens('Try it').click();
      const { document } = workbench.report;
      const card = (prompt: string) =>
        document.getByRole('region', { name: `Answers of ${prompt}` });
      await card('learned').getByRole('listitem').first().waitFor({ timeout: minutes });
      expect(await card('manual').getByRole('listitem').count()).toBe(5);
      await document.getByRole('textbox', { name: 'country' }).fill('France');
      await document.getByText(/^Answered in \d+ ms\.$/).waitFor();
      const paris = card('learned').getByRole('listitem').filter({ hasText: 'Paris' });
      await paris.first().waitFor();
      await editor().screenshot('try-light');
      // It stays warm: there is a trainer while nothing is trained.
      expect(editor().server.trainers()).toHaveLength(1);
    },
    3 * minutes,
  );
});

test(
  'words are searched, offered with their scores, and inserted behind the learned prompt',
  async () => {
    const { workbench, page, server } = editor();
    const path = join(server.workspace, name);
    const before = readFileSync(path, 'utf8');
    await workbench.openFile(name);
    await workbench.runCommand('PTune: Search Words');
    await workbench.statusBarItem(/Words for learned/).waitFor({ timeout: minutes });
    const offer =
      /Words for learned: .*validation \d+ %, test \d+ %.*The best of your own, manual/s;
    await workbench.notification(offer).waitFor({ timeout: 4 * minutes });
    await editor().screenshot('words-light');
    await workbench.answer(offer, 'Insert as Prompt');
    await workbench.editor.line('@prompt learned-words').waitFor();
    await editor().screenshot('inserted-light');
    // One step of undo takes them out again.
    await workbench.editor.line('@prompt learned-words').click();
    await page.keyboard.press('Control+Z');
    await workbench.editor.line('@prompt learned-words').waitFor({ state: 'detached' });
    expect(await savedText(page, path, '@prompt learned')).toBe(before);
  },
  6 * minutes,
);

test(
  'is readable in the dark and in high contrast',
  async () => {
    const { workbench } = editor();
    for (const theme of ['dark', 'contrast'] as const) {
      await editor().reopen({ theme });
      await workbench.openFile(name);
      await workbench.runCommand('PTune: Open Report');
      const { document } = workbench.report;
      await document.locator('#importance').scrollIntoViewIfNeeded();
      await editor().screenshot(`importance-${theme}`);
      await document.locator('#wordings').scrollIntoViewIfNeeded();
      await editor().screenshot(`wordings-${theme}`);
    }
  },
  3 * minutes,
);
