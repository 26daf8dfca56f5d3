/**
 * Bundles one of the project's TypeScript scripts and runs it: training the bundled model, the
 * benchmark.
 *
 *   node scripts/bundled.mjs scripts/bench.ts [ARGUMENTS]
 */
import { basename, join } from 'node:path';
import { root, run } from './steps.mjs';
import { setup } from './setup.mjs';

const [entry, ...args] = process.argv.slice(2);
await setup();
// Loaded only now: on a fresh checkout, setup installs it.
const { build } = await import('esbuild');
const outfile = join(root, 'dist', `${basename(entry, '.ts')}-script.cjs`);
await build({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.12',
  external: ['onnxruntime-node', 'sharp', 'playwright-core'],
  define: { 'import.meta.url': '__bundleUrl' },
  banner: { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  logLevel: 'warning',
});
const { status } = await run(process.execPath, [outfile, ...args], { cwd: root });
process.exitCode = status;
