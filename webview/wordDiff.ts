/** What changed between two templates, word by word. */

export interface Piece {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Words, slots, virtual tokens, single signs, and the space between them. */
const word = /\{\*?(?:"[^"]*"|[^{}"])*\}|[\p{L}\p{N}_'’-]+|\s+|[^\s]/gu;

/** Longer texts than this are compared as wholes: the table below grows with their product. */
const mostWords = 1500;

/**
 * The pieces of `before` and `after` in their order, as few of them changed as can be (the longest
 * common subsequence); what was removed stands before what was added.
 */
export function wordDiff(before: string, after: string): Piece[] {
  const a: string[] = before.match(word) ?? [];
  const b: string[] = after.match(word) ?? [];
  if (a.length > mostWords || b.length > mostWords) {
    return joined([
      { kind: 'removed', text: before },
      { kind: 'added', text: after },
    ]);
  }
  const lengths = commonLengths(a, b);
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ kind: 'same', text: a[i]! });
      i++;
      j++;
    } else if (j === b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      pieces.push({ kind: 'removed', text: a[i++]! });
    } else pieces.push({ kind: 'added', text: b[j++]! });
  }
  return joined(pieces);
}

/** [i][j]: how many words `a` from i on and `b` from j on have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly Uint16Array[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        a[i] === b[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}

/** Neighbors of one kind as one piece; between two same pieces, removed before added. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  let [removed, added] = ['', ''];
  const flush = () => {
    if (removed !== '') result.push({ kind: 'removed', text: removed });
    if (added !== '') result.push({ kind: 'added', text: added });
    [removed, added] = ['', ''];
  };
  for (const { kind, text } of pieces) {
    if (kind === 'removed') removed += text;
    else if (kind === 'added') added += text;
    else {
      flush();
      const last = result.at(-1);
      if (last?.kind === 'same') result[result.length - 1] = { kind, text: last.text + text };
      else result.push({ kind, text });
    }
  }
  flush();
  return result;
}
