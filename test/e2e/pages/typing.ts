/** What a person does in the text editor with the keyboard alone. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { eventually } from '../support/process.ts';

/** Puts the cursor behind the first `words` of the text with the editor's own search. */
export async function goTo(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+F');
  await page.waitForFunction(() => document.activeElement?.closest('.find-widget') != null);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(words);
  await page.locator('.find-widget.visible .matchesCount').filter({ hasText: ' of ' }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.locator('.find-widget.visible').waitFor({ state: 'hidden' });
  await page.keyboard.press('ArrowRight');
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
