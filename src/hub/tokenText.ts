/** Tokens as people read them. */
import { type TokenizerJson, partsOf } from './tokenizerFiles.ts';

/**
 * A vocabulary entry as readable text: the bytes of byte-level tokens decoded, the mark of a space
 * shown as a space. Bytes that are no whole character are shown as `\xE2\x80`; an id without a
 * token as `[unused]`.
 */
export function readableToken(
  token: string | undefined,
  isAdded: boolean,
  json: TokenizerJson,
): string {
  if (token === undefined) return '[unused]';
  if (isAdded) return token;
  const parts = [...partsOf(json.pre_tokenizer), ...partsOf(json.decoder)];
  if (parts.some((part) => part.type === 'ByteLevel')) return textOfBytes(token);
  const metaspace = parts.find((part) => part.type === 'Metaspace');
  const mark = metaspace?.replacement ?? (/^▁/.test(token) ? '▁' : undefined);
  return mark === undefined ? token : token.replaceAll(mark, ' ');
}

/** Byte-level tokenizers write every byte as one printable character; this undoes it. */
const byteOfCharacter: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => byte).reduce<[string, number][]>((entries, byte) => {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    // Bytes without a glyph of their own follow one another from U+0100 on.
    const unprintable = entries.filter(([character]) => character.codePointAt(0)! >= 0x100).length;
    entries.push([String.fromCodePoint(printable ? byte : 0x100 + unprintable), byte]);
    return entries;
  }, []),
);

function textOfBytes(token: string): string {
  const bytes = Array.from(token, (character) => byteOfCharacter.get(character));
  if (bytes.includes(undefined)) return token;
  const known = Uint8Array.from(bytes as number[]);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(known);
  } catch {
    return [...known]
      .map((byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('');
  }
}
