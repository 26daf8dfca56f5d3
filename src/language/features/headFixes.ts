/** Quick fixes for `@prompt` lines and other lines that start with "@". */
import type { Prompt, PtuneFile, Span } from '../ast.ts';
import { nearestName } from '../nearest.ts';
import { readYamlMapping } from '../yamlMapping.ts';
import { closeBrackets } from './closeBrackets.ts';
import { type FixContext, type Fixers, changeTitle, insert, replace } from './fix.ts';
import { eolOf } from './settingEdits.ts';

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
    const prompt = promptAt(context);
    if (!prompt) return [];
    const rest = restOfHead(file, prompt);
    const written = file.text.slice(rest.start, rest.end);
    const next = `${eolOf(file)}${written}`;
    const isMapping = /^\w+\s*:\s*\S/.test(written) && !written.includes('{');
    const closed = written.startsWith('{') ? closeBrackets(written) : undefined;
    const isClosed = closed !== undefined && canBeRead(closed);
    return [
      isMapping ? replace(rest, `{${written}}`, 'Put braces around the settings', true) : undefined,
      isClosed ? replace(rest, closed, 'Close the settings', true) : undefined,
      replace(
        { start: prompt.nameSpan.end, end: rest.end },
        next,
        'Put the template on the next line',
      ),
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

/** The prompt on whose `@prompt` line a diagnostic stands. */
function promptAt({ file, diagnostic: { span } }: FixContext): Prompt | undefined {
  return file.prompts.find(
    ({ headSpan }) => headSpan.start <= span.start && span.start <= headSpan.end,
  );
}

/** What stands behind the name of a prompt on its line. */
function restOfHead({ text }: PtuneFile, { nameSpan, headSpan }: Prompt): Span {
  const rest = text.slice(nameSpan.end, headSpan.end);
  const start = nameSpan.end + rest.length - rest.trimStart().length;
  return { start, end: nameSpan.end + rest.trimEnd().length };
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
