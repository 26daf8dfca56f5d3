/** Text from files and models, safe where Markdown, links or icons are read out of text. */
import { visibleText } from './visibleText.ts';

/** The text with every character that Markdown or HTML could read as more than itself escaped. */
export function markdownText(text: string): string {
  return visibleText(text)
    .replace(/[\\`*_{}[\]()#+\-.!|~>]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/\s+/g, ' ');
}

/** The text with nothing that a message of the editor could take for a link, such as to a command. */
export function messageText(text: string): string {
  return text.replaceAll('](', '] (');
}

/** The text with nothing that a list of the editor could take for an icon, `$(name)`. */
export function listText(text: string): string {
  return text.replaceAll('$(', '\\$(');
}
