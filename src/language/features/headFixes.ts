/** Quick fixes for `@prompt` lines and other lines that start with "@". */
import type { PtuneFile, Span } from '../ast.ts';
import { nearestName } from '../nearest.ts';
import { directivePattern } from '../promptReader.ts';
import { readYamlMapping } from '../yamlMapping.ts';
import { closeBrackets } from './closeBrackets.ts';
import {
  type FixContext,
  type Fixers,
  type QuickFix,
  changeTitle,
  insert,
  replace,
} from './fix.ts';
import { eolOf, lineStartOf } from './settingEdits.ts';

/** The fixes by code. */
export const headFixes: Fixers = {
  'prompt/none': ({ file }) => {
    const answer = file.settings.answer ?? 'answer';
    const eol = eolOf(file);
    const lead = /[\r\n]$/.test(file.text) ? eol : eol + eol;
    const text = `${lead}@prompt manual${eol}The answer is {${answer}}.${eol}`;
    return [insert(file.text.length, text, 'Add a prompt', true)];
  },
  'prompt/no-name': ({ file, diagnostic }) => [
    insert(diagnostic.span.end, ` ${freeName(file, 'prompt')}`, 'Give it a name', true),
  ],
  'prompt/bad-name': ({ file, diagnostic, written }) => {
    const cleaned = written
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9_-]+/g, '')
      .replace(/^[^A-Za-z]+/, '');
    const { start, end } = diagnostic.span;
    // What stands between "@prompt" and a good name is no name, but in its way.
    const behind = /^[ \t]*([A-Za-z][A-Za-z0-9_-]*)/.exec(file.text.slice(end))?.[1];
    if (cleaned === '' && behind !== undefined) {
      const gap = /[ \t]*$/.exec(file.text.slice(0, start))![0].length;
      const space = /^[ \t]*/.exec(file.text.slice(end))![0].length;
      const span = { start: start - gap, end: end + space };
      return [replace(span, ' ', changeTitle(`@prompt ${behind}`), true)];
    }
    const name = freeName(file, cleaned === '' ? 'prompt' : cleaned);
    const gap = /\s/.test(file.text[start - 1] ?? ' ') ? '' : ' ';
    return [replace(diagnostic.span, gap + name, changeTitle(name), true)];
  },
  'prompt/duplicate-name': ({ file, diagnostic, written }) => {
    const name = freeName(file, written);
    return [replace(diagnostic.span, name, `Rename it to ${name}`, true)];
  },
  'prompt/bad-mapping': (context) => {
    const { file } = context;
    const { rest } = restOfHead(file.text, context.diagnostic.span.start);
    const written = file.text.slice(rest.start, rest.end);
    const inBraces = `{${written}}`;
    const closed = written.startsWith('{') ? closeBrackets(written) : undefined;
    return [
      !written.startsWith('{') && canBeRead(inBraces)
        ? replace(rest, inBraces, 'Put braces around the settings', true)
        : undefined,
      closed !== undefined && canBeRead(closed)
        ? replace(rest, closed, 'Close the settings', true)
        : undefined,
      templateOnNextLine(context),
    ];
  },
  'directive/text-outside-prompt': ({ file, diagnostic }) => {
    const head = `@prompt ${freeName(file, 'prompt')}${eolOf(file)}`;
    return [
      insert(diagnostic.span.start, head, 'Start a prompt above it', true),
      insert(diagnostic.span.start, '@# ', 'Make it a comment'),
    ];
  },
  'directive/unknown': ({ diagnostic, written }) => {
    const known = nearestName(written.slice(1), ['prompt']);
    const escape = insert(diagnostic.span.start, '@', 'Make it words that start with "@"');
    return [
      known === undefined ? undefined : escape,
      insert(diagnostic.span.start, '@# ', 'Make it a comment'),
    ];
  },
};

/** What stands behind the name on the `@prompt` line at a place, and the space before it. */
function restOfHead(text: string, at: number): { readonly gap: number; readonly rest: Span } {
  const start = lineStartOf(text, at);
  const line = /^[^\r\n]*/.exec(text.slice(start))![0];
  const directive = directivePattern.exec(line)?.[0] ?? '';
  const name = /^\s*(?:[:=]\s*(?=[A-Za-z]))?[^\s{]*/.exec(line.slice(directive.length))![0];
  const gap = start + directive.length + name.length;
  const behind = line.slice(directive.length + name.length);
  const from = gap + behind.length - behind.trimStart().length;
  return { gap, rest: { start: from, end: Math.max(from, gap + behind.trimEnd().length) } };
}

/** Takes what stands behind a prompt's name for its template. */
export function templateOnNextLine(
  { file, diagnostic }: FixContext,
  isPreferred = false,
): QuickFix {
  const { gap, rest } = restOfHead(file.text, diagnostic.span.start);
  const template = file.text.slice(rest.start, rest.end);
  const span = { start: gap, end: rest.end };
  const title = 'Put the template on the next line';
  return replace(span, `${eolOf(file)}${template}`, title, isPreferred);
}

/** Whether a mapping in braces is one. */
function canBeRead(mapping: string): boolean {
  const span = { start: 0, end: mapping.length };
  const { diagnostics, value } = readYamlMapping(mapping, span, new Set());
  return diagnostics.length === 0 && Object.values(value).every((one) => one !== null);
}

function freeName(file: PtuneFile, wanted: string): string {
  const taken = new Set(file.prompts.map(({ name }) => name));
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++)
    if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
