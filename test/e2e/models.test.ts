/**
 * A gated model of the Hub in the editor, reached through a proxy: signed in to, downloaded by the
 * first training, listed, chosen and removed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HubServer } from '../support/hubServer.ts';
import { startProxy, type ProxyServer } from '../support/proxyServer.ts';
import { writeProject } from '../support/tinyProject.ts';
import { commandLine, eventually } from './support/process.ts';
import { EditorSession, vsix } from './support/session.ts';

const minutes = 60_000;
const id = 'owner/tiny';
const token = 'hf_notASecretButNobodyElsesEither';

let editor: EditorSession;
let hub: HubServer;
let proxy: ProxyServer;
let workspace: string;

/** A workspace whose model lies on the Hub alone. */
beforeAll(async () => {
  hub = await HubServer.startByHand();
  workspace = mkdtempSync(join(tmpdir(), 'ptune-hub-'));
  const path = await writeProject(workspace);
  const files: Record<string, Uint8Array> = {};
  const model = join(workspace, 'model');
  for (const entry of await readdir(model, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[full.slice(model.length + 1)] = await readFile(full);
  }
  hub.repositories.set(id, { commit: 'c0ffee', files, token });
  proxy = await startProxy({ secure: true });
  hub.fault = ({ server }) =>
    server === 'cdn' ? { kind: 'trickle', bytes: 500, pauseMs: 50 } : undefined;
  await rm(model, { recursive: true });
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('model: ./model', `model: ${id}`));
  editor = await EditorSession.start({
    workspace,
    vsix,
    settings: { 'http.proxy': proxy.url, 'http.proxyStrictSSL': false },
    variables: { HF_ENDPOINT: hub.endpoint },
  });
}, 3 * minutes);

afterAll(async () => {
  await editor.stop();
  await hub.stop();
  proxy.stop();
  rmSync(workspace, { recursive: true, force: true });
});

test('a gated model asks for a token, which signing in keeps', async () => {
  const { workbench, page } = editor;
  await workbench.openFile('task.ptune');
  await workbench.runCommand('PTune: Train Prompt');
  await workbench.notification(/without a token .*private or gated/).waitFor({ timeout: minutes });
  await workbench.clearNotifications();
  await workbench.runCommand('PTune: Sign In to Hugging Face');
  await page.getByRole('button', { name: 'Enter Token' }).click();
  const input = page.locator('.quick-input-widget input[type=password]');
  await input.fill(token);
  await editor.screenshot('sign-in-light');
  await input.press('Enter');
  await workbench.notification(/Signed in: the token is used/).waitFor();
  await workbench.clearNotifications();
});

test('a training downloads the model, with its progress, and the view lists it', async () => {
  const { workbench } = editor;
  await workbench.runCommand('PTune: Train Prompt');
  await workbench.notification(/Downloading owner\/tiny: .* of .*/).waitFor({ timeout: minutes });
  // The list of processes is everybody's.
  const lines = editor.server.trainers().map(commandLine);
  expect(lines).toHaveLength(1);
  expect(lines.join()).not.toContain(token);
  expect(proxy.asked).toContain(new URL(hub.endpoint).host);
  await editor.screenshot('download-light');
  await workbench.notification(/task\.ptune:/).waitFor({ timeout: 2 * minutes });
  await workbench.clearNotifications();
  await workbench.runCommand('PTune: Focus on Models View');
  const row = editor.page.getByRole('treeitem', { name: /owner\/tiny/ });
  await row.waitFor();
  expect(await row.innerText()).toMatch(/used today/);
  await row.click({ button: 'right' });
  await choose('Verify Model');
  await workbench.notification(/owner\/tiny: its files are whole/).waitFor({ timeout: minutes });
  await eventually('verdict', async () =>
    /trainable, masked/.test(await row.innerText()) ? true : undefined,
  );
  await editor.screenshot('models-light');
});

test('a model is chosen from one list and written into the file', async () => {
  const { workbench, page } = editor;
  await workbench.clearNotifications();
  await editor.reopen({ theme: 'dark' });
  await workbench.openFile('task.ptune');
  await workbench.runCommand('PTune: Choose Model');
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows.filter({ hasText: 'bundled/mini-mlm' }).first().waitFor();
  expect(await rows.allInnerTexts()).toEqual(
    expect.arrayContaining([expect.stringContaining('owner/tiny') as string]),
  );
  await editor.screenshot('choose-model-dark');
  await rows.filter({ hasText: 'bundled/mini-mlm' }).first().click();
  await eventually('the chosen model', async () =>
    (await page.locator('.monaco-editor .view-lines').first().innerText())
      .replaceAll('\u00a0', ' ')
      .includes('model: bundled/mini-mlm')
      ? true
      : undefined,
  );
});

test('a model is removed from the view after a question', async () => {
  const { workbench, page } = editor;
  await workbench.runCommand('PTune: Focus on Models View');
  const row = page.getByRole('treeitem', { name: /owner\/tiny/ });
  await row.click({ button: 'right' });
  await editor.screenshot('models-dark');
  await choose('Remove Model');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  expect(await readdir(join(editor.server.folder, 'cache/ptune/blobs'))).toEqual([]);
});

test('signed out of, the model is closed again, and the token is in no file of the work', async () => {
  const { workbench, page } = editor;
  await workbench.clearNotifications();
  await workbench.runCommand('PTune: Sign Out of Hugging Face');
  await workbench.notification(/Signed out of Hugging Face/).waitFor();
  const task = join(editor.server.workspace, 'task.ptune');
  const saved = await eventually('the saved file', async () => {
    const text = await readFile(task, 'utf8');
    return text.includes('model: bundled/mini-mlm') ? text : undefined;
  });
  await writeFile(task, saved.replace('bundled/mini-mlm', id));
  await workbench.runCommand('View: Focus First Editor Group');
  await eventually('the file of the disk', async () =>
    (await page.locator('.monaco-editor .view-lines').first().innerText()).includes(id)
      ? true
      : undefined,
  );
  await workbench.runCommand('PTune: Train Prompt');
  await workbench.notification(/without a token .*private or gated/).waitFor({ timeout: minutes });
  for (const folder of [editor.server.workspace, join(editor.server.folder, 'cache')]) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect(await readFile(join(entry.parentPath, entry.name), 'latin1')).not.toContain(token);
    }
  }
  expect(editor.server.log()).not.toContain(token);
});

/** Chooses from the open context menu, which ignores clicks for a moment after it opened. */
async function choose(name: string): Promise<void> {
  const item = editor.page.getByRole('menuitem', { name });
  await item.waitFor();
  await setTimeout(500);
  await item.hover();
  await item.press('Enter');
}
