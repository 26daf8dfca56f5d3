/**
 * `npm run pictures`: makes the pictures of docs/tutorial.md and docs/editor.md again, in a real VS Code
 * with the packed extension.
 */
import { join } from 'node:path';
import { chromium, installCodeServer } from './editor.mjs';
import { setup } from './setup.mjs';
import { root, run } from './steps.mjs';

await setup();
const { pack } = await import('./package.mjs');
await installCodeServer();
const { status } = await run(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    join(root, 'vitest.pictures.config.ts'),
  ],
  { env: { ...process.env, PTUNE_CHROMIUM: await chromium(), PTUNE_VSIX: await pack() } },
);
process.exitCode = status;
