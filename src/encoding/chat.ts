/** A prompt as the user's message of a conversation, in the words of the model's chat template. */
import type { ChatFormat } from '../hub/chatFormat.ts';
import type { Piece } from './encodePrompt.ts';

/**
 * What a model reads before it answers: `message`, without spaces and line breaks around it, in the
 * place of the user's.
 */
export function asMessage(message: readonly Piece[], format: ChatFormat): Piece[] {
  const pieces: Piece[] = [];
  const add = (piece: Piece) => {
    const last = pieces.at(-1);
    if (piece.kind === 'text' && last?.kind === 'text') {
      // One text, so that the tokens over their border are those of the whole.
      pieces[pieces.length - 1] = { kind: 'text', text: last.text + piece.text };
    } else {
      pieces.push(piece);
    }
  };
  add({ kind: 'text', text: format.before });
  message.forEach((piece, i) => {
    if (piece.kind !== 'text') return add(piece);
    const { text } = piece;
    const start = i === 0 ? text.trimStart() : text;
    add({ kind: 'text', text: i === message.length - 1 ? start.trimEnd() : start });
  });
  add({ kind: 'text', text: format.between });
  return pieces;
}
