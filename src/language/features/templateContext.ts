/** Where a cursor stands in a template that is being written. */
import type { Span } from '../ast.ts';

export interface TemplateContext {
  readonly kind: 'braces' | 'filter' | 'virtualTokens' | 'demosCount' | 'directive' | 'lineStart';
  /** What is being written, to the end of its word. */
  readonly span: Span;
  /** What stands in the braces before it: the column of a filter. */
  readonly head: string;
  /** The text behind `span` that closes the braces is missing. */
  readonly needsBrace: boolean;
}

/** The context at `offset`, by its line alone; undefined among fixed words. */
export function contextInTemplate(text: string, offset: number): TemplateContext | undefined {
  const start =
    Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const line = text.slice(start, offset);
  const plain = { head: '', needsBrace: false } as const;
  if (/^@#/.test(line)) return undefined;
  if (/^@\w*$/.test(line)) {
    return { kind: 'directive', span: wordFrom(text, start, offset), ...plain };
  }
  const open = openBrace(line);
  if (open === undefined) {
    if (line !== '') return undefined;
    return { kind: 'lineStart', span: { start: offset, end: offset }, ...plain };
  }
  const content = line.slice(open + 1);
  const first = start + open + 1;
  const bar = content.lastIndexOf('|');
  const colon = /^\s*demos\s*:\s*/.exec(content);
  const star = /^\s*\*\s*/.exec(content);
  const skipped = star ?? colon;
  const [kind, from] =
    skipped !== null
      ? ([star ? 'virtualTokens' : 'demosCount', first + skipped[0].length] as const)
      : bar >= 0
        ? (['filter', first + bar + 1 + spaces(content.slice(bar + 1))] as const)
        : (['braces', first + spaces(content)] as const);
  if (kind === 'virtualTokens' && content.includes('"')) return undefined;
  const span = wordFrom(text, from, offset);
  const rest = /^[^\r\n{]*/.exec(text.slice(span.end))![0];
  const head = kind === 'filter' ? content.slice(0, content.indexOf('|')).trim() : '';
  return { kind, span, head, needsBrace: !rest.includes('}') };
}

/** Where the brace stands that is open at the end of a line; doubled ones are words. */
function openBrace(line: string): number | undefined {
  let open: number | undefined;
  for (let at = 0; at < line.length; at++) {
    if (open === undefined && /^(\{\{|\}\})/.test(line.slice(at, at + 2))) at++;
    else if (line[at] === '{') open = at;
    else if (line[at] === '}') open = undefined;
  }
  return open;
}

/** From `start` over the word that the cursor is in. */
function wordFrom(text: string, start: number, offset: number): Span {
  const rest = /^[\p{L}\p{N}_-]*/u.exec(text.slice(offset, offset + 200))![0];
  return { start: Math.min(start, offset), end: offset + rest.length };
}

function spaces(text: string): number {
  return text.length - text.trimStart().length;
}
