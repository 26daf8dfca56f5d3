/**
 * Reads the lines of a template into parts. What stands in braces is read by braces.ts; here are
 * fixed words, line breaks and the doubled braces that mean themselves.
 */
import type { Span, TemplatePart } from './ast.ts';
import { readBraces } from './braces.ts';
import type { Diagnostic } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';

/** A template line's content: without its line break, and without the first of a leading "@@". */
export interface TemplateLine {
  readonly span: Span;
}

export interface Template {
  readonly parts: readonly TemplatePart[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The parts of the template that `lines` of `text` hold. `answer` names the answer's column. */
export function readTemplate(
  text: string,
  lines: readonly TemplateLine[],
  answer: string | undefined,
): Template {
  const parts: TemplatePart[] = [];
  const diagnostics: Diagnostic[] = [];
  const words = new FixedWords(parts);
  for (const [index, { span }] of lines.entries()) {
    if (index > 0) words.add('\n', { start: lines[index - 1]!.span.end, end: span.start });
    let at = span.start;
    while (at < span.end) {
      const character = text[at]!;
      if (character !== '{' && character !== '}') {
        const end = nextBrace(text, at, span.end);
        words.add(text.slice(at, end), { start: at, end });
        at = end;
      } else if (at + 1 < span.end && text[at + 1] === character) {
        words.add(character, { start: at, end: at + 2 });
        at += 2;
      } else if (character === '}') {
        const place = { start: at, end: at + 1 };
        const message =
          'There is no "{" for this "}". Write "}}" for a brace that belongs to the words';
        diagnostics.push(
          diagnostic('template/stray-brace', place, message, { data: { replacement: '}}' } }),
        );
        words.add('}', place);
        at += 1;
      } else {
        const braces = readBraces(text, { start: at, end: span.end }, answer);
        diagnostics.push(...braces.diagnostics);
        if (braces.part) words.flushBefore(braces.part);
        else words.add(text.slice(at, braces.end), { start: at, end: braces.end });
        at = braces.end;
      }
    }
  }
  words.flush();
  return { parts, diagnostics };
}

/** Gathers neighboring fixed words into one part. */
class FixedWords {
  readonly #parts: TemplatePart[];
  #text = '';
  #span: Span | undefined;

  constructor(parts: TemplatePart[]) {
    this.#parts = parts;
  }

  add(text: string, span: Span): void {
    this.#text += text;
    this.#span = { start: this.#span?.start ?? span.start, end: span.end };
  }

  flush(): void {
    if (this.#span) this.#parts.push({ kind: 'text', text: this.#text, span: this.#span });
    this.#text = '';
    this.#span = undefined;
  }

  flushBefore(part: TemplatePart): void {
    this.flush();
    this.#parts.push(part);
  }
}

function nextBrace(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text[at] !== '{' && text[at] !== '}') at++;
  return at;
}
