/** Markdown that holds any text. */

/** Text as text: no part of it is read as Markdown or HTML, and none ends the line. */
export function plain(text: string): string {
  return (
    text
      .replace(/\s+/g, ' ')
      .replace(/[\\`*[\]|]|~(?=~)|<(?=[a-z/!?])|&(?=#?\w+;)|^[#>+-]/gi, '\\$&')
      // Inside a word it is a part of the name, and readers of the source want to see it as it is.
      .replace(/(?<!\w)_|_(?!\w)/g, '\\_')
  );
}

/** A table; `right` are the places of the columns of numbers. The cells are Markdown. */
export function markdownTable(
  headings: readonly string[],
  right: readonly number[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = headings.map((_, i) => (right.includes(i) ? '--:' : '---'));
  return [line(headings), `|${rule.join('|')}|`, ...rows.map(line)];
}
