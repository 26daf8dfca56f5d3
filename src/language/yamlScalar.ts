/** Single values of YAML as they are written: a word as it is where it is safe, else in quotes. */
import type { Span } from './ast.ts';

/** Words that YAML 1.1 or 1.2 reads as something other than text. */
const reserved = /^(true|false|null|yes|no|on|off|y|n|nan|inf|infinity)$/i;

/** Letters first: what starts with a digit or a sign could be a number or a date. */
const plain = /^[\p{L}_][\p{L}\p{N}_./@-]*(?: [\p{L}\p{N}_./@-]+)*$/u;

/** `value` as it can stand anywhere in YAML, inside brackets and braces too. */
export function yamlScalar(value: string): string {
  return plain.test(value) && !reserved.test(value) ? value : JSON.stringify(value);
}

/** The text that a value without anchor, tag or alias stands for; undefined for others. */
export function readScalar(written: string): string | undefined {
  if (/^"(?:[^"\\]|\\.)*"$/.test(written)) {
    try {
      return JSON.parse(written) as string;
    } catch {
      // YAML has escapes that JSON has not; what they mean is left to a YAML reader.
      return undefined;
    }
  }
  if (/^'(?:[^']|'')*'$/.test(written)) return written.slice(1, -1).replaceAll("''", "'");
  return /^[&*!|>"'%@`[{]/.test(written) || written.includes('\n') ? undefined : written;
}

/** The span of a value without the quotes around it. */
export function spanInQuotes(text: string, span: Span): Span {
  const written = text.slice(span.start, span.end);
  const isQuoted = /^["']/.test(written) && readScalar(written) !== undefined;
  return isQuoted ? { start: span.start + 1, end: span.end - 1 } : span;
}
