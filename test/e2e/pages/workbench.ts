/** The window of VS Code as a person uses it. Knows the workbench's selectors. */
import type { Locator, Page } from 'playwright-core';
import { CodeEditor } from './codeEditor.ts';
import { Report } from './report.ts';

export class Workbench {
  readonly page: Page;
  readonly editor: CodeEditor;
  readonly report: Report;

  constructor(page: Page) {
    this.page = page;
    this.editor = new CodeEditor(page);
    this.report = new Report(page);
  }

  /** Goes to the address and waits until the theme is there and the explorer has files. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.locator('.monaco-workbench[class*="theme-defaults"]').waitFor();
    await this.page.getByRole('treeitem').first().waitFor({ timeout: 60_000 });
  }

  /** Opens a file of the workspace's top folder in the first group of editors. */
  async openFile(name: string): Promise<void> {
    await this.runCommand('View: Focus First Editor Group');
    await this.page.getByRole('treeitem', { name, exact: true }).dblclick();
    const group = this.page.locator('.editor-group-container.active');
    await group.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await group.locator('.monaco-editor .view-line').first().waitFor();
  }

  /**
   * Runs a command by its title in the palette. Commands of an extension are missing from the
   * palette until it is registered, so this asks again until `timeoutMs`.
   */
  async runCommand(title: string, timeoutMs = 60_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    const input = this.page.locator('.quick-input-widget:visible input').first();
    const row = this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: title })
      .first();
    for (;;) {
      await this.page.keyboard.press('F1');
      await input.waitFor();
      await input.fill(`>${title}`);
      try {
        await row.waitFor({ timeout: 1500 });
        await row.click();
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** The notification that contains `text`. VS Code does not show a fourth within 800 ms. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text }).first();
  }

  /** Presses a button of the notification that contains `text`. */
  async answer(text: string | RegExp, button: string): Promise<void> {
    await this.notification(text).getByRole('button', { name: button }).click();
  }

  /** Closes all notifications. */
  clearNotifications(): Promise<void> {
    return this.runCommand('Notifications: Clear All Notifications');
  }

  /** The status bar's entry that contains `text`. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text }).first();
  }

  /** The title of the tab in front. */
  activeTab(): Promise<string> {
    return this.page.locator('.editor-group-container.active .tab.active').innerText();
  }

  /** The messages of the Problems view, opened for it. */
  async problems(): Promise<string[]> {
    await this.runCommand('View: Focus Problems');
    const rows = this.page.locator('.markers-panel .monaco-list-row');
    await rows.first().waitFor();
    return rows.allInnerTexts();
  }
}
