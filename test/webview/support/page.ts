/** Bundles the report page and opens it in a real Chromium. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { splitReport } from '../../../src/protocol/report.ts';
import type { FullReport } from '../../../src/protocol/report.ts';
import { renderReportPage } from '../../../src/protocol/reportPage.ts';
import type { PageContent, ReportPageOptions } from '../../../src/protocol/reportPage.ts';
import { packExamples } from '../../../src/runs/reportFile.ts';
import { root } from '../../support/project.ts';

/** The bundled script and style of the page, as text. */
interface Bundle {
  readonly script: string;
  readonly style: string;
}

/** Bundles webview/main.ts as the build does. */
async function bundlePage(): Promise<Bundle> {
  const result = await build({
    entryPoints: [join(root, 'webview/main.ts')],
    outfile: 'report.js',
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome128', 'firefox128', 'safari17'],
    charset: 'utf8',
  });
  const text = (end: string) => result.outputFiles.find((file) => file.path.endsWith(end))!.text;
  return { script: text('.js'), style: text('.css') };
}

/** Starts the Chromium named by PTUNE_CHROMIUM, or Debian's. */
export async function startChromium(): Promise<Browser> {
  const path = process.env['PTUNE_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(path)) {
    throw new Error(
      `There is no Chromium at ${path}, and the report page is tested in one. ` +
        'Install it with "apt-get install --no-install-recommends chromium", or name another with PTUNE_CHROMIUM.',
    );
  }
  // The sandbox cannot start as root, which is what containers run as.
  return chromium.launch({ executablePath: path, chromiumSandbox: false, args: ['--disable-gpu'] });
}

/** An opened page, with what its console and its content security policy complained about. */
export interface OpenedPage {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** What the page posted to its editor; empty in a browser. */
  readonly posted: () => Promise<unknown[]>;
  close(): Promise<void>;
}

export interface OpenOptions extends BrowserContextOptions {
  readonly host?: ReportPageOptions['host'];
  /** A script that runs before the page's own. */
  readonly before?: string;
}

/** What a page that stands alone has in it. */
export async function contentOf(full: FullReport | undefined): Promise<PageContent | undefined> {
  if (full === undefined) return undefined;
  const [report, table] = splitReport(full);
  return { report, examples: await packExamples(table) };
}

/** Opens the self-contained page from a file, as a person would. */
async function openPage(
  browser: Browser,
  bundle: Bundle,
  full: FullReport | undefined,
  { host = 'browser', before, ...options }: OpenOptions = {},
): Promise<OpenedPage> {
  const folder = await mkdtemp(join(tmpdir(), 'ptune-page-'));
  const path = join(folder, 'report.html');
  const html = renderReportPage(await contentOf(full), {
    script: { text: bundle.script },
    style: { text: bundle.style },
    nonce: 'nonceOfTheTest',
    host,
  });
  await writeFile(path, html);
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript(
    `document.addEventListener('securitypolicyviolation', (event) =>
      console.error('policy: ' + event.violatedDirective + ' ' + event.sourceFile));`,
  );
  if (host === 'editor') await page.addInitScript(editorScript);
  if (before !== undefined) await page.addInitScript(before);
  await page.goto(pathToFileURL(path).href);
  await page.locator('#page:not([aria-busy])').waitFor();
  return {
    page,
    complaints,
    posted: () => page.evaluate('globalThis.posted ?? []'),
    close: async () => {
      await context.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The part of an editor's webview that the page meets: it keeps messages and state. */
const editorScript = `
  globalThis.posted = [];
  globalThis.acquireVsCodeApi = () => ({
    postMessage: (message) => globalThis.posted.push(structuredClone(message)),
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
  });`;

/** What the tests of a file share: one bundle and one Chromium, started before the first of them. */
export interface Pages {
  /** Opens a page, which the caller closes. */
  readonly opened: (shown: FullReport | undefined, options?: OpenOptions) => Promise<OpenedPage>;
  /** Opens a page, hands it over, and fails when it complained about anything. */
  readonly withPage: (
    shown: FullReport | undefined,
    options: OpenOptions,
    check: (opened: OpenedPage) => Promise<void>,
  ) => Promise<void>;
}

/** Pages for the tests of the calling file. */
export function usePages(): Pages {
  let bundle: Bundle;
  let browser: Browser;
  beforeAll(async () => {
    bundle = await bundlePage();
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
  });
  const opened: Pages['opened'] = (shown, options) => openPage(browser, bundle, shown, options);
  return {
    opened,
    withPage: async (shown, options, check) => {
      const page = await opened(shown, options);
      try {
        await check(page);
        expect(page.complaints).toEqual([]);
      } finally {
        await page.close();
      }
    },
  };
}
