/** Changes of a text as plain data. */
import type { Span } from './ast.ts';

/** `text` in place of what stands at `span`. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** `text` after all `edits`, whose spans are in it and do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const ordered = edits
    .map((edit, index) => ({ ...edit, index }))
    .toSorted((a, b) => a.span.start - b.span.start || a.index - b.index);
  let result = '';
  let at = 0;
  for (const { span, text: put } of ordered) {
    result += text.slice(at, span.start) + put;
    at = span.end;
  }
  return result + text.slice(at);
}
