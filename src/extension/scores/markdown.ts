/** Text from files and models, safe inside Markdown. */

/** The text with every character that Markdown or HTML could read as more than itself escaped. */
export function markdownText(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!|~>]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/\s+/g, ' ');
}

/** A token as inline code, so that spaces and punctuation show; safe inside a table too. */
export function markdownCode(token: string): string {
  const text = token.replace(/[\r\n]/g, '⏎').replaceAll('|', '\\|');
  const ticks = /`/.test(text) ? '``' : '`';
  const padding = text.startsWith('`') || text.endsWith('`') || text.trim() === '' ? ' ' : '';
  return `${ticks}${padding}${text}${padding}${ticks}`;
}
