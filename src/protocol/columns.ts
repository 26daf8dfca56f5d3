/**
 * Columns of many values as text that JSON reads at once: numbers in the fewest bytes that hold them
 * all, as base64, and texts that repeat as places in a list of the distinct ones.
 */
import { invariant } from '../base/errors.ts';

/** Unsigned integers, little-endian, `bytes` each, in base64. */
export interface NumberColumn {
  readonly bytes: 1 | 2 | 4;
  readonly data: string;
}

/** A text for every row. */
export interface TextColumn {
  /** The distinct texts, in the order of their first row. */
  readonly texts: readonly string[];
  /** The place of each row's text among `texts`; absent where no text repeats. */
  readonly rows?: NumberColumn;
}

/** A column as it is worked with. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array;

const arrays = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/** Whole numbers of 0 … 2³² − 1 as text. */
export function packNumbers(values: ArrayLike<number>): NumberColumn {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    invariant(value >= 0 && value < 2 ** 32 && value % 1 === 0, `${value} is no whole number.`);
    if (value > largest) largest = value;
  }
  const bytes = largest < 2 ** 8 ? 1 : largest < 2 ** 16 ? 2 : 4;
  return { bytes, data: toBase64(new Uint8Array(arrays[bytes].from(values).buffer)) };
}

/** The numbers of a column. */
export function unpackNumbers({ bytes, data }: NumberColumn): Numbers {
  return new arrays[bytes](fromBase64(data).buffer);
}

/** Texts, each distinct one kept once. */
export function packTexts(values: readonly string[]): TextColumn {
  const texts = new TextList();
  const rows = values.map((value) => texts.placeOf(value));
  if (texts.all.length === values.length) return { texts: texts.all };
  return { texts: texts.all, rows: packNumbers(rows) };
}

/** Distinct texts in the order in which they came. */
export class TextList {
  readonly #places = new Map<string, number>();
  readonly all: string[] = [];

  /** The place of a text, which is added where it is new. */
  placeOf(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}

/** A call with more arguments than this can overflow the stack. */
const chunk = 0x8000;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += chunk) {
    text += String.fromCharCode(...bytes.subarray(i, i + chunk));
  }
  return btoa(text);
}

/** The bytes that base64 stands for; by the browser itself where it can, which is ten times as fast. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  // Not yet in TypeScript's description of ES2023.
  const native = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (native.fromBase64) return native.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
