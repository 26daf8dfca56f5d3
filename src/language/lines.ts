/** A text as its lines, each with the span of its content. */
import type { Span } from './ast.ts';

export interface Line {
  /** The line's text without its line break. */
  readonly text: string;
  /** The line without its line break. */
  readonly span: Span;
}

/** The lines of `text`; a byte order mark at the start belongs to no line. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (const ending of text.matchAll(/\r\n|\n|\r/g)) {
    lines.push({ text: text.slice(start, ending.index), span: { start, end: ending.index } });
    start = ending.index + ending[0].length;
  }
  lines.push({ text: text.slice(start), span: { start, end: text.length } });
  return lines;
}

/** Whether a line holds nothing but white space. */
export function isBlank(line: Line): boolean {
  return line.text.trim() === '';
}
