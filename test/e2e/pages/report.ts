/** The report's webview: a page in a frame in a frame. */
import type { FrameLocator, Page } from 'playwright-core';

export class Report {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The report's own document. */
  get document(): FrameLocator {
    return this.#page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** Everything that the report says, once it contains `expected`. */
  async text(expected: string | RegExp, timeoutMs = 30_000): Promise<string> {
    const body = this.document.locator('body');
    await body.filter({ hasText: expected }).waitFor({ timeout: timeoutMs });
    return body.innerText();
  }

  /** The cells of the table with this caption or label, row by row. */
  async table(name: string | RegExp): Promise<string[][]> {
    const rows = await this.document.getByRole('table', { name }).getByRole('row').all();
    return Promise.all(
      rows.map((row) => row.locator('th, td, [role=cell], [role=gridcell]').allInnerTexts()),
    );
  }
}
