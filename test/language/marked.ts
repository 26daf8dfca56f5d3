/** Texts with marked places: `<|` and `|>` stand around what a diagnostic has to underline. */
import { expect } from 'vitest';
import type { PtuneFile, Span } from '../../src/language/ast.ts';
import { parse } from '../../src/language/parser.ts';

/** The text without its marks, and the marked spans in the order of their starts. */
export function unmark(marked: string): { text: string; spans: Span[] } {
  const spans: { start: number; end: number }[] = [];
  const open: number[] = [];
  let text = '';
  for (const piece of marked.split(/(<\||\|>)/)) {
    if (piece === '<|') open.push(spans.push({ start: text.length, end: -1 }) - 1);
    else if (piece === '|>') spans[open.pop()!]!.end = text.length;
    else text += piece;
  }
  return { text, spans };
}

/** Parses a marked text and expects exactly these codes, each at its mark. */
export function expectDiagnostics(marked: string, codes: readonly string[]): PtuneFile {
  const { text, spans } = unmark(marked);
  const file = parse(text);
  const found = file.diagnostics.map(({ code, span }) => ({
    code,
    at: text.slice(span.start, span.end),
    start: span.start,
  }));
  const expected = codes.map((code, index) => ({
    code,
    at: text.slice(spans[index]?.start, spans[index]?.end),
    start: spans[index]?.start,
  }));
  expect(found).toEqual(expected);
  return file;
}

/** A file with these prompts and settings that nothing is wrong with. */
export function withSettings(prompts: string, more = ''): string {
  return `---\nmodel: bundled/mini-mlm\ndata:\n  train: a.jsonl\nanswer: capital\n${more}---\n${prompts}`;
}

/** The codes that `text` gives. */
export function codesOf(text: string): string[] {
  return parse(text).diagnostics.map(({ code }) => code);
}
