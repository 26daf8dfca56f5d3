/** Text from files and models, safe inside Markdown. */
import { visibleToken } from '../../base/visibleText.ts';

export { markdownText } from '../../base/markdown.ts';

/** A token as inline code, so that spaces and punctuation show; safe inside a table too. */
export function markdownCode(token: string): string {
  const text = visibleToken(token).replaceAll('|', '\\|');
  // Longer than any run of backticks in it: nothing in the text can end the code.
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const ticks = '`'.repeat(longest === 0 ? 1 : longest + 1);
  const padding = text.startsWith('`') || text.endsWith('`') || text.trim() === '' ? ' ' : '';
  return `${ticks}${padding}${text}${padding}${ticks}`;
}
