/** What a person does in the text editor with the keyboard alone. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { eventually } from '../support/process.ts';

/**
 * Puts the cursor behind the first `words` of the text with the editor's own search. Waits until the
 * editor has done each part: on a busy machine keys are faster than it.
 */
export async function goTo(page: Page, words: string): Promise<void> {
  const widget = page.locator('.find-widget.visible');
  const place = page.locator('.statusbar-item').filter({ hasText: /^Ln \d+, Col \d+/ });
  await page.keyboard.press('Control+Home');
  await place.filter({ hasText: /^Ln 1, Col 1$/ }).waitFor();
  await page.keyboard.press('Control+F');
  await page.waitForFunction(() => document.activeElement?.closest('.find-widget') != null);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(words);
  // The first match is selected while it is typed.
  await place.filter({ hasText: `(${words.length} selected)` }).waitFor();
  await widget.locator('.matchesCount').filter({ hasText: ' of ' }).waitFor();
  await page.keyboard.press('Escape');
  await widget.waitFor({ state: 'hidden' });
  await page.waitForFunction(() => document.activeElement?.closest('.find-widget') == null);
  await page.keyboard.press('ArrowRight');
  await place.filter({ hasText: /selected/ }).waitFor({ state: 'hidden' });
}

/** Gives what stands at the cursor another name with F2. */
export async function renameTo(page: Page, name: string): Promise<void> {
  await page.keyboard.press('F2');
  const box = page.locator('.rename-box input:focus');
  await box.fill(name);
  await box.press('Enter');
  await box.waitFor({ state: 'hidden' });
}

/** Saves, and returns the text of the file at `path` once it contains what is expected. */
export async function savedText(
  page: Page,
  path: string,
  expected: string | RegExp,
): Promise<string> {
  await page.keyboard.press('Control+S');
  return eventually(`"${expected}" in the file`, () => {
    const text = readFileSync(path, 'utf8');
    const isThere = typeof expected === 'string' ? text.includes(expected) : expected.test(text);
    return isThere ? text : undefined;
  });
}
