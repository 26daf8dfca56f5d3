/**
 * Finds a plain Node to run the trainer with. The editor's own binary is Electron on a desktop, whose
 * memory allocator and native engines do not get along, so it never runs the trainer there.
 *
 * Order: the setting, every `node` on PATH, the one that a login shell knows (version managers put
 * it there only), and the server's own Node where the editor runs on a server.
 */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { PtuneError } from '../../base/errors.ts';

const run = promisify(execFile);

/** The oldest Node that the trainer runs on; package.json says the same under "engines". */
const leastVersion = [20, 12] as const;

/** Where to look. */
export interface NodeSearch {
  /** The setting `ptune.nodePath`, if it is not empty. */
  readonly setting: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Processor that the engine's native library was packed for. */
  readonly architecture: string;
  /** The program that this process runs in, and whether that is Electron. */
  readonly execPath: string;
  readonly isElectron: boolean;
}

/** A Node that runs the trainer. */
export interface NodeRuntime {
  readonly path: string;
  readonly version: string;
  readonly origin: 'setting' | 'PATH' | 'login shell' | 'server';
}

/**
 * The first usable Node.
 *
 * @throws PtuneError `runtime/no-node`; a setting that names no usable Node is not passed over
 */
export async function findNode(search: NodeSearch): Promise<NodeRuntime> {
  if (search.setting !== undefined) {
    const found = await examine(search.setting, search);
    if (typeof found !== 'string') return { ...found, origin: 'setting' };
    throw new PtuneError(
      'runtime/no-node',
      `The setting "ptune.nodePath" names no usable Node: ${found}.`,
      'Correct the setting, or clear it so that Node is looked for.',
    );
  }
  const refused: string[] = [];
  for await (const [path, origin] of candidates(search)) {
    const found = await examine(path, search);
    if (typeof found !== 'string') return { ...found, origin };
    refused.push(found);
  }
  const why = refused.length === 0 ? 'there is no "node" on the PATH' : refused.join('; ');
  throw new PtuneError(
    'runtime/no-node',
    `No Node.js was found to run the trainer: ${why}.`,
    `Install Node.js ${leastVersion.join('.')} or later, or name one in the setting "ptune.nodePath".`,
  );
}

async function* candidates(
  search: NodeSearch,
): AsyncGenerator<[path: string, origin: NodeRuntime['origin']]> {
  const name = search.platform === 'win32' ? 'node.exe' : 'node';
  const folders = search.environment['PATH'] ?? search.environment['Path'] ?? '';
  for (const folder of new Set(folders.split(delimiter))) {
    if (folder !== '' && (await isThere(join(folder, name)))) yield [join(folder, name), 'PATH'];
  }
  const ofShell = await askLoginShell(search);
  if (ofShell !== undefined) yield [ofShell, 'login shell'];
  if (!search.isElectron) yield [search.execPath, 'server'];
}

/** The Node at a path, or why it cannot be used. */
async function examine(
  path: string,
  search: NodeSearch,
): Promise<Pick<NodeRuntime, 'path' | 'version'> | string> {
  const question =
    'JSON.stringify([process.versions.node, process.arch, process.versions.electron])';
  try {
    const env = { ...search.environment, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' };
    const { stdout } = await run(path, ['-p', question], { env, timeout: 10_000 });
    const [version, architecture, electron] = JSON.parse(stdout) as [string, string, string | null];
    if (electron !== null) return `${path} is Electron ${electron}`;
    if (!isRecent(version))
      return `${path} is Node ${version}, older than ${leastVersion.join('.')}`;
    if (architecture === search.architecture) return { path, version };
    return `${path} is built for ${architecture}, the engine for ${search.architecture}`;
  } catch (error) {
    return `${path} does not run (${reason(error)})`;
  }
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > leastVersion[0] || (major === leastVersion[0] && minor >= leastVersion[1]);
}

/** The Node of a login shell, whose start-up files may set what the editor's environment lacks. */
async function askLoginShell(search: NodeSearch): Promise<string | undefined> {
  const shell = search.environment['SHELL'];
  if (search.platform === 'win32' || shell === undefined) return undefined;
  try {
    // Start-up files print what they like; the marks tell the answer from it.
    const script = 'printf "<node>%s</node>" "$(command -v node)"';
    const env = { ...search.environment };
    const { stdout } = await run(shell, ['-l', '-i', '-c', script], { env, timeout: 5000 });
    const path = /<node>(.+)<\/node>/.exec(stdout)?.[1];
    return path?.startsWith('/') === true ? path : undefined;
  } catch {
    // A shell without these options, or one that waits: there is no answer to be had.
    return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function reason(error: unknown): string {
  const { code, killed } = error as { code?: unknown; killed?: boolean };
  if (killed === true) return 'no answer within 10 s';
  if (code === 'ENOENT') return 'there is no such file';
  return typeof code === 'number' ? `exit status ${code}` : String(code ?? error);
}
