/** Text from files and models, safe inside Markdown. */
export { markdownText } from '../../base/markdown.ts';

/** A token as inline code, so that spaces and punctuation show; safe inside a table too. */
export function markdownCode(token: string): string {
  const text = token.replace(/[\r\n]/g, '⏎').replaceAll('|', '\\|');
  const ticks = /`/.test(text) ? '``' : '`';
  const padding = text.startsWith('`') || text.endsWith('`') || text.trim() === '' ? ' ' : '';
  return `${ticks}${padding}${text}${padding}${ticks}`;
}
