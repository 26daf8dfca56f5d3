/** Mends virtual tokens that are written in no form of the language: what they say is kept. */
import { printBraces } from './printTemplate.ts';

/** Characters that are a name, a number or a text in quotes, one by one. */
const pieces = /"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z][A-Za-z0-9_-]*)|(\d+(?:\.\d+)?)/g;

/**
 * The virtual tokens that `content` seems to mean, in braces: `*"a" 3` is `{*3 "a"}`, and a name keeps
 * its count or gets 3 where nothing says it. Words without quotes are the text to start from.
 *
 * @param content  what stands in the braces, from the "*" on
 * @param defined  the names that another place of the prompt defines
 */
export function repairedVirtual(content: string, defined: ReadonlySet<string>): string {
  const texts: string[] = [];
  const words: string[] = [];
  let count: number | undefined;
  for (const [, double, single, word, number] of content.matchAll(pieces)) {
    const text = double ?? single;
    if (text !== undefined && text.trim() !== '') texts.push(text);
    if (word !== undefined) words.push(word);
    if (number !== undefined) count ??= Math.min(Math.max(Math.round(Number(number)), 1), 512);
  }
  const isNamed = words.length === 1 || /^\s*\*\s*[A-Za-z][\w-]*\s*:/.test(content);
  const name = isNamed ? words[0] : undefined;
  const loose = isNamed ? [] : words;
  const [initText = loose.length > 0 ? loose.join(' ') : undefined] = texts;
  const isKnown = name !== undefined && defined.has(name);
  const repeats = isKnown && count === undefined && initText === undefined;
  return printBraces({
    kind: 'virtual',
    // A name says nothing of how many they are.
    count: name !== undefined && !repeats && initText === undefined ? (count ?? 3) : count,
    initText,
    name,
    nameSpan: undefined,
    repeats,
    span: { start: 0, end: 0 },
  });
}
