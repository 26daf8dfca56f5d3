/**
 * Where a cursor stands in YAML that is being written: at a key or at a value, and under which keys.
 * Works on lines and brackets, since YAML that is half written has no tree.
 */
import type { Span } from '../ast.ts';

export interface SettingsContext {
  readonly kind: 'key' | 'value';
  /** The keys above; for a value its own key is the last. List items have their number as "0". */
  readonly path: readonly string[];
  /** What is being written, from its first character to the end of its word or value. */
  readonly span: Span;
  /** Whether it stands in brackets or braces. */
  readonly isFlow: boolean;
  /** Whether it is an item of a list. */
  readonly isItem: boolean;
  /** Columns before the key, for the lines under it. */
  readonly indent: number;
  /** Whether a space is missing between the colon and the value. */
  readonly needsSpace: boolean;
  /** Whether a key is followed by its colon already. */
  readonly hasColon: boolean;
}

/** The context at `offset` in the YAML block at `block`; undefined in a comment. */
export function contextInBlock(
  text: string,
  block: Span,
  offset: number,
): SettingsContext | undefined {
  const lineStart = Math.max(block.start, lineStartOf(text, offset));
  const before = text.slice(lineStart, offset);
  if (isInComment(before)) return undefined;
  const [, indentation, dashes, key, space] = linePattern.exec(before)!;
  const indent = indentation!.length + dashes!.length;
  const parents = parentsOf(text, { start: block.start, end: lineStart }, indent, dashes !== '');
  if (key === undefined) {
    const start = lineStart + indent;
    const flow = flowContext(text, { start, end: offset }, parents);
    return flow ?? simple('key', parents, wordSpan(text, start, offset), indent, text);
  }
  const valueStart = lineStart + indent + key.length + 1 + space!.length;
  const path = [...parents, unquotedKey(key)];
  const flow = flowContext(text, { start: valueStart, end: offset }, path);
  if (flow) return flow;
  const value = valueSpan(text, valueStart, offset);
  return { ...simple('value', path, value, indent, text), needsSpace: space === '' };
}

/** The context at `offset` in the flow mapping that opens at `start`. */
export function contextInBraces(
  text: string,
  start: number,
  offset: number,
): SettingsContext | undefined {
  return flowContext(text, { start, end: offset }, []);
}

/** Indentation, dashes of list items, a key with its colon, the space behind it. */
const linePattern =
  /^(\s*)((?:-\s+)*)(?:("[^"]*"|'[^']*'|[^\s:#"'[\]{},][^:#[\]{},]*?)\s*:(?=\s|$)(\s*))?/;

function simple(
  kind: 'key' | 'value',
  path: readonly string[],
  span: Span,
  indent: number,
  text: string,
): SettingsContext {
  const hasColon = /^\s*:/.test(text.slice(span.end, span.end + 8));
  const isItem = path.at(-1) === '0';
  return { kind, path, span, isFlow: false, isItem, indent, needsSpace: false, hasColon };
}

/** The keys under which a line at `indent` stands, by the lines above it. */
function parentsOf(text: string, above: Span, indent: number, isItem: boolean): string[] {
  const parents: string[] = isItem ? ['0'] : [];
  let limit = isItem ? indent - 1 : indent;
  const lines = text.slice(above.start, above.end).split(/\r\n|\n|\r/);
  for (const line of lines.toReversed()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [, indentation, dashes, key] = linePattern.exec(line)!;
    const keyIndent = indentation!.length + dashes!.length;
    // A dash at the column of its key belongs to it as well.
    const isAbove = keyIndent < limit || (isItem && dashes === '' && keyIndent < indent);
    if (!isAbove || (key === undefined && dashes === '')) continue;
    if (key !== undefined && dashes === '') parents.unshift(unquotedKey(key));
    else if (dashes !== '') parents.unshift('0');
    limit = indentation!.length;
    if (limit === 0 && dashes === '') break;
  }
  return parents;
}

/** The context within brackets that are open at the end of `span`; undefined where none are. */
function flowContext(
  text: string,
  span: Span,
  path: readonly string[],
): SettingsContext | undefined {
  const open: { kind: '{' | '['; key: string | undefined }[] = [];
  let from = span.start;
  for (let at = span.start; at < span.end; at++) {
    const character = text[at]!;
    const top = open.at(-1);
    if (character === '"' || character === "'") {
      const close = text.indexOf(character, at + 1);
      if (close === -1 || close >= span.end) break;
      at = close;
    } else if (character === '{' || character === '[') {
      if (open.length === 0 && text.slice(span.start, at).trim() !== '') return undefined;
      open.push({ kind: character, key: undefined });
      from = at + 1;
    } else if (character === '}' || character === ']') {
      open.pop();
      from = at + 1;
    } else if (character === ',' && top) {
      top.key = undefined;
      from = at + 1;
    } else if (character === ':' && top?.kind === '{' && top.key === undefined) {
      top.key = unquotedKey(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const top = open.at(-1);
  if (!top) return undefined;
  const keys = open.flatMap(({ key }) => key ?? []);
  const isKey = top.kind === '{' && top.key === undefined;
  const space = /^\s*/.exec(text.slice(from, span.end))![0];
  const context = simple(
    isKey ? 'key' : 'value',
    [...path, ...keys],
    wordSpan(text, from + space.length, span.end),
    0,
    text,
  );
  const needsSpace = text[from - 1] === ':' && space === '';
  return { ...context, isFlow: true, isItem: top.kind === '[', needsSpace };
}

/** From `start` to the end of the word at the cursor, or over the quotes that it stands in. */
function wordSpan(text: string, start: number, offset: number): Span {
  const end = quotedEnd(text, start, offset);
  if (end !== undefined) return { start, end };
  const rest = /^[\p{L}\p{N}_./-]*/u.exec(text.slice(offset, offset + 200))![0];
  return { start: Math.min(start, offset), end: offset + rest.length };
}

/**
 * Where the text in quotes ends that begins at `start`, where the cursor stands in it; undefined where
 * there is none, or where its closing quote is that of another value.
 */
function quotedEnd(text: string, start: number, offset: number): number | undefined {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return undefined;
  const inside = Math.max(start + 1, offset);
  if (text.slice(start + 1, inside).includes(quote)) return undefined;
  const rest = /^[^"'\r\n,#[\]{}]*/.exec(text.slice(inside))![0];
  const end = inside + rest.length;
  return text[end] === quote ? end + 1 : undefined;
}

/** From `start` to the end of the value on this line. */
function valueSpan(text: string, start: number, offset: number): Span {
  const rest = /^[^\r\n#]*/.exec(text.slice(offset))![0].trimEnd();
  return { start: Math.min(start, offset), end: offset + rest.length };
}

function unquotedKey(key: string): string {
  return /^(".*"|'.*')$/.test(key) ? key.slice(1, -1) : key;
}

function isInComment(before: string): boolean {
  return /(^|\s)#/.test(before.replace(/"[^"]*"|'[^']*'/g, ''));
}

function lineStartOf(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}
