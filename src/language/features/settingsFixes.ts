/** Quick fixes for settings and `@prompt` lines. */
import type { PtuneFile, SettingSpan, Span } from '../ast.ts';
import { nearestName } from '../nearest.ts';
import { settingHelp } from '../settingHelp.ts';
import { yamlScalar } from '../yamlScalar.ts';
import { knownColumns } from './facts.ts';
import {
  type FixContext,
  type Fixers,
  type QuickFix,
  changeTitle,
  insert,
  replace,
} from './fix.ts';

/** The line breaks of a file. */
const eolOf = ({ text }: PtuneFile) => /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';

/** Adds a line at the end of the settings. */
function addSetting(file: PtuneFile, line: string, title: string, isPreferred = false) {
  const span = file.frontMatterSpan;
  if (!span) return undefined;
  const eol = eolOf(file);
  return insert(span.end, `${line.replaceAll('\n', eol)}${eol}`, title, isPreferred);
}

/** Removes a setting with its value: a whole line, or one entry between commas. */
function removal(file: PtuneFile, { key, value }: SettingSpan, title: string): QuickFix {
  const { text } = file;
  const end = Math.max(key.end, value.end);
  const lineStart =
    Math.max(text.lastIndexOf('\n', key.start - 1), text.lastIndexOf('\r', key.start - 1)) + 1;
  const rest = /^[ \t]*(#[^\r\n]*)?(\r\n|\n|\r|$)/.exec(text.slice(end));
  if (text.slice(lineStart, key.start).trim() === '' && rest) {
    return replace({ start: lineStart, end: end + rest[0].length }, '', title);
  }
  const behind = /^\s*,\s*/.exec(text.slice(end));
  if (behind) return replace({ start: key.start, end: end + behind[0].length }, '', title);
  const before = /,?\s*$/.exec(text.slice(0, key.start))![0];
  return replace({ start: key.start - before.length, end }, '', title);
}

/** The setting whose key or value a diagnostic stands at, with its path. */
function settingAt({ file, diagnostic }: FixContext): readonly [string, SettingSpan] | undefined {
  const isHere = (one: Span) =>
    one.start === diagnostic.span.start && one.end === diagnostic.span.end;
  return [file, ...file.prompts]
    .flatMap(({ settingSpans }) => [...settingSpans])
    .find(([, { key, value }]) => isHere(key) || isHere(value));
}

function removeHere(context: FixContext): QuickFix[] {
  const found = settingAt(context);
  return found ? [removal(context.file, found[1], `Remove "${found[0]}"`)] : [];
}

/** Trains the prompt rather than take stored vectors. */
export function withoutVectors(context: FixContext): QuickFix[] {
  const found = settingAt(context);
  return found?.[0] === 'from'
    ? [removal(context.file, found[1], 'Remove "from", to train it')]
    : [];
}

function answers({ file, facts }: FixContext): readonly string[] {
  const column = knownColumns(file, facts).find(({ name }) => name === file.settings.answer);
  return column && column.distinct <= 20 ? column.examples : [];
}

/** Lines for `labels`, from the answers of the data where they are few. */
function labelLines(context: FixContext): string {
  const found = answers(context);
  const names = found.length >= 2 ? found : ['positive', 'negative'];
  return ['labels:', ...names.map((name) => `  ${yamlScalar(name)}: [${yamlScalar(name)}]`)].join(
    '\n',
  );
}

/** The fixes by code. */
export const settingsFixes: Fixers = {
  'settings/missing': ({ file, facts }) => {
    const data = facts.files.find((name) => /\.(jsonl|json|csv|tsv|parquet)$/.test(name));
    const slots = file.prompts[0]?.parts.filter((part) => part.kind === 'slot') ?? [];
    const answer = slots.at(-1)?.column ?? 'answer';
    const text = `---\nmodel: bundled/mini-mlm\ndata:\n  train: ${data ?? 'examples.jsonl'}\nanswer: ${yamlScalar(answer)}\n---\n\n`;
    const at = file.text.startsWith('\uFEFF') ? 1 : 0;
    return [insert(at, text.replaceAll('\n', eolOf(file)), 'Add settings', true)];
  },
  'settings/unclosed': ({ file }) => {
    const span = file.frontMatterSpan!;
    const isLineStart = span.end === 0 || /[\r\n]/.test(file.text[span.end - 1]!);
    const eol = eolOf(file);
    return [insert(span.end, `${isLineStart ? '' : eol}---${eol}`, 'Close the settings', true)];
  },
  'settings/yaml': ({ file, diagnostic }) => {
    const start = file.text.lastIndexOf('\n', diagnostic.span.start) + 1;
    const tabs = /^[ \t]*\t[ \t]*/.exec(file.text.slice(start))?.[0];
    if (tabs === undefined) return [];
    const span = { start, end: start + tabs.length };
    return [replace(span, tabs.replaceAll('\t', '  '), 'Use spaces in place of tabs', true)];
  },
  'settings/duplicate-key': (context) => {
    const { file, diagnostic, written } = context;
    const value = /^\s*:[^\r\n,}]*/.exec(file.text.slice(diagnostic.span.end))?.[0] ?? '';
    const end = diagnostic.span.end + value.length;
    const place = { key: diagnostic.span, value: { start: end, end } };
    return [removal(file, place, `Remove this "${written}"`)];
  },
  'settings/unknown-key': (context) => {
    const { file, written } = context;
    const isTrain = settingHelp(['train', written], 'file') !== undefined;
    const found = settingAt(context);
    if (!isTrain || !found || found[0] !== written || file.settingSpans.has('train'))
      return removeHere(context);
    const line = file.text.slice(found[1].key.start, found[1].value.end);
    const moved = removal(file, found[1], 'Move it under "train"');
    const more = addSetting(file, `train:\n  ${line}`, '');
    return [
      { ...moved, edits: [...moved.edits, ...(more?.edits ?? [])], isPreferred: true },
      ...removeHere(context),
    ];
  },
  'settings/wrong-type': ({ diagnostic, written }) => {
    const inner = /^["'](.*)["']$/.exec(written)?.[1];
    if (inner !== undefined && /^-?\d+(\.\d+)?$|^(true|false)$/.test(inner)) {
      return [replace(diagnostic.span, inner, changeTitle(inner), true)];
    }
    const takesList = diagnostic.message.includes('a list of');
    return takesList && /^[\w.-]+$/.test(written)
      ? [replace(diagnostic.span, `[${written}]`, changeTitle(`[${written}]`), true)]
      : [];
  },
  'settings/out-of-range': ({ diagnostic, written }) => {
    const [, least, most] = /a whole number from (\d+) to (\d+)/.exec(diagnostic.message) ?? [];
    const value = Number(written);
    if (least === undefined || most === undefined || !Number.isFinite(value)) return [];
    const nearest =
      value < Number(least) ? least : value > Number(most) ? most : String(Math.round(value));
    return [replace(diagnostic.span, nearest, changeTitle(nearest))];
  },
  'settings/unknown-value': (context) => {
    const found = settingAt(context);
    const scope =
      context.file.settingSpans.get(found?.[0] ?? '') === found?.[1] ? 'file' : 'prompt';
    const help = found && settingHelp(found[0].split('.'), scope);
    return (help?.values ?? []).map((value) =>
      replace(context.diagnostic.span, value, changeTitle(value)),
    );
  },
  'settings/conflict': (context) => {
    const { file, diagnostic } = context;
    const other = diagnostic.related?.[0]?.span;
    const places = [file, ...file.prompts].flatMap(({ settingSpans }) => [...settingSpans]);
    const twin = places.find(([, { key }]) => key.start === other?.start);
    return [
      ...removeHere(context),
      ...(twin ? [removal(file, twin[1], `Remove "${twin[0]}"`)] : []),
    ];
  },
  'settings/no-model': ({ file, facts }) =>
    [...new Set([...facts.models.map(({ id }) => id), 'bundled/mini-mlm'])]
      .slice(0, 5)
      .map((id, index) =>
        addSetting(file, `model: ${yamlScalar(id)}`, `Add "model: ${id}"`, index === 0),
      ),
  'settings/no-answer': ({ file, facts }) => {
    const used = file.prompts.flatMap(({ parts }) =>
      parts.flatMap((part) => ('column' in part ? part.column : [])),
    );
    const names = [...knownColumns(file, facts).map(({ name }) => name), ...used];
    return [...new Set(names)]
      .slice(0, 6)
      .map((name) => addSetting(file, `answer: ${yamlScalar(name)}`, `Add "answer: ${name}"`));
  },
  'settings/no-data': ({ file, facts }) => {
    if (file.settingSpans.has('data')) return [];
    const data = facts.files.filter((name) => /\.(jsonl|json|csv|tsv|parquet)$/.test(name));
    const names = data.length === 0 ? ['examples.jsonl'] : data.slice(0, 5);
    return names.map((name) =>
      addSetting(
        file,
        `data:\n  train: ${yamlScalar(name)}`,
        `Train on "${name}"`,
        names.length === 1,
      ),
    );
  },
  'settings/no-labels': (context) => [
    addSetting(context.file, labelLines(context), 'Add labels with label words', true),
    ...removeHere(context),
  ],
  'settings/no-metric': (context) => {
    const { file, written } = context;
    if (written === 'macroF1') {
      return [addSetting(file, labelLines(context), 'Add labels with label words')];
    }
    if (file.settings.labels) return [];
    const candidates = file.settingSpans.get('candidates');
    const title = 'Let the model write its answers';
    return [
      candidates
        ? replace(candidates.value, 'generate', title)
        : addSetting(file, 'candidates: generate', title),
    ];
  },
  'settings/unknown-baseline': ({ file, diagnostic }) =>
    file.prompts.slice(0, 8).map(({ name }) => replace(diagnostic.span, name, changeTitle(name))),
  'settings/unreachable-label': (context) => {
    const found = settingAt(context);
    if (!found) return [];
    const name = found[0].slice('labels.'.length);
    const inner = context.written.replace(/^\[\s*|\s*\]$/g, '');
    const isBlock = /[\r\n]/.test(inner);
    const text = `[${isBlock ? '' : `${inner}, `}${yamlScalar(name)}]`;
    return [replace(context.diagnostic.span, text, `Add "${name}" to its label words`, true)];
  },
  'settings/no-effect': (context) =>
    removeHere(context).map((fix) => ({ ...fix, isPreferred: true })),
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
    const name = freeName(file, cleaned === '' ? 'prompt' : cleaned);
    return [replace(diagnostic.span, name, changeTitle(name), true)];
  },
  'prompt/duplicate-name': ({ file, diagnostic, written }) => {
    const name = freeName(file, written);
    return [replace(diagnostic.span, name, `Rename it to ${name}`, true)];
  },
  'prompt/unreadable-vectors': withoutVectors,
  'prompt/unfitting-vectors': withoutVectors,
  'prompt/bad-mapping': ({ file, diagnostic, written }) => {
    const onNextLine = replace(
      diagnostic.span,
      `${eolOf(file)}${written}`,
      'Put the template on the next line',
    );
    const isMapping = /^\w+\s*:\s*\S/.test(written) && !written.includes('{');
    return [
      isMapping
        ? replace(diagnostic.span, `{${written}}`, 'Put braces around the settings', true)
        : undefined,
      written.startsWith('{') ? undefined : onNextLine,
    ];
  },
  'directive/text-outside-prompt': ({ file, diagnostic }) => {
    const head = `@prompt ${freeName(file, 'prompt')}${eolOf(file)}`;
    return [
      insert(diagnostic.span.start, head, 'Start a prompt above it', true),
      insert(diagnostic.span.start, '@# ', 'Make it a comment'),
    ];
  },
  'directive/unknown': ({ file, diagnostic }) => {
    const known = nearestName(file.text.slice(diagnostic.span.start + 1, diagnostic.span.end), [
      'prompt',
    ]);
    const escape = insert(diagnostic.span.start, '@', 'Make it words that start with "@"');
    return [
      known === undefined ? undefined : escape,
      insert(diagnostic.span.start, '@# ', 'Make it a comment'),
    ];
  },
};

function freeName(file: PtuneFile, wanted: string): string {
  const taken = new Set(file.prompts.map(({ name }) => name));
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++)
    if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
