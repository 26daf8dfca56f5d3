/** The packed extension, unpacked where no node_modules lies above it. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installExtension } from './support/server.ts';
import { examples, vsix } from './support/session.ts';

const folder = mkdtempSync(join(tmpdir(), 'ptune-package-'));
let installed: string;

beforeAll(async () => {
  installed = await installExtension(folder, vsix);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('holds the bundles, the media, the examples and one native runtime, nothing else', () => {
  expect(readdirSync(installed).sort()).toEqual([
    '.vsixmanifest',
    'LICENSE.txt',
    'changelog.md',
    'dist',
    'docs',
    'examples',
    'media',
    'package.json',
    'readme.md',
  ]);
  expect(readdirSync(join(installed, 'dist')).sort()).toEqual([
    'cli.cjs',
    'extension.cjs',
    'licenses.txt',
    'node_modules',
    'report.css',
    'report.js',
    'tokens.cjs',
    'trainer.cjs',
    'web.cjs',
  ]);
  const runtime = join(installed, 'dist/node_modules/onnxruntime-node/bin/napi-v6');
  const platforms = readdirSync(runtime).flatMap((name) =>
    readdirSync(join(runtime, name)).map((architecture) => `${name}-${architecture}`),
  );
  expect(platforms).toEqual(['linux-x64']);
});

test('is smaller than 30 MB', () => {
  expect(statSync(vsix).size).toBeLessThan(30e6);
});

test('scores the example with the model and the runtime that it brings', async () => {
  const workspace = join(folder, 'workspace');
  cpSync(examples, workspace, {
    recursive: true,
    filter: (path) => !path.endsWith('/.ptune'),
  });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(installed, 'dist/cli.cjs'), 'score', 'capitals.ptune', '--json'],
    { cwd: workspace, env: { PATH: process.env.PATH, HOME: folder } },
  );
  const summary = JSON.parse(stdout) as { model: { id: string }; prompts: { n: number }[] };
  expect(summary.model.id).toBe('bundled/mini-mlm');
  expect(summary.prompts.length).toBeGreaterThan(1);
  expect(summary.prompts.every(({ n }) => n > 0)).toBe(true);
});
