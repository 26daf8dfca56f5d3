/** Places of the language layer as places of the editor. */
import { Range, type TextDocument } from 'vscode';
import type { Span } from '../../language/ast.ts';

/** The range of a span of a document's text. */
export function rangeOf(document: TextDocument, { start, end }: Span): Range {
  return new Range(document.positionAt(start), document.positionAt(end));
}
