/** Writes the parts of a template as text: the inverse of template.ts, in one form for each meaning. */
import type { TemplatePart } from './ast.ts';

/** The template whose parts these are. */
export function printTemplate(parts: readonly TemplatePart[]): string {
  const text = parts
    .map((part) => (part.kind === 'text' ? escapedBraces(part.text) : printBraces(part)))
    .join('');
  // No other line break than this one starts a line of a template.
  return text.replace(/(^|\n)@/g, '$1@@');
}

/** What stands in the braces of a part that is no text, with the braces. */
export function printBraces(part: Exclude<TemplatePart, { readonly kind: 'text' }>): string {
  switch (part.kind) {
    case 'slot':
    case 'answer':
      return `{${[part.column, ...part.filters].join('|')}}`;
    case 'demos':
      return `{demos:${part.count}}`;
    case 'virtual': {
      const { count, initText, name, repeats } = part;
      if (name !== undefined && repeats) return `{*${name}}`;
      const amount = count === undefined ? '' : `${name === undefined ? '' : ':'}${count}`;
      const text = initText === undefined ? '' : quoted(initText);
      const head = `*${name ?? ''}${amount}`;
      return `{${head}${text !== '' && head !== '*' ? ' ' : ''}${text}}`;
    }
  }
}

/** Fixed words in which every brace means itself. */
export function escapedBraces(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}

function quoted(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t' };
  return `"${text.replace(/["\\\n\t]/g, (character) => escapes[character] ?? `\\${character}`)}"`;
}
