/** Changes of settings that quick fixes are made of: adding, moving and removing whole settings. */
import type { PtuneFile, SettingSpan, Span } from '../ast.ts';
import { type FixContext, type QuickFix, insert, replace } from './fix.ts';

/** The line breaks of a file. */
export const eolOf = ({ text }: PtuneFile): string => /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';

/** Adds lines at the end of the settings. */
export function addSetting(
  file: PtuneFile,
  lines: string,
  title: string,
  isPreferred = false,
): QuickFix | undefined {
  const span = file.frontMatterSpan;
  if (!span) return undefined;
  const eol = eolOf(file);
  return insert(span.end, `${lines.replaceAll('\n', eol)}${eol}`, title, isPreferred);
}

/** Adds `key: value` lines under a section such as `data`, which is made where it is missing. */
export function addUnder(
  file: PtuneFile,
  section: string,
  lines: readonly string[],
  title: string,
  isPreferred = false,
): QuickFix | undefined {
  const own = file.settingSpans.get(section);
  const eol = eolOf(file);
  const indented = (indent: string) =>
    lines.map((line) => `${indent}${line.replaceAll('\n', `${eol}${indent}`)}`);
  if (!own)
    return addSetting(file, [`${section}:`, ...indented('  ')].join('\n'), title, isPreferred);
  const first = [...file.settingSpans].find(([path]) => path.startsWith(`${section}.`))?.[1];
  if (!first) {
    const colon = /^[ \t]*:/.exec(file.text.slice(own.key.end))?.[0];
    if (colon === undefined || own.value.start !== own.key.start) return undefined;
    const at = own.key.end + colon.length;
    return insert(
      at,
      indented('  ')
        .map((line) => `${eol}${line}`)
        .join(''),
      title,
      isPreferred,
    );
  }
  const indent = lineIndent(file.text, first.key.start);
  const text =
    indent === undefined
      ? `${lines.join(', ')}, `
      : `${indented(indent).join(eol).slice(indent.length)}${eol}${indent}`;
  return insert(first.key.start, text, title, isPreferred);
}

/** Removes a setting with its value: a whole line, or one entry between commas. */
export function removal(file: PtuneFile, { key, value }: SettingSpan, title: string): QuickFix {
  const { text } = file;
  const isEmpty = value.end <= key.end;
  const colon = isEmpty ? /^[ \t]*:/.exec(text.slice(key.end))?.[0] : undefined;
  const end = Math.max(key.end, value.end) + (colon?.length ?? 0);
  const lineStart = lineStartOf(text, key.start);
  const before = text.slice(lineStart, key.start);
  const rest = /^[ \t]*(#[^\r\n]*)?(\r\n|\n|\r|$)/.exec(text.slice(end));
  // The item of a list has no key; the first key of a mapping in a list has others below it.
  const isItem = key.start === value.start && colon === undefined && /^\s*- +$/.test(before);
  if (rest && (before.trim() === '' || isItem)) {
    return replace({ start: lineStart, end: end + rest[0].length }, '', title);
  }
  const behind = /^\s*,\s*/.exec(text.slice(end));
  if (behind) return replace({ start: key.start, end: end + behind[0].length }, '', title);
  const gap = /,?\s*$/.exec(text.slice(0, key.start))![0];
  return replace({ start: key.start - gap.length, end }, '', title);
}

/** The setting whose key or value a diagnostic stands at, with its path. */
export function settingAt({
  file,
  diagnostic,
}: FixContext): readonly [string, SettingSpan] | undefined {
  const isHere = (one: Span) =>
    one.start === diagnostic.span.start && one.end === diagnostic.span.end;
  return allSettings(file).find(([, { key, value }]) => isHere(key) || isHere(value));
}

/** The innermost setting that a diagnostic stands in. */
export function settingAround({
  file,
  diagnostic: { span },
}: FixContext): readonly [string, SettingSpan] | undefined {
  return allSettings(file).findLast(
    ([, { key, value }]) => key.start <= span.start && span.end <= Math.max(key.end, value.end),
  );
}

/** Removes the setting that a diagnostic stands at. */
export function removeHere(context: FixContext): QuickFix[] {
  const found = settingAt(context);
  return found ? [removal(context.file, found[1], removeTitle(found[0]))] : [];
}

/** "Remove …", with the setting's name. */
export function removeTitle(path: string): string {
  return /\.\d+$/.test(path) ? 'Remove it' : `Remove "${path}"`;
}

/** The spaces before a key that starts its line; undefined for one within braces. */
export function lineIndent(text: string, start: number): string | undefined {
  const before = text.slice(lineStartOf(text, start), start);
  return before.trim() === '' ? before : undefined;
}

/** Where the line begins that an offset is in. */
export function lineStartOf(text: string, at: number): number {
  return Math.max(text.lastIndexOf('\n', at - 1), text.lastIndexOf('\r', at - 1)) + 1;
}

function allSettings(file: PtuneFile): (readonly [string, SettingSpan])[] {
  return [file, ...file.prompts].flatMap(({ settingSpans }) => [...settingSpans]);
}
