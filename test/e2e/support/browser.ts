/** The Chromium that shows the editor. */
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

/**
 * Starts Chromium without a window, with an empty profile in `folder`. The path comes from
 * PTUNE_CHROMIUM, which `npm test` sets.
 */
export function startBrowser(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: process.env.PTUNE_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    // The sandbox cannot start as root, which is what containers run as.
    chromiumSandbox: false,
    // High enough for the whole example: only lines in view exist in the page.
    viewport: { width: 1280, height: 1200 },
    // Hovers fade in; a screenshot would show them half transparent.
    reducedMotion: 'reduce',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
