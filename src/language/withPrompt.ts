/** Adds a prompt to a `.ptune` file. */
import { parse } from './parser.ts';

const nameForm = /^[A-Za-z][A-Za-z0-9_-]*$/;

/**
 * `text` with one more prompt at its end, in the file's own line breaks; undefined where the name
 * is taken or no name.
 */
export function withPrompt(text: string, name: string, template: string): string | undefined {
  if (!nameForm.test(name) || parse(text).prompts.some((prompt) => prompt.name === name)) {
    return undefined;
  }
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const block = `@prompt ${name}\n${template}\n`.replaceAll('\n', lineBreak);
  return `${text.trimEnd()}${lineBreak}${lineBreak}${block}`;
}
