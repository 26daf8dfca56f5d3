/** Closes the brackets and braces that a line of YAML leaves open. */

const closing: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

/**
 * The line with what is missing of its closing brackets, each as late as it can stand: `{seeds: [1`
 * becomes `{seeds: [1]}`. Undefined where none is missing, or one too many is there.
 */
export function closeBrackets(line: string): string | undefined {
  const open: string[] = [];
  let closed = '';
  for (const piece of line.match(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?<=^|\s)#.*|[^]/g) ?? []) {
    if (piece === '[' || piece === '{') open.push(closing[piece]!);
    if (piece === ']' || piece === '}') {
      if (!open.includes(piece)) return undefined;
      while (open.at(-1) !== piece) closed += open.pop()!;
      open.pop();
    }
    if (piece.startsWith('#') && open.length > 0)
      return closed.trimEnd() + missing(open) + ' ' + piece;
    closed += piece;
  }
  const result = closed.trimEnd() + missing(open);
  return result === line.trimEnd() ? undefined : result;
}

function missing(open: readonly string[]): string {
  return open.toReversed().join('');
}
