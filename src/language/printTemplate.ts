/** Writes the parts of a template as text: the inverse of reading one (template.ts). */
import type { TemplatePart } from './ast.ts';

/**
 * The template that is read as these parts. Words that would mean something else where they stand
 * are escaped: braces are doubled, and so is an "@" at the start of a line.
 */
export function printTemplate(parts: readonly TemplatePart[]): string {
  return parts.map(printPart).join('').replaceAll(/^@/gm, '@@');
}

function printPart(part: TemplatePart): string {
  switch (part.kind) {
    case 'text':
      return part.text.replaceAll(/[{}]/g, '$&$&');
    case 'slot':
    case 'answer':
      return `{${[part.column, ...part.filters].join('|')}}`;
    case 'demos':
      return `{demos:${part.count}}`;
    case 'virtual': {
      const { name, count, initText } = part;
      const definition =
        name === undefined
          ? (count ?? '')
          : [name, count].filter((word) => word !== undefined).join(':');
      const text = initText === undefined ? '' : quoted(initText);
      const space = definition !== '' && text !== '' ? ' ' : '';
      return `{*${definition}${space}${text}}`;
    }
  }
}

function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
