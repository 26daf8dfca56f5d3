/** One editor for the tests of a file: started before the first, stopped after the last. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { RunnerTask as Task, RunnerTestSuite as Suite } from 'vitest';
import { Workbench } from '../pages/workbench.ts';
import { startBrowser } from './browser.ts';
import { startServer, type Server, type ServerOptions, type Theme } from './server.ts';

const root = join(import.meta.dirname, '../../..');
const output = join(root, 'test/.output');

/** The examples that ship, the workspace of most tests. */
export const examples = join(root, 'examples');

/** The packed extension; `npm test` says where it lies. */
export const vsix = process.env.PTUNE_VSIX ?? join(root, 'dist/ptune-linux-x64.vsix');

/** A server, a browser and the workbench that it shows. */
export class EditorSession {
  readonly server: Server;
  readonly page: Page;
  readonly workbench: Workbench;
  readonly #context: BrowserContext;
  readonly #console: string[] = [];

  private constructor(server: Server, context: BrowserContext, page: Page) {
    this.server = server;
    this.page = page;
    this.workbench = new Workbench(page);
    this.#context = context;
    page.on('console', (message) => this.#console.push(`${message.type()} ${message.text()}`));
    page.on('pageerror', (error) => this.#console.push(`error ${error.message}`));
  }

  /** Starts all parts and opens the workspace. */
  static async start(options: ServerOptions): Promise<EditorSession> {
    const server = await startServer(options);
    try {
      const context = await startBrowser(server.folder);
      const page = context.pages()[0] ?? (await context.newPage());
      page.setDefaultTimeout(60_000);
      const session = new EditorSession(server, context, page);
      await session.workbench.open(server.url);
      return session;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Opens the window again, as after an update, in another theme and with other settings. */
  async reopen({
    theme,
    settings,
  }: {
    readonly theme: Theme;
    readonly settings?: ServerOptions['settings'];
  }): Promise<void> {
    this.server.setTheme(theme, settings);
    await this.workbench.open(this.server.url);
  }

  /** Writes a screenshot of the window to test/.output and returns its path. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(output, { recursive: true });
    const path = join(output, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** Keeps what explains a failure: the window, the page's console and the server's log. */
  async keepEvidence(name: string): Promise<void> {
    const base = name.replaceAll(/[^\w.-]+/g, '-');
    await this.screenshot(base);
    writeFileSync(join(output, `${base}.console.log`), this.#console.join('\n'));
    const log = join(this.server.folder, 'server.log');
    if (existsSync(log)) copyFileSync(log, join(output, `${base}.server.log`));
  }

  async stop(): Promise<void> {
    await this.#context.close();
    await this.server.stop();
  }
}

/**
 * Gives the tests of the calling file or block one editor. The returned function is for use inside
 * tests and hooks; a failed test leaves its evidence in test/.output.
 */
export function useEditor(options: ServerOptions): () => EditorSession {
  let session: EditorSession | undefined;
  beforeAll(async () => {
    session = await EditorSession.start(options);
  });
  const explained = new Set<string>();
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    explained.add(task.id);
    await session?.keepEvidence(task.name);
  });
  afterAll(async ({}, file) => {
    // Where preparing a block failed, none of its tests ran: the window is still as it was then.
    const unexplained = failedWithin(file).filter(({ id }) => !explained.has(id));
    if (explained.size === 0 && unexplained.length > 0) {
      await session?.keepEvidence(unexplained.at(-1)!.name);
    }
    await session?.stop();
  });
  return () => {
    if (session === undefined) throw new Error('The editor runs only while tests do');
    return session;
  };
}

/** The failed blocks and tests below a block, outer ones first. */
function failedWithin({ tasks }: Readonly<Suite>): Task[] {
  return tasks.flatMap((task) => [
    ...(task.result?.state === 'fail' ? [task] : []),
    ...('tasks' in task ? failedWithin(task) : []),
  ]);
}
