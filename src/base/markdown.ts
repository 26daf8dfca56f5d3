/** Text from files and models, safe inside Markdown. */

/** The text with every character that Markdown or HTML could read as more than itself escaped. */
export function markdownText(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!|~>]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/\s+/g, ' ');
}
