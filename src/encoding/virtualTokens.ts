/** The virtual tokens of a prompt: how many vectors it has, where they stand, what they start from. */
import type { Prompt, VirtualPart } from '../language/ast.ts';
import type { Tokenizer } from '../hub/tokenizer.ts';

/** Where the vectors of one `{*…}` stand. */
export interface VirtualPlacement {
  /** Index of the part in the template. */
  readonly part: number;
  /** Rows of the prompt's vectors, in the order of their places. */
  readonly rows: readonly number[];
  readonly name?: string;
}

/** One vector of a prompt. */
export interface VirtualToken {
  readonly name?: string;
  /** The token of the text written in the template, from whose embedding it starts. */
  readonly startId?: number;
}

/** The trained numbers of a prompt. */
export interface PromptVectors {
  /** float32 [P, width]: embeddings, or a deep prompt's keys and values of all layers. */
  readonly data: Float32Array;
  /** P */
  readonly count: number;
  readonly deep: boolean;
}

export interface VirtualTokens {
  /** One for each vector, in the order of rows. */
  readonly tokens: readonly VirtualToken[];
  readonly placement: readonly VirtualPlacement[];
}

/** Lays out the virtual tokens of `prompt`; equal names share their rows. */
export function virtualTokensOf(prompt: Prompt, tokenizer: Tokenizer): VirtualTokens {
  const tokens: VirtualToken[] = [];
  const placement: VirtualPlacement[] = [];
  const named = new Map<string, readonly number[]>();
  prompt.parts.forEach((part, index) => {
    if (part.kind !== 'virtual') return;
    const shared = part.name === undefined ? undefined : named.get(part.name);
    const rows = shared ?? newRows(part, index === 0, tokenizer, tokens);
    if (part.name !== undefined) named.set(part.name, rows);
    placement.push({ part: index, rows, ...(part.name !== undefined && { name: part.name }) });
  });
  return { tokens, placement };
}

/** Adds the vectors of `part` to `tokens` and gives their rows. */
function newRows(
  part: VirtualPart,
  first: boolean,
  tokenizer: Tokenizer,
  tokens: VirtualToken[],
): number[] {
  const text = part.initText?.trim();
  const start = text ? startIds(text, first, tokenizer) : [];
  const count = part.count ?? (start.length || 1);
  return Array.from({ length: count }, (_, i) => {
    const startId = start.length > 0 ? start[i % start.length] : undefined;
    tokens.push({
      ...(part.name !== undefined && { name: part.name }),
      ...(startId !== undefined && { startId }),
    });
    return tokens.length - 1;
  });
}

/** The tokens of a text as it would stand in a template, behind a space where it is not the first. */
function startIds(text: string, first: boolean, tokenizer: Tokenizer): number[] {
  if (first) return tokenizer.encode(text);
  return tokenizer.encodePiece(tokenizer.leadingSpaceMatters ? ` ${text}` : text);
}
