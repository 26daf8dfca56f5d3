/**
 * What the scripts share: where the project lies, running a command, and not doing work twice. Only
 * `node:` modules, because it also runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Says what is being done, on standard error: standard output belongs to the command itself. */
export function say(message) {
  process.stderr.write(`${message}\n`);
}

/** Says why a script cannot go on and ends it. */
export function fail(message) {
  say(message);
  process.exit(3);
}

/**
 * Runs a command to its end. Resolves to its exit status (128 + the number of the signal that ended
 * it) and, where `output` is 'collect', to what it printed. `output: 'stderr'` shows it but keeps it
 * off standard output; 'inherit' leaves everything as it is.
 */
export function run(command, args, { cwd = root, env = process.env, output = 'inherit' } = {}) {
  const stdio = {
    inherit: 'inherit',
    stderr: ['inherit', 2, 'inherit'],
    collect: ['ignore', 'pipe', 'pipe'],
  };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: stdio[output] });
    const printed = [];
    child.stdout?.on('data', (chunk) => printed.push(chunk));
    child.stderr?.on('data', (chunk) => printed.push(chunk));
    // Ctrl+C reaches the child as well: wait for how it ends rather than leave it behind.
    const ignore = () => {};
    process.on('SIGINT', ignore);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore);
      const status = code ?? 128 + constants.signals[signal];
      resolve({ status, printed: Buffer.concat(printed).toString() });
    });
  });
}

/** SHA-256 of a file's bytes, or "absent". */
export function fileHash(path) {
  if (!existsSync(path)) return 'absent';
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Writes a file whole: a reader sees the old bytes or the new ones, never a part. */
export function writeWhole(path, bytes, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bytes, { mode });
  renameSync(temporary, path);
}

/** Whether every file of a stamp still has the bytes it had when the stamp was written. */
export function isUpToDate(stamp) {
  if (!existsSync(stamp)) return false;
  const { inputs } = JSON.parse(readFileSync(stamp, 'utf8'));
  return Object.entries(inputs).every(([path, hash]) => fileHash(join(root, path)) === hash);
}

/** Records the files (relative to the project) that a piece of work depends on or has made. */
export function writeStamp(stamp, paths, more = {}) {
  const sorted = [...new Set(paths)].sort();
  const inputs = Object.fromEntries(sorted.map((path) => [path, fileHash(join(root, path))]));
  writeWhole(stamp, JSON.stringify({ inputs, ...more }, undefined, 1));
}

/** Whether the module at `url` is the script that was started. */
export function isMain(url) {
  return process.argv[1] !== undefined && fileURLToPath(url) === process.argv[1];
}

/** Installs packages of Debian where that is allowed; whether they are there is for the caller to see. */
export async function installPackages(what, packages) {
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  say(`Installing ${what} for the tests (apt-get) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, output: 'stderr' };
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', [...quiet, 'update'], options);
  await run(
    'apt-get',
    [...quiet, 'install', '-y', '--no-install-recommends', ...packages],
    options,
  );
}
