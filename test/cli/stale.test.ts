/** Whatever the command line prints of a score or a run says when it no longer belongs to the file. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RunStore } from '../../src/runs/runStore.ts';
import { buildBundles, jsonLines, ptune } from '../support/cli.ts';
import { ptuneText, writeProject } from '../support/tinyProject.ts';

const text = ptuneText({ train: ['steps: 2', 'seeds: [1]'] });
/** Another template of the learned prompt. */
const changed = text.replace('{*2} {country}', '{*2} a {country}');

let folder: string;
let path: string;
let run: string;

beforeAll(async () => {
  await buildBundles();
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  path = await writeProject(folder);
  await writeFile(path, text);
  await ptune(folder, 'train', 'task.ptune');
  [run] = (await RunStore.forFile(path).ids()) as [string];
});

afterEach(() => writeFile(path, text));

afterAll(() => rm(folder, { recursive: true }));

describe('a report', () => {
  const report = (what: string) => ptune(folder, 'report', what, '--html', 'page.html');
  const staleOnPage = async (name = 'page.html') => {
    const page = await readFile(join(folder, name), 'utf8');
    const block = /<script type="application\/json" id="stale">(.*)<\/script>/.exec(page);
    return JSON.parse(block![1]!) as unknown;
  };

  test('says nothing while its scores hold', async () => {
    expect(await report('task.ptune')).toMatchObject({ status: 0, stderr: '' });
    expect(await staleOnPage()).toEqual({});
  });

  test('says on the page and in a warning what changed, whether asked for by file or by run', async () => {
    await writeFile(path, changed);
    for (const what of ['task.ptune', run]) {
      expect(await report(what)).toEqual({
        status: 0,
        stdout: 'page.html\n',
        stderr:
          'warning: The score of "learned" is stale: template changed since. The page says so; "ptune score task.ptune" makes new ones.\n',
      });
      expect(await staleOnPage()).toEqual({ learned: 'template changed' });
    }
  });

  test('says so on the page that training writes, where options stood in place of the file', async () => {
    const trained = await ptune(folder, 'train', 'task.ptune', '--steps', '1', '--output', 'other');
    expect(trained.status).toBe(0);
    const page = /^Report: (.*)$/m.exec(trained.stdout)![1]!;
    expect(await staleOnPage(page)).toEqual({ learned: 'settings changed' });
  });

  test.each([
    ['data not found', text.replace('train.jsonl', 'gone.jsonl')],
    ['model not found', text.replace('./model', './gone')],
    ['file removed', undefined],
  ])('says where it is so: %s', async (reason, now) => {
    if (now === undefined) await rm(path);
    else await writeFile(path, now);
    expect((await report(run)).stderr).toContain(
      `The scores of "manual" and "learned" are stale: ${reason} since.`,
    );
    expect(await staleOnPage()).toEqual({ manual: reason, learned: reason });
  });
});

describe('runs', () => {
  test('are listed and shown with what changed in place of a score that holds', async () => {
    expect((await ptune(folder, 'runs')).stdout).toMatch(/ {2}\d+ % of 4 \(\d+–\d+ %\)\n$/);
    await writeFile(path, changed);
    expect((await ptune(folder, 'runs')).stdout).toMatch(
      / {2}⟳ stale: template changed \(was \d+ % of 4\)\n$/,
    );
    const [listed] = jsonLines((await ptune(folder, 'runs', '--json')).stdout);
    expect(listed).toMatchObject({ runs: [{ id: run, stale: 'template changed' }] });
    const shown = await ptune(folder, 'runs', 'show', run);
    expect(JSON.parse(shown.stdout)).toEqual((listed as { runs: unknown[] }).runs[0]);
  });

  const warning = (reason: string) =>
    `warning: Run ${run} is stale: ${reason} since it was trained. Train the prompt again for one that belongs to task.ptune as it is now.\n`;
  const input = ['--input', '{"country": "Peru"}'] as const;

  test.each([
    ['nearest', changed, 'template changed', []],
    ['export', changed, 'template changed', ['--format', 'json', '--output', 'out']],
    // With another template there is nothing to ask: that is an error of its own.
    ['predict', text.replace('steps: 2', 'steps: 3'), 'settings changed', input],
  ])('are used by %s with a warning of what changed', async (command, now, reason, options) => {
    const before = await ptune(folder, command, run, ...options);
    expect(before).toMatchObject({ status: 0, stderr: '' });
    await rm(join(folder, 'out'), { recursive: true, force: true });
    await writeFile(path, now);
    const after = await ptune(folder, command, run, ...options);
    expect(after).toEqual({ status: 0, stdout: before.stdout, stderr: warning(reason) });
  });
});
