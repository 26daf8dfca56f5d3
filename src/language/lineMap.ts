/** Offsets in a text and the zero-based lines and UTF-16 characters that editors count in. */
import type { Span } from './ast.ts';

/** A place as the Language Server Protocol counts: both from zero, characters in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Converts between offsets and positions of one text. Lines end with \n, \r\n or \r. */
export class LineMap {
  readonly #length: number;
  /** Offset of each line's first character. */
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#length = text.length;
    for (const ending of text.matchAll(/\r\n|\n|\r/g)) {
      this.#starts.push(ending.index + ending[0].length);
    }
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** The position of an offset; offsets outside the text count as its nearer end. */
  position(offset: number): Position {
    const inside = Math.min(Math.max(offset, 0), this.#length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle]! <= inside) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: inside - this.#starts[low]! };
  }

  /** The offset of a position; a character past the line's end counts as the line's end. */
  offset({ line, character }: Position): number {
    if (line < 0) return 0;
    const start = this.#starts[line];
    if (start === undefined) return this.#length;
    const next = this.#starts[line + 1] ?? this.#length;
    return Math.min(start + Math.max(character, 0), next);
  }

  range(span: Span): Range {
    return { start: this.position(span.start), end: this.position(span.end) };
  }
}
