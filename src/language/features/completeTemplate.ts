/** Completion in templates: columns, filters, virtual tokens, examples and directives. */
import { type PtuneFile, filters } from '../ast.ts';
import type { CompletionItem } from './completion.ts';
import { type ColumnFacts, type Facts, knownColumns } from './facts.ts';
import { exampleText } from './factsText.ts';
import { filterHelp } from './filterHelp.ts';
import { promptAt } from './symbols.ts';
import type { TemplateContext } from './templateContext.ts';

/** What can stand at a place in a template. */
export function templateCompletions(
  file: PtuneFile,
  offset: number,
  context: TemplateContext,
  facts: Facts,
): CompletionItem[] {
  switch (context.kind) {
    case 'braces':
      return [...columnItems(file, context, facts), ...formItems(context)];
    case 'filter':
      return filterItems(file, context);
    case 'virtualTokens':
      return virtualTokenItems(file, offset, context);
    case 'demosCount':
      return ['1', '2', '4', '8'].map((count) =>
        item(context, count, 'value', `${count} solved examples`, `${count}${close(context)}`),
      );
    case 'directive':
    case 'lineStart':
      return directiveItems(file, context, facts);
  }
}

function item(
  { span }: TemplateContext,
  label: string,
  kind: CompletionItem['kind'],
  detail: string,
  text: string,
  more: Partial<CompletionItem> = {},
): CompletionItem {
  const edit = { span, text };
  return { label, kind, detail, documentation: '', edit, isSnippet: false, goesOn: false, ...more };
}

function close({ needsBrace }: TemplateContext): string {
  return needsBrace ? '}' : '';
}

/** The columns of the data or, where they are not known, those that the file uses already. */
function columnItems(file: PtuneFile, context: TemplateContext, facts: Facts): CompletionItem[] {
  const columns = knownColumns(file, facts);
  const { answer } = file.settings;
  const names = columns.map(({ name }) => name);
  const used = file.prompts.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'slot' ? part.column : [])),
  );
  const written = names.length === 0 ? used : [];
  const all = [...new Set([...names, ...written, ...(answer === undefined ? [] : [answer])])];
  return all.map((name) => {
    const column = columns.find((one) => one.name === name);
    const isAnswer = name === answer;
    return item(
      context,
      name,
      isAnswer ? 'answer' : 'column',
      isAnswer ? 'the answer' : 'column',
      `${name}${close(context)}`,
      { documentation: column ? columnText(column) : '' },
    );
  });
}

function columnText(column: ColumnFacts): string {
  return `${column.distinct} different values: ${exampleText(column)}`;
}

/** The other things that braces can hold. */
function formItems(context: TemplateContext): CompletionItem[] {
  const end = close(context);
  const forms: readonly (readonly [string, string, string])[] = [
    ['*3', 'virtual tokens', `*\${1:3}${end}`],
    ['*"text"', 'virtual tokens that start from words', `*"\${1:text}"${end}`],
    ['*name:3', 'named virtual tokens', `*\${1:name}:\${2:3}${end}`],
    ['demos:4', 'solved examples', `demos:\${1:4}${end}`],
  ];
  return forms.map(([label, detail, text]) =>
    item(context, label, 'virtualTokens', detail, text, { isSnippet: true }),
  );
}

function filterItems(file: PtuneFile, context: TemplateContext): CompletionItem[] {
  const isAnswer = context.head === file.settings.answer;
  return filters
    .filter((filter) => !(isAnswer && filter === 'shorten'))
    .map((filter) =>
      item(context, filter, 'filter', filterHelp[filter], `${filter}${close(context)}`),
    );
}

/** Names that the prompt has already, then new virtual tokens. */
function virtualTokenItems(
  file: PtuneFile,
  offset: number,
  context: TemplateContext,
): CompletionItem[] {
  const end = close(context);
  const names = new Map<string, number | undefined>();
  for (const part of promptAt(file, offset)?.parts ?? []) {
    const isHere = part.span.start <= offset && offset <= part.span.end;
    if (part.kind !== 'virtual' || part.name === undefined || isHere) continue;
    names.set(part.name, part.count);
  }
  const again = [...names].map(([name, count]) =>
    item(context, name, 'virtualTokens', `the same ${count ?? ''} vectors again`, `${name}${end}`),
  );
  const counts = ['1', '3', '5', '10'].map((count) =>
    item(context, count, 'value', `${count} virtual tokens`, `${count}${end}`),
  );
  const text = item(context, '"text"', 'snippet', 'start from words', `"\${1:text}"${end}`, {
    isSnippet: true,
  });
  return [...again, ...counts, text];
}

function directiveItems(file: PtuneFile, context: TemplateContext, facts: Facts): CompletionItem[] {
  const answer = file.settings.answer ?? 'answer';
  const column = knownColumns(file, facts).find(({ name }) => name !== answer)?.name ?? 'column';
  const slot = (name: string, place: number) => `{\${${place}:${escaped(name)}}\\}`;
  const snippets: readonly (readonly [string, string, string])[] = [
    [
      '@prompt in words',
      'a prompt that is only scored',
      `@prompt \${1:name}\n\${2:The answer to} ${slot(column, 3)} is ${slot(answer, 4)}.`,
    ],
    [
      '@prompt learned',
      'a prompt with virtual tokens, which is trained',
      `@prompt \${1:learned}\n{*\${2:3}\\} ${slot(column, 3)} {*\${4:3}\\} ${slot(answer, 5)} .`,
    ],
    ['@# comment', 'a comment', '@# $1'],
  ];
  return snippets.map(([label, detail, text]) =>
    item(context, label, 'directive', detail, text, { isSnippet: true }),
  );
}

/** A name inside a snippet's place, where a few characters have a meaning. */
export function escaped(name: string): string {
  return name.replace(/[\\$}]/g, '\\$&');
}
