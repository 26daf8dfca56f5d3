/**
 * Text of models and data as it may be shown: what would steer a terminal, turn the reading
 * direction or not be seen at all is written out, "\x1B", "\u202E". Views escape the result for
 * their own language, HTML or Markdown, on top.
 */

/** What no reader sees: controls, format characters, odd spaces, halves of pairs, unassigned. */
const unseen =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** What steers a terminal, or turns text around beyond its own place; tab and line break stay. */
const steering = /(?![\t\n])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A token of a vocabulary with everything to be seen but plain spaces. The only way in which a token's
 * text gets into what a view shows.
 */
export function visibleToken(token: string): string {
  const text = token.replace(unseen, escaped);
  // A mark that belongs to the character before would change what stands before the token.
  return /^\p{M}/u.test(text) ? `◌${text}` : text;
}

/** A text made of tokens, shown as they are; its line breaks stay. */
export const visibleTokens = (text: string): string =>
  text.split('\n').map(visibleToken).join('\n');

/**
 * Text of data, in which joiners and marks of direction have their place; only what reaches beyond
 * the text is written out.
 */
export function visibleText(text: string): string {
  return text.replace(steering, escaped);
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  const digits = code.toString(16).toUpperCase();
  if (code < 0x100) return short[character] ?? `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`;
}
