/** The text editor in front: its lines and what stands between, behind and above them. */
import type { Locator, Page } from 'playwright-core';

export class CodeEditor {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The first line that contains `text`. Only lines in view exist. */
  line(text: string): Locator {
    return this.#page
      .locator('.editor-instance .view-line')
      .filter({ hasText: text })
      .filter({ visible: true })
      .first();
  }

  /** Scrolls until the line that contains `text` is well in view. */
  async reveal(text: string): Promise<Locator> {
    const line = this.line(text);
    const editor = this.#page.locator('.editor-instance .monaco-editor').first();
    const frame = (await editor.boundingBox())!;
    const center = frame.y + frame.height / 2;
    const far = frame.height / 2 - 60;
    const distance = async () => {
      const box = (await line.isVisible()) ? await line.boundingBox() : null;
      return box === null ? undefined : box.y - center;
    };
    const scroll = async (by: number) => {
      await this.#page.mouse.move(frame.x + frame.width / 2, center);
      await this.#page.mouse.wheel(0, by);
      await this.#page.waitForTimeout(100);
    };
    let found = await distance();
    if (found === undefined) await scroll(-1e6);
    for (let i = 0; i < 100; i++) {
      found = await distance();
      if (found !== undefined && Math.abs(found) < far) return line;
      const before = found;
      await scroll(found ?? frame.height / 2);
      // At either end of the text a line can stay far from the center, and is in view all the same.
      if (before !== undefined && (await distance()) === before) return line;
    }
    throw new Error(`The editor shows no line with "${text}"`);
  }

  /**
   * What decorations add to the line that contains `text`, in order, joined. Decorations are
   * generated content, which no text of the page contains.
   */
  async addedText(text: string): Promise<string> {
    return (await this.reveal(text)).evaluate((line) =>
      [...line.querySelectorAll('span')]
        .flatMap((span) => ['::before', '::after'].map((part) => getComputedStyle(span, part)))
        .map((style) => /^"(.*)"$/s.exec(style.content)?.[1] ?? '')
        .join('')
        .replaceAll(/\\(["\\])/g, '$1')
        .replaceAll('\u00a0', ' ')
        .trim(),
    );
  }

  /** Points at `word` in the line that contains `text` and returns what the hover says. */
  async hover(text: string, word = text): Promise<string> {
    await this.dismissHover();
    const { x, y } = await this.#placeOf(text, word);
    // A jump alone is no pointing: the editor wants to see the mouse come to rest.
    await this.#page.mouse.move(x - 2, y);
    await this.#page.mouse.move(x, y);
    const contents = this.hoverContents();
    // A provider that takes a moment lets the editor say so first.
    await contents
      .filter({ hasNotText: /^Loading\.\.\.$/ })
      .first()
      .waitFor();
    return (await contents.allInnerTexts()).join('\n');
  }

  /** The middle of `word` in its line; colored text is split into pieces that no selector matches. */
  async #placeOf(text: string, word: string): Promise<{ x: number; y: number }> {
    return (await this.reveal(text)).evaluate((line, wanted) => {
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      const pieces: { node: Node; start: number; end: number }[] = [];
      let shown = '';
      while (walker.nextNode() !== null) {
        const node = walker.currentNode;
        const start = shown.length;
        shown += (node.textContent ?? '').replaceAll('\u00a0', ' ');
        pieces.push({ node, start, end: shown.length });
      }
      const middle = shown.indexOf(wanted) + Math.floor(wanted.length / 2);
      const { node, start } = pieces.find(({ end }) => middle < end)!;
      const range = document.createRange();
      range.setStart(node, middle - start);
      range.setEnd(node, middle - start + 1);
      const { left, top, width, height } = range.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    }, word);
  }

  /** The parts of the hover that is open, for clicking a link in it. */
  hoverContents(): Locator {
    return this.#page.locator('.monaco-hover:visible .hover-contents:visible');
  }

  /** Closes a hover: an open one covers what stands above the line. */
  async dismissHover(): Promise<void> {
    await this.#page.keyboard.press('Escape');
    await this.#page.mouse.move(1, 1);
    await this.hoverContents().first().waitFor({ state: 'hidden' });
  }

  /** The titles of the code lenses in view, from the top. */
  codeLenses(): Promise<string[]> {
    return this.#page.locator('.codelens-decoration a').allInnerTexts();
  }

  /** The rows of code lenses in view, words without a link among them, from the top. */
  codeLensRows(): Promise<string[]> {
    return this.#page.locator('.codelens-decoration').allInnerTexts();
  }

  /** The first code lens in sight whose title contains `title`; the editor keeps others hidden. */
  codeLens(title: string): Locator {
    return this.#page
      .locator('.codelens-decoration a')
      .filter({ hasText: title })
      .filter({ visible: true })
      .first();
  }

  /** Writes `text` at the end of the line that contains `at`. */
  async append(at: string, text: string): Promise<void> {
    await (await this.reveal(at)).click();
    await this.#page.keyboard.press('End');
    await this.#page.keyboard.type(text);
  }
}
