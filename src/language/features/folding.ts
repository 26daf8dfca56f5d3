/** The parts of a file that an editor can fold. */
import type { PtuneFile } from '../ast.ts';
import { LineMap } from '../lineMap.ts';
import { promptSpan } from './symbols.ts';

/** Zero-based lines; the first stays visible. */
export interface FoldingRange {
  readonly startLine: number;
  readonly endLine: number;
  readonly kind: 'settings' | 'prompt' | 'comment';
}

/** The settings, every prompt of more than one line, and blocks of comments, in no fixed order. */
export function foldingRanges(file: PtuneFile): FoldingRange[] {
  const lines = new LineMap(file.text);
  const lineOf = (offset: number) => lines.position(offset).line;
  const ranges: FoldingRange[] = [];
  if (file.frontMatterSpan) {
    const { start, end } = file.frontMatterSpan;
    // The fences lie around the YAML, one line before and one after.
    ranges.push({
      startLine: Math.max(0, lineOf(start) - 1),
      endLine: lineOf(end),
      kind: 'settings',
    });
  }
  for (const prompt of file.prompts) {
    const { start, end } = promptSpan(prompt);
    ranges.push({ startLine: lineOf(start), endLine: lineOf(end), kind: 'prompt' });
  }
  let first: number | undefined;
  let last = -1;
  for (const { span } of [...file.comments, { span: undefined }]) {
    const line = span && lineOf(span.start);
    if (line !== undefined && first !== undefined && line === last + 1) {
      last = line;
      continue;
    }
    if (first !== undefined) ranges.push({ startLine: first, endLine: last, kind: 'comment' });
    first = line;
    last = line ?? -1;
  }
  return ranges.filter(({ startLine, endLine }) => endLine > startLine);
}
