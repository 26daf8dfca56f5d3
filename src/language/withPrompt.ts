/** Adds a prompt to a `.ptune` file. */
import { parse } from './parser.ts';

const nameForm = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** A prompt as it is written in a file. */
export const printPrompt = (name: string, template: string): string =>
  `@prompt ${name}\n${template}\n`;

/**
 * `text` with one more prompt at its end, in the file's own line breaks; undefined where the name
 * is taken or no name.
 */
export function withPrompt(text: string, name: string, template: string): string | undefined {
  if (!nameForm.test(name) || parse(text).prompts.some((prompt) => prompt.name === name)) {
    return undefined;
  }
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const block = printPrompt(name, template).replaceAll('\n', lineBreak);
  return `${text.trimEnd()}${lineBreak}${lineBreak}${block}`;
}
