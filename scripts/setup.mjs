/**
 * Makes a checkout ready to run: installs the dependencies where they are missing or older than
 * package-lock.json, then builds. Imports nothing that is not part of Node.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail, isMain, root, run, say } from './steps.mjs';

const oldest = [20, 12];

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  fail(
    `ptune cannot run on Node.js ${process.versions.node}: it needs ${oldest.join('.')} or later. ` +
      'Install a newer one from https://nodejs.org and repeat the command.',
  );
}

/** npm writes the inner file last, so an installation that was broken off counts as missing. */
function isInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  // `npm install` writes both within moments, the inner one first.
  const slackMs = 10_000;
  return statSync(join(root, 'package-lock.json')).mtimeMs - statSync(installed).mtimeMs < slackMs;
}

/**
 * Runs npm, the one that started this script where one did. It says what went wrong even where the
 * outer one was called with --silent.
 */
export function npm(args, { cwd = root, output = 'stderr' } = {}) {
  const cli = process.env.npm_execpath;
  const options = { cwd, output, env: { ...process.env, npm_config_loglevel: 'error' } };
  if (cli !== undefined && /npm-cli\.c?js$/.test(cli)) {
    return run(process.execPath, [cli, ...args], options);
  }
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options);
}

/** Installs and builds what is missing; says on standard error what it does. */
export async function setup() {
  checkNode();
  if (!isInstalled()) {
    say('Installing the dependencies (npm ci) …');
    const { status } = await npm(['ci', '--include=dev', '--no-audit', '--no-fund']);
    if (status !== 0) {
      fail(`"npm ci" ended with status ${status}; its own messages above say why. Then repeat.`);
    }
  }
  const { build } = await import('./build.mjs');
  await build();
}

if (isMain(import.meta.url)) await setup();
