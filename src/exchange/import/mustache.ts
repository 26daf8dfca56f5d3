/** Templates with `{{ name }}`, as promptfoo and Prompty write them. */
import { words } from './written.ts';

const known = new Set(['trim', 'lower', 'upper', 'capitalize']);

/**
 * A template of ours. What cannot be expressed is left as words and told.
 *
 * @param place  where the template stands, for warnings
 */
export function fromMustache(
  text: string,
  place: string,
): {
  readonly template: string;
  readonly columns: readonly string[];
  readonly warnings: readonly string[];
} {
  const columns: string[] = [];
  const warnings: string[] = [];
  const template = text
    .split(/(\{\{[^{}]*\}\}|\{%[^]*?%\}|\{#[^]*?#\})/)
    .map((part, i) => {
      if (i % 2 === 0) return words(part);
      if (part.startsWith('{#')) return '';
      const match = /^\{\{-?\s*([A-Za-z_][\w.]*)\s*((?:\|\s*\w+\s*)*)-?\}\}$/.exec(part);
      const filters =
        match?.[2]!
          .split('|')
          .map((one) => one.trim())
          .filter(Boolean) ?? [];
      if (!match || filters.some((filter) => !known.has(filter))) {
        warnings.push(
          `${place}: ${JSON.stringify(part)} cannot be expressed and is left as words.`,
        );
        return words(part);
      }
      const name = match[1]!.replaceAll('.', '_');
      columns.push(name);
      return `{${[name, ...filters].join('|')}}`;
    })
    .join('');
  return { template, columns: [...new Set(columns)], warnings };
}
