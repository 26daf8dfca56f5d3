/** A learned prompt as words: what a person would paste who took its nearest tokens for it. */
import type { VirtualPlacement } from '../../encoding/virtualTokens.ts';
import type { Tokenizer } from '../../hub/tokenizer.ts';
import type { Prompt, TemplatePart, TextPart } from '../../language/ast.ts';

/**
 * `prompt` as a discrete one: in the place of each virtual token stands the text of a token.
 *
 * @param ids  for each vector, the token that stands for it
 */
export function asWords(
  prompt: Prompt,
  placement: readonly VirtualPlacement[],
  ids: readonly number[],
  tokenizer: Tokenizer,
): Prompt {
  const rowsOf = new Map(placement.map(({ part, rows }) => [part, rows]));
  return discrete(prompt, (index) => {
    const rows = rowsOf.get(index)!;
    return tokenizer.decode(rows.map((row) => ids[row]!)).trim();
  });
}

/** `prompt` without its virtual tokens: what its fixed words do alone. */
export const withoutVectors = (prompt: Prompt): Prompt => discrete(prompt, () => '');

function discrete(prompt: Prompt, textOf: (part: number) => string): Prompt {
  const parts: TemplatePart[] = [];
  prompt.parts.forEach((part, index) => {
    const next: TemplatePart =
      part.kind === 'virtual' ? { kind: 'text', text: textOf(index), span: part.span } : part;
    const last = parts.at(-1);
    if (next.kind === 'text' && last?.kind === 'text') parts[parts.length - 1] = joined(last, next);
    else parts.push(next);
  });
  return {
    ...prompt,
    kind: 'discrete',
    from: undefined,
    parts: parts.filter((part) => part.kind !== 'text' || part.text !== ''),
  };
}

function joined(a: TextPart, b: TextPart): TextPart {
  // Where a place was left empty, the spaces around it are one.
  const text = /[ \t]$/.test(a.text) ? a.text + b.text.replace(/^[ \t]+/, '') : a.text + b.text;
  return { kind: 'text', text, span: { start: a.span.start, end: b.span.end } };
}
