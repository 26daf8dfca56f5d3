/** What of a prompt is the same in every input, and what has to be filled in. */
import type { Example } from '../../data/examples.ts';
import type { Piece, PromptEncoding } from '../../encoding/encodePrompt.ts';
import type { Tokenizer } from '../../hub/tokenizer.ts';
import type { Filter } from '../../language/ast.ts';

/** A slot in a text, with its filters. */
export interface TextSlot {
  readonly slot: string;
  readonly filters: readonly Filter[];
}

/** A text with slots: what stands between two virtual tokens, the start, the answer or the end. */
export interface OpenText {
  readonly kind: 'text';
  readonly parts: readonly (string | TextSlot)[];
  /** It starts the input: a tokenizer may put a space before it. */
  readonly isFirst: boolean;
}

/** One stretch of the input. */
export type Stretch = { readonly kind: 'ids'; readonly ids: readonly number[] } | OpenText;

/** The input of a model before and behind its answer. */
export interface PromptLayout {
  readonly before: readonly Stretch[];
  readonly after: readonly Stretch[];
}

/** Marks around a slot's number; characters that no text and no filter has to do with. */
const [open, close] = ['\uE000', '\uE001'];

/**
 * The layout of a prompt.
 *
 * @param firstId  the id of the first vector
 */
export function promptLayout(
  encoding: PromptEncoding,
  tokenizer: Tokenizer,
  firstId: number,
): PromptLayout {
  const slots = encoding.prompt.parts.flatMap((part): TextSlot[] =>
    part.kind === 'slot' ? [{ slot: part.column, filters: part.filters }] : [],
  );
  const columns = [...new Set(slots.map(({ slot }) => slot))];
  const row = Object.fromEntries(columns.map((name, i) => [name, `${open}${i}${close}`]));
  const example: Example = { index: -1, row, answer: '', source: 'the template' };
  const { prefixIds, before, after } = encoding.pieces(example);
  let begun = false;
  let seen = 0;
  const openText = (text: string): (string | TextSlot)[] =>
    text
      .split(/(\uE000\d+\uE001)/)
      .filter((part) => part !== '')
      // Slots come in the order of the template, each with the filters of its place.
      .map((part) => (part.startsWith(open) ? slots[seen++]! : part));
  const stretches = (pieces: readonly Piece[]): Stretch[] =>
    pieces.flatMap((piece, i): Stretch[] => {
      if (piece.kind === 'answer') return [];
      const isFirst = !begun;
      if (piece.kind === 'rows') {
        begun = true;
        return [{ kind: 'ids', ids: piece.rows.map((r) => firstId + r) }];
      }
      const isLast = pieces[i + 1]?.kind !== 'text';
      const text = isLast ? piece.text.replace(/[ \t]+$/, '') : piece.text;
      if (text === '') return [];
      begun = true;
      const parts = openText(text);
      if (parts.some((part) => typeof part !== 'string')) return [{ kind: 'text', parts, isFirst }];
      return [{ kind: 'ids', ids: isFirst ? tokenizer.encode(text) : tokenizer.encodePiece(text) }];
    });
  return {
    before: [{ kind: 'ids', ids: prefixIds }, ...stretches(before)],
    after: stretches(after),
  };
}
