/** What a person types so that an exported model reads a prompt as ptune does. */
import type { Example } from '../../data/examples.ts';
import type { Piece, PromptEncoding, PromptPieces } from '../../encoding/encodePrompt.ts';
import type { Tokenizer } from '../../hub/tokenizer.ts';
import type { OpenPromptFile } from '../../training/promptFile.ts';

/** How places of a prompt without words are written. */
export interface TextStyle {
  /** The new token of each row of vectors. */
  readonly names: readonly string[];
  /** The answer's place; empty for a model that writes on. */
  readonly answer: string;
  /** Spaces beside tokens are left out, for tokenizers that would make tokens of them. */
  readonly tight: boolean;
}

/** The text of a prompt that is filled in; `reads` tells whether what follows the answer is read. */
export function promptText(
  { before, after }: PromptPieces,
  { names, answer, tight }: TextStyle,
  readsAfter: boolean,
): string {
  const write = (pieces: readonly Piece[]) =>
    pieces
      .map((piece, i) => {
        if (piece.kind === 'rows') return piece.rows.map((row) => names[row]!).join('');
        if (piece.kind !== 'text') return '';
        const next = pieces[i + 1];
        const isBefore = next === undefined || next.kind !== 'text';
        return tight && isBefore ? piece.text.replace(/[ \t]+$/, '') : piece.text;
      })
      .join('');
  const text = `${write(before)}${answer}${readsAfter ? write(after) : ''}`;
  return readsAfter && !tight ? text : text.replace(/[ \t]+$/, '');
}

/** A row whose slots hold their own names in braces. */
export function slotNames(encoding: PromptEncoding): Example {
  const columns = encoding.prompt.parts.flatMap((part) =>
    part.kind === 'slot' ? [part.column] : [],
  );
  const row = Object.fromEntries(columns.map((column) => [column, `{${column}}`]));
  return { index: -1, row, answer: '', source: 'the template' };
}

/** As many examples show whether a text gives the right tokens. */
const sampleCount = 16;

/** Examples of the file, for comparing. */
export function samplesOf({ examples }: OpenPromptFile): Example[] {
  const { test, validation, train } = examples;
  return [...test, ...validation, ...train].slice(0, sampleCount);
}

/**
 * The tokens that the model reads, with one answer token where it reads on; those of vectors are
 * `firstId` and following.
 */
function expectedIds(encoding: PromptEncoding, example: Example, reading: Reading): number[] {
  const { ids, rows, answerPositions } = encoding.encode(example, [0]);
  const all = ids.map((id, i) => (rows[i]! < 0 ? id : reading.firstId + rows[i]!));
  return reading.stopsAtAnswer ? all.slice(0, answerPositions[0]! + 1) : all;
}

/** How a model reads a prompt. */
export interface Reading {
  /** The id of the first vector. */
  readonly firstId: number;
  /** What follows the answer is not read. */
  readonly stopsAtAnswer: boolean;
  /** The tokenizer puts its special tokens around a text. */
  readonly addSpecialTokens: boolean;
}

/** The share of samples whose text gives the tokens that ptune reads. */
export function matching(
  encoding: PromptEncoding,
  samples: readonly Example[],
  tokenizer: Tokenizer,
  text: (pieces: PromptPieces) => string,
  reading: Reading,
): number {
  const right = samples.filter((example) => {
    const typed = tokenizer.encode(text(encoding.pieces(example)), reading);
    return typed.join() === expectedIds(encoding, example, reading).join();
  });
  return samples.length === 0 ? 1 : right.length / samples.length;
}
