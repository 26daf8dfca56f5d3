/**
 * Bundles what ships into dist/: the extension, the trainer process, the command line and the
 * report page. A build whose inputs have not changed does nothing.
 *
 *   node scripts/build.mjs [--watch]
 */
import { join, relative } from 'node:path';
import { noticesFor } from './notices.mjs';
import { isMain, isUpToDate, root, say, writeStamp, writeWhole } from './steps.mjs';

const stamp = join(root, 'dist/build.json');
const notices = 'dist/licenses.txt';

/** Packages that ship as they are, beside the bundles. */
const native = ['node_modules/onnxruntime-node/', 'node_modules/onnxruntime-common/'];

const node = {
  platform: 'node',
  format: 'cjs',
  target: 'node20.12',
  // Native code cannot be bundled: it is found in the node_modules beside or above dist/.
  external: ['vscode', 'onnxruntime-node'],
  // The same library as modules: what nothing uses of it can be left out.
  alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
  // ES modules that ask where they lie (transformers does) get the bundle's place.
  define: { 'import.meta.url': '__bundleUrl' },
  banner: { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
};

/** transformers loads an engine when it is imported; a bundle that only tokenizes leaves it out. */
const withoutEngine = {
  name: 'without-engine',
  setup(build) {
    const absent = (contents) => ({ path: contents, namespace: 'engine' });
    build.onResolve({ filter: /^onnxruntime-web/ }, () => absent('export {}'));
    build.onResolve({ filter: /^(node:)?module$/ }, ({ importer }) =>
      importer.includes('transformers')
        ? absent('export const createRequire = () => () => ({});')
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'engine' }, ({ path }) => ({ contents: path }));
  },
};

/** The bundles by name of the file in dist/. */
const bundles = {
  'extension.cjs': {
    ...node,
    entryPoints: ['src/extension/extension.ts'],
    // A library looks at it, and VS Code logs an error about every extension that does.
    define: { ...node.define, navigator: 'undefined' },
    // Most of the time that it takes to start is reading its text; the map stays beside it, unshipped.
    minify: true,
    sourcemap: 'external',
  },
  // VS Code in a browser: no module of Node can be in it, or it is not built.
  'web.cjs': {
    platform: 'browser',
    format: 'cjs',
    target: 'chrome128',
    external: ['vscode'],
    entryPoints: ['src/extension/web.ts'],
    minify: true,
  },
  'trainer.cjs': { ...node, entryPoints: ['src/trainer/main.ts'] },
  // Counts tokens inside the editor's process, where the engine must not be loaded.
  'tokens.cjs': { ...node, entryPoints: ['src/tokens/main.ts'], plugins: [withoutEngine] },
  'cli.cjs': {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    banner: { js: `#!/usr/bin/env node\n${node.banner.js}` },
  },
  'report.js': {
    platform: 'browser',
    format: 'iife',
    target: ['chrome128', 'firefox128', 'safari17'],
    entryPoints: ['webview/main.ts'],
    minify: true,
  },
};

/** transformers loads its image library when it is imported; only its tokenizers are used here. */
const withoutImages = {
  name: 'without-images',
  setup(build) {
    build.onResolve({ filter: /^sharp$/ }, () => ({ path: 'sharp', namespace: 'absent' }));
    build.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({
      contents: `module.exports = () => { throw new Error('ptune reads no images'); };`,
    }));
  },
};

/** Writes the bundle's files whole, so that a process that starts meanwhile reads no half of one. */
const wholeFiles = {
  name: 'whole-files',
  setup(build) {
    build.onEnd((result) => {
      for (const file of result.outputFiles ?? []) {
        writeWhole(file.path, file.contents, file.path.endsWith('cli.cjs') ? 0o755 : 0o644);
      }
    });
  },
};

function optionsOf(name) {
  return {
    ...bundles[name],
    absWorkingDir: root,
    outfile: `dist/${name}`,
    bundle: true,
    write: false,
    metafile: true,
    charset: 'utf8',
    legalComments: 'eof',
    logLevel: 'warning',
    plugins: [...(bundles[name].plugins ?? []), withoutImages, wholeFiles],
  };
}

/** The files that a bundle was made from, and the modules that it leaves to be found at run time. */
function partsOf(metafile) {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return {
    inputs: Object.keys(metafile.inputs).filter((path) => !path.includes(':')),
    externals: [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))],
  };
}

/** Builds all bundles; false when there was nothing to do. */
export async function build() {
  if (isUpToDate(stamp)) return false;
  const esbuild = await import('esbuild');
  const started = performance.now();
  const names = Object.keys(bundles);
  const results = await Promise.all(names.map((name) => esbuild.build(optionsOf(name))));
  const made = Object.fromEntries(results.map(({ metafile }, i) => [names[i], partsOf(metafile)]));
  const outputs = results.flatMap(({ outputFiles }) =>
    outputFiles.map((file) => relative(root, file.path)),
  );
  const sources = Object.values(made).flatMap(({ inputs }) => inputs);
  writeWhole(join(root, notices), noticesFor([...sources, ...native]));
  writeStamp(
    stamp,
    [
      ...['package.json', 'package-lock.json', 'scripts/build.mjs', 'scripts/notices.mjs'],
      ...Object.values(bundles).flatMap(({ entryPoints }) => entryPoints),
      ...[...sources, ...outputs, notices],
    ],
    { bundles: made },
  );
  say(`Built ${outputs.join(', ')} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return true;
}

/** Rebuilds at every change until it is stopped. */
async function watch() {
  const esbuild = await import('esbuild');
  for (const name of Object.keys(bundles)) {
    const context = await esbuild.context({ ...optionsOf(name), logLevel: 'info' });
    await context.watch();
  }
}

if (isMain(import.meta.url)) {
  if (process.argv.includes('--watch')) await watch();
  else if (!(await build())) say('dist/ is up to date');
}
