/** Closer looks at the prompts of a file: other wordings, importance, inputs to try, words. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examples, useEditor, vsix } from './support/session.ts';

const minutes = 60_000;
const workspace = mkdtempSync(join(tmpdir(), 'ptune-workspace-'));
cpSync(examples, workspace, { recursive: true, filter: (path) => !path.endsWith('/.ptune') });
const name = 'looks.ptune';
const capitals = readFileSync(join(workspace, 'capitals.ptune'), 'utf8');
const settings = capitals.slice(0, capitals.indexOf('train:\n'));
writeFileSync(
  join(workspace, name),
  `${settings}train:
  steps: 120
---

@prompt manual
The capital of {country} is {capital}.

@prompt learned
{*2} {country} {*1} {capital} .
`,
);
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const editor = useEditor({ workspace, vsix });

beforeAll(async () => {
  const { workbench } = editor();
  await workbench.openFile(name);
  await workbench.runCommand('PTune: Train Prompt');
  await workbench.notification(/^(?=.*looks\.ptune:)/s).waitFor({ timeout: 5 * minutes });
  await workbench.clearNotifications();
}, 6 * minutes);

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
    const { workbench } = editor();
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
