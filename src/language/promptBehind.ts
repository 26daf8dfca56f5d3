/** Where a prompt goes that belongs to another one. */
import type { PtuneFile } from './ast.ts';
import { printPrompt } from './withPrompt.ts';

/** A text to insert, and where. */
export interface Insertion {
  /** UTF-16 offset. */
  readonly at: number;
  readonly text: string;
}

/**
 * A new prompt right behind the template of the prompt called `behind`, or behind the last
 * one where there is none, in the file's own line breaks.
 *
 * @param comments  lines before it, that say where it comes from
 */
export function promptBehind(
  file: PtuneFile,
  behind: string,
  { name, template, comments }: { name: string; template: string; comments: readonly string[] },
): Insertion {
  const lineBreak = file.text.includes('\r\n') ? '\r\n' : '\n';
  const before = file.prompts.find((prompt) => prompt.name === behind) ?? file.prompts.at(-1);
  // A template may be empty.
  const at = before ? Math.max(before.headSpan.end, before.templateSpan.end) : file.text.length;
  const lines = comments.map((comment) => `@# ${comment.replaceAll(/\s+/g, ' ')}\n`).join('');
  const block = `\n\n${lines}${printPrompt(name, template)}`.slice(0, -1);
  return { at, text: block.replaceAll('\n', lineBreak) };
}
