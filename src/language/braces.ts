/**
 * Reads what stands in one pair of braces: a slot with filters, virtual tokens, or examples.
 *
 *   slot     = "{" column { "|" filter } "}"
 *   virtual  = "{" "*" [ count | name [ ":" count ] ] [ string ] "}"
 *   examples = "{" "demos" ":" count "}"
 *
 * Braces never reach over the end of a line. Every problem gives a diagnostic and, where the meaning
 * is plain all the same, the part that was meant, so that one slip is reported once.
 */
import { filters } from './ast.ts';
import type { Filter, Span, TemplatePart } from './ast.ts';
import type { Diagnostic } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';
import { suggestion, nearestName } from './nearest.ts';
import { readVirtual } from './virtualTokens.ts';

/** The most solved examples that a template may ask for. */
const mostDemos = 64;

export interface Braces {
  /** Undefined when no meaning can be guessed; the text then counts as words. */
  readonly part: TemplatePart | undefined;
  /** Where reading goes on. */
  readonly end: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the braces that open at `line.start`; `line.end` is where the line ends. */
export function readBraces(text: string, line: Span, answer: string | undefined): Braces {
  const { start } = line;
  const close = closingBrace(text, line);
  if (close.kind !== 'closed') return readUnclosed(text, line, close, answer);
  const diagnostics: Diagnostic[] = [];
  const span = { start, end: close.at + 1 };
  const content = { start: start + 1, end: close.at };
  const part = readContent(text, content, span, answer, diagnostics);
  return { part, end: span.end, diagnostics };
}

type Closing = { readonly kind: 'closed' | 'unclosed' | 'unclosedString'; readonly at: number };

/** Finds the brace that closes, over the strings that virtual tokens start from. */
function closingBrace(text: string, { start, end }: Span): Closing {
  const hasStrings = text
    .slice(start + 1, end)
    .trimStart()
    .startsWith('*');
  let quote: number | undefined;
  for (let at = start + 1; at < end; at++) {
    const character = text[at];
    if (quote !== undefined) {
      if (character === '\\') at++;
      else if (character === '"') quote = undefined;
    } else if (character === '"' && hasStrings) quote = at;
    else if (character === '}') return { kind: 'closed', at };
    else if (character === '{') return { kind: 'unclosed', at };
  }
  return quote === undefined
    ? { kind: 'unclosed', at: end }
    : { kind: 'unclosedString', at: quote };
}

/** Takes `{name` or `{*5` without its brace for what it seems to be. */
function readUnclosed(
  text: string,
  line: Span,
  close: Closing,
  answer: string | undefined,
): Braces {
  if (close.kind === 'unclosedString') {
    const brace = text.indexOf('}', close.at);
    const end = brace === -1 || brace >= line.end ? line.end : brace + 1;
    const span = { start: close.at, end: Math.max(close.at + 1, end === line.end ? end : end - 1) };
    const message = "The text that the virtual tokens start from is not closed. Put '\"' after it";
    const part = readVirtual(
      text,
      { start: line.start + 1, end: close.at },
      { start: line.start, end },
      [],
    );
    return { part, end, diagnostics: [diagnostic('template/unclosed-string', span, message)] };
  }
  const head = /\*\d*|\*?[\p{L}_][\p{L}\p{N}_-]*(?::\d+)?(?:\|[a-z]+)*/uy;
  head.lastIndex = line.start + 1;
  const written = head.exec(text)?.[0].slice(0, close.at - line.start - 1) ?? '';
  const end = line.start + 1 + written.length;
  const span = { start: line.start, end };
  const message =
    written === ''
      ? 'This "{" is not closed. Write "{{" for a brace that belongs to the words'
      : `This brace is not closed. Write "{${written}}", or "{{" for a brace that belongs to the words`;
  const replacement = written === '' ? undefined : `{${written}}`;
  // A single brace is doubled together with the one that closes it, which only a fix can see.
  const more = replacement === undefined ? {} : { data: { replacement } };
  const problem = diagnostic('template/unclosed-brace', span, message, more);
  const content = { start: line.start + 1, end };
  const part = written === '' ? undefined : readContent(text, content, span, answer, []);
  return { part, end, diagnostics: [problem] };
}

function readContent(
  text: string,
  content: Span,
  span: Span,
  answer: string | undefined,
  diagnostics: Diagnostic[],
): TemplatePart | undefined {
  const written = text.slice(content.start, content.end);
  if (written.trimStart().startsWith('*')) {
    return readVirtual(text, trimmed(text, content), span, diagnostics);
  }
  const pieces = splitAtBars(text, content);
  const columnSpan = pieces[0]!;
  const column = text.slice(columnSpan.start, columnSpan.end);
  const demos = /^demos\s*:(.*)$/s.exec(column);
  if (demos) {
    if (pieces.length > 1) {
      const place = { start: pieces[1]!.start, end: content.end };
      const message = 'Filters belong to slots; the slots of the examples have their own';
      diagnostics.push(diagnostic('template/misplaced-filter', place, message));
    }
    return { kind: 'demos', count: demosCount(demos[1]!.trim(), columnSpan, diagnostics), span };
  }
  if (column === '' || /[:"*]/.test(column)) {
    const shown = column === '' ? 'Empty braces' : `"${column}"`;
    const message = `${shown} cannot be a slot. Write {column}, {column|filter}, {*5} for virtual tokens, {demos:4} for examples, or {{ }} for braces`;
    const place = column === '' ? span : columnSpan;
    const meant = counted(column);
    const more = meant === undefined ? {} : { data: { replacement: meant } };
    diagnostics.push(diagnostic('template/bad-slot', place, message, more));
    return undefined;
  }
  const kind = column === answer ? 'answer' : 'slot';
  const used = pieces.slice(1).flatMap((piece) => readFilter(text, piece, span, diagnostics));
  if (kind === 'answer' && used.includes('shorten')) {
    const place = pieces.slice(1).find(({ start, end }) => text.slice(start, end) === 'shorten')!;
    const message = 'The answer is never cut; put "shorten" on another slot';
    diagnostics.push(diagnostic('template/misplaced-filter', place, message));
  }
  return { kind, column, columnSpan, filters: used, span };
}

/** What `name:3` is meant to be: examples where it is nearly their name, else virtual tokens. */
function counted(content: string): string | undefined {
  const [, name, count] = /^([A-Za-z][A-Za-z0-9_-]*)\s*:\s*(\d+)$/.exec(content) ?? [];
  if (name === undefined || count === undefined) return undefined;
  return `${nearestName(name, ['demos']) === undefined ? `*${name}` : 'demos'}:${count}`;
}

function readFilter(text: string, piece: Span, slot: Span, diagnostics: Diagnostic[]): Filter[] {
  const name = text.slice(piece.start, piece.end);
  const filter = filters.find((known) => known === name);
  if (filter) return [filter];
  const place = piece.end > piece.start ? piece : { start: piece.start - 1, end: piece.start };
  const visible = place.start > slot.start ? place : slot;
  if (name === '') {
    const message = `A filter has to follow "|": ${filters.join(', ')}`;
    diagnostics.push(diagnostic('template/unknown-filter', visible, message));
    return [];
  }
  const nearest = nearestName(name, filters);
  const message = `There is no filter "${name}". ${suggestion(name, filters)}`;
  const more = nearest === undefined ? {} : { data: { replacement: nearest } };
  diagnostics.push(diagnostic('template/unknown-filter', visible, message, more));
  return [];
}

function demosCount(written: string, place: Span, diagnostics: Diagnostic[]): number {
  const count = /^\d{1,9}$/.test(written) ? Number(written) : 0;
  if (count >= 1 && count <= mostDemos) return count;
  const message = `{demos:…} takes a whole number of examples from 1 to ${mostDemos}, but is "${written}"`;
  diagnostics.push(diagnostic('template/bad-count', place, message));
  return 1;
}

function splitAtBars(text: string, { start, end }: Span): Span[] {
  const pieces: Span[] = [];
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at === end || text[at] === '|') {
      pieces.push(trimmed(text, { start: from, end: at }));
      from = at + 1;
    }
  }
  return pieces;
}

function trimmed(text: string, { start, end }: Span): Span {
  const piece = text.slice(start, end);
  const length = piece.trim().length;
  if (length === 0) return { start, end: start };
  const first = start + piece.length - piece.trimStart().length;
  return { start: first, end: first + length };
}
