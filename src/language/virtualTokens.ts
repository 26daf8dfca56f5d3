/** Reads virtual tokens, `{*}`, and joins the places of named ones. */
import type { Span, TemplatePart, VirtualPart } from './ast.ts';
import type { Diagnostic } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';

/** The most virtual tokens in one place: more than any model with short inputs has room for. */
export const mostVirtualTokens = 512;

interface Token {
  /** `*`, n(umber), w(ord), `:`, s(tring), or ? for anything else. */
  readonly kind: '*' | 'n' | 'w' | ':' | 's' | '?';
  readonly text: string;
  readonly span: Span;
}

/** The forms that the tokens may have, one letter a token. */
const forms = /^\*(n|w(:n)?)?s?$/;

/**
 * Reads the content of braces that starts with "*"; `span` holds the braces too. What cannot be
 * read counts as one virtual token, so that the prompt stays continuous.
 */
export function readVirtual(
  text: string,
  content: Span,
  span: Span,
  diagnostics: Diagnostic[],
): VirtualPart {
  const tokens = tokenize(text, content);
  const shape = tokens.map(({ kind }) => kind).join('');
  const unnamed = { name: undefined, nameSpan: undefined, repeats: false } as const;
  const one = { kind: 'virtual', count: 1, initText: undefined, ...unnamed, span } as const;
  if (!forms.test(shape)) {
    const wrong = shape.startsWith('*wn')
      ? `Write {*${tokens[1]!.text}:${tokens[2]!.text}} for named virtual tokens`
      : 'Write {*}, {*5}, {*"text"}, {*5 "text"}, {*name:5} or {*name}';
    diagnostics.push(
      diagnostic(
        'template/bad-virtual-token',
        span,
        `These virtual tokens cannot be read. ${wrong}`,
      ),
    );
    return one;
  }
  const number = tokens.find(({ kind }) => kind === 'n');
  const string = tokens.find(({ kind }) => kind === 's');
  const word = tokens.find(({ kind }) => kind === 'w');
  let count = number && Number(number.text);
  if (number && count !== undefined && (count < 1 || count > mostVirtualTokens)) {
    const message = `The number of virtual tokens has to be from 1 to ${mostVirtualTokens}, but is ${number.text.slice(0, 20)}`;
    diagnostics.push(diagnostic('template/bad-count', number.span, message));
    count = 1;
  }
  let initText = string && unquoted(string.text);
  if (string && initText?.trim() === '') {
    const message =
      'The text that virtual tokens start from is empty. Write some words, or leave the quotes out';
    diagnostics.push(diagnostic('template/bad-virtual-token', string.span, message));
    initText = undefined;
  }
  const repeats = word !== undefined && count === undefined && initText === undefined;
  const named = { name: word?.text, nameSpan: word?.span, repeats };
  return { kind: 'virtual', count, initText, ...named, span };
}

/**
 * Gives each place of named virtual tokens the count and text of their definition; a name without
 * one, and definitions that differ, are diagnostics.
 */
export function joinNamed(
  parts: readonly TemplatePart[],
  diagnostics: Diagnostic[],
): TemplatePart[] {
  const definitions = new Map<string, VirtualPart>();
  for (const part of parts) {
    if (part.kind !== 'virtual' || part.name === undefined || part.repeats) continue;
    const first = definitions.get(part.name);
    if (first === undefined) definitions.set(part.name, part);
    else if (first.count !== part.count || first.initText !== part.initText) {
      const message = `The virtual tokens "${part.name}" are defined twice in different ways. Write {*${part.name}} here to use the same vectors again, or choose another name`;
      diagnostics.push(
        diagnostic('template/conflicting-virtual-token', part.span, message, {
          related: [{ span: first.span, message: 'The first definition' }],
          data: { replacement: `{*${part.name}}` },
        }),
      );
    }
  }
  return parts.map((part) => {
    if (part.kind !== 'virtual' || part.name === undefined) return part;
    const definition = definitions.get(part.name);
    if (definition) return { ...part, count: definition.count, initText: definition.initText };
    const message = `The virtual tokens "${part.name}" are not defined in this prompt. Write {*${part.name}:3} at one of their places to say how many they are`;
    diagnostics.push(diagnostic('template/undefined-virtual-token', part.span, message));
    definitions.set(part.name, { ...part, count: 1 });
    return { ...part, count: 1 };
  });
}

function tokenize(text: string, { start, end }: Span): Token[] {
  const tokens: Token[] = [];
  const pattern = /([*:])|(\d+(?![\w.]))|([A-Za-z][A-Za-z0-9_-]*)|("(?:[^"\\]|\\.)*")|(\S)/y;
  const content = text.slice(0, end);
  let at = start;
  while (at < end) {
    if (/\s/.test(content[at]!)) {
      at++;
      continue;
    }
    pattern.lastIndex = at;
    const match = pattern.exec(content);
    if (!match) break;
    const written = match[0];
    const kind =
      match[1] !== undefined
        ? (written as '*' | ':')
        : match[2] !== undefined
          ? 'n'
          : match[3] !== undefined
            ? 'w'
            : match[4] !== undefined
              ? 's'
              : '?';
    tokens.push({ kind, text: written, span: { start: at, end: at + written.length } });
    at += written.length;
  }
  return tokens;
}

/** The text inside quotes: \" and \\ mean themselves, \n a line break, \t a tab. */
function unquoted(string: string): string {
  return string.slice(1, -1).replace(/\\(["\\nt])/g, (_, character: string) => {
    if (character === 'n') return '\n';
    return character === 't' ? '\t' : character;
  });
}
