/** Places of the language layer as places of the editor. */
import { Range, type TextDocument } from 'vscode';
import type { Span } from '../../language/ast.ts';
import type { LineMap } from '../../language/lineMap.ts';

/** The range of a span of a document's text. */
export function rangeOf(document: TextDocument, { start, end }: Span): Range {
  return new Range(document.positionAt(start), document.positionAt(end));
}

/** The range of a span of a text that no document holds. */
export function spanRange(map: LineMap, { start, end }: Span): Range {
  const [from, to] = [map.position(start), map.position(end)];
  return new Range(from.line, from.character, to.line, to.character);
}
