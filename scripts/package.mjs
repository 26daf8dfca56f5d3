/**
 * Packs the extension for one platform into dist/ptune-<target>.vsix. A package whose parts have not
 * changed is kept.
 *
 *   node scripts/package.mjs [target]     linux-x64 (default), linux-arm64, darwin-arm64, win32-x64 …
 */
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fail, isMain, isUpToDate, root, say, writeStamp } from './steps.mjs';
import { setup } from './setup.mjs';

const shipped = join(root, 'dist/node_modules');

/** Where the package of a target lies. */
export function packagePath(target = 'linux-x64') {
  return join(root, `dist/ptune-${target}.vsix`);
}

/** Copies the part of onnxruntime that one platform runs; the whole has every platform's. */
function copyRuntime(target) {
  const [platform, architecture] = target.split('-');
  const runtime = join('onnxruntime-node/bin/napi-v6', platform, architecture);
  if (!existsSync(join(root, 'node_modules', runtime))) {
    const platforms = join(root, 'node_modules/onnxruntime-node/bin/napi-v6');
    const known = readdirSync(platforms).flatMap((name) =>
      readdirSync(join(platforms, name)).map((inner) => `${name}-${inner}`),
    );
    fail(`onnxruntime-node has no build for ${target}; it has ${known.join(', ')}.`);
  }
  const scripts = (path) => !/\.(ts|map)$/.test(path);
  for (const [part, filter] of [
    ['onnxruntime-node/package.json', undefined],
    ['onnxruntime-node/dist', scripts],
    [runtime, undefined],
    ['onnxruntime-common/package.json', undefined],
    ['onnxruntime-common/dist/cjs', scripts],
  ]) {
    cpSync(join(root, 'node_modules', part), join(shipped, part), { recursive: true, filter });
  }
}

/** The files below a folder, paths relative to the project. */
function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Packs for `target`; returns the path of the package. */
export async function pack(target = 'linux-x64') {
  const path = packagePath(target);
  const stamp = `${path}.json`;
  if (isUpToDate(stamp)) return path;
  const { createVSIX } = await import('@vscode/vsce');
  try {
    copyRuntime(target);
    await createVSIX({
      cwd: root,
      target,
      packagePath: path,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
  } finally {
    rmSync(shipped, { recursive: true, force: true });
  }
  writeStamp(stamp, [
    ...['package.json', 'package-lock.json', 'scripts/package.mjs', '.vscodeignore'],
    ...['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/diagnostics.md', relative(root, path)],
    ...[
      'extension.cjs',
      'web.cjs',
      'tokens.cjs',
      'trainer.cjs',
      'cli.cjs',
      'report.js',
      'report.css',
      'licenses.txt',
    ].map((name) => `dist/${name}`),
    ...filesBelow('media'),
    ...filesBelow('examples').filter((path) => !path.includes('/.ptune/')),
  ]);
  return path;
}

if (isMain(import.meta.url)) {
  await setup();
  say(`Packed ${relative(root, await pack(process.argv[2]))}`);
}
