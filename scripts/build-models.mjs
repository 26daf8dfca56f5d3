/**
 * `npm run build:models`: trains the bundled model anew, into media/models/mini-mlm unless another
 * folder is named.
 *
 *   npm run build:models [-- FOLDER [STEPS]]
 */
import { join } from 'node:path';
import { isMain, root, run } from './steps.mjs';
import { setup } from './setup.mjs';

if (isMain(import.meta.url)) {
  await setup();
  const { build } = await import('esbuild');
  const outfile = join(root, 'dist/build-models.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/models/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.12',
    external: ['onnxruntime-node', 'sharp'],
    define: { 'import.meta.url': '__bundleUrl' },
    banner: { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    logLevel: 'warning',
  });
  const { status } = await run(process.execPath, [outfile, ...process.argv.slice(2)], {
    cwd: root,
  });
  process.exitCode = status;
}
