/** Quick fixes for data and models. */
import { defaultShares } from '../settings.ts';
import { yamlScalar } from '../yamlScalar.ts';
import type { PtuneFile } from '../ast.ts';
import { knownColumns } from './facts.ts';
import {
  type FixContext,
  type Fixers,
  type QuickFix,
  changeTitle,
  insert,
  replace,
} from './fix.ts';
import { withoutVectors } from './settingsFixes.ts';
import { conversions } from './templateFixes.ts';

/** The setting of `data` at whose value a diagnostic stands. */
function splitOf({ file, diagnostic }: FixContext): 'train' | 'validation' | 'test' | undefined {
  return (['train', 'validation', 'test'] as const).find(
    (name) => file.settingSpans.get(`data.${name}`)?.value.start === diagnostic.span.start,
  );
}

/** A share of the training examples in place of a file of their own. */
function asShare(context: FixContext, name: 'validation' | 'test', isPreferred = false): QuickFix {
  const share = defaultShares[name];
  const title = `Split ${Math.round(share * 100)} % of the training examples off for ${name}`;
  return replace(context.diagnostic.span, String(share), title, isPreferred);
}

function splitFixes(context: FixContext): QuickFix[] {
  const split = splitOf(context);
  return split === 'validation' || split === 'test' ? [asShare(context, split)] : [];
}

/** The columns that a file uses, with words to replace. */
function exampleRow(file: PtuneFile): Record<string, string> {
  const used = file.prompts.flatMap(({ parts }) =>
    parts.flatMap((part) => ('column' in part ? part.column : [])),
  );
  const names = [...new Set([...used, file.settings.answer ?? 'answer'])];
  return Object.fromEntries(names.map((name) => [name, `example ${name}`]));
}

/** A small file of examples in the format of its ending; undefined for one that is not text. */
function examplesText(path: string, row: Readonly<Record<string, string>>): string | undefined {
  const ending = /\.\w+$/.exec(path)?.[0].toLowerCase();
  const rows = Array.from({ length: 10 }, (_, index) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, `${value} ${index + 1}`])),
  );
  switch (ending) {
    case '.jsonl':
      return rows.map((one) => `${JSON.stringify(one)}\n`).join('');
    case '.json':
      return `${JSON.stringify(rows, undefined, 2)}\n`;
    case '.csv':
    case '.tsv': {
      const separator = ending === '.csv' ? ',' : '\t';
      const lines = [Object.keys(row), ...rows.map((one) => Object.values(one))];
      return lines.map((cells) => `${cells.join(separator)}\n`).join('');
    }
    case '.txt':
      return 'one answer a line\n';
    default:
      return undefined;
  }
}

function creation({ file, diagnostic, written }: FixContext): QuickFix | undefined {
  const { data, candidates } = file.settings;
  const paths = [
    data.train,
    data.validation,
    data.test,
    candidates.kind === 'file' ? candidates.path : undefined,
  ];
  const path = paths.find((one) => typeof one === 'string' && written.includes(one));
  const content = typeof path === 'string' ? examplesText(path, exampleRow(file)) : undefined;
  if (typeof path !== 'string' || content === undefined) return undefined;
  const isPreferred = diagnostic.data === undefined;
  return {
    title: `Create "${path}" with the columns that are used`,
    edits: [],
    creates: { path, content },
    isPreferred,
  };
}

/** The fixes by code. */
export const dataFixes: Fixers = {
  'data/no-file': (context) => [
    creation(context),
    ...splitFixes(context),
    ...withoutVectors(context),
  ],
  'data/empty': splitFixes,
  'data/empty-split': splitFixes,
  'data/leak': splitFixes,
  'data/missing-column': (context) => {
    const { file, diagnostic, facts } = context;
    const isSetting = file.settingSpans.get('answer')?.value.start === diagnostic.span.start;
    const names = knownColumns(file, facts).map(({ name }) => name);
    return [
      ...(isSetting ? [] : conversions(context)),
      ...names
        .slice(0, 8)
        .map((name) =>
          replace(diagnostic.span, isSetting ? yamlScalar(name) : name, changeTitle(name)),
        ),
    ];
  },
  'data/unknown-label': ({ file, facts, diagnostic }) => {
    const labels = file.settings.labels ?? [];
    const last = file.settingSpans.get(`labels.${labels.at(-1)?.name ?? ''}`);
    const answers = knownColumns(file, facts).find(({ name }) => name === file.settings.answer);
    const known = new Set(labels.map(({ name }) => name));
    const missing = (answers?.examples ?? []).filter((label) => !known.has(label));
    const told = [...diagnostic.message.matchAll(/: ("[^"]+"(?:, "[^"]+")*), the first/g)].flatMap(
      ([, list]) => [...list!.matchAll(/"([^"]+)"/g)].map(([, label]) => label!),
    );
    const names = [...new Set([...told, ...missing])].slice(0, 10);
    if (!last || names.length === 0) return [];
    const line = lineIndent(file.text, last.key.start);
    const added = names.map((name) => `${yamlScalar(name)}: [${yamlScalar(name)}]`);
    const text =
      line === undefined ? `, ${added.join(', ')}` : added.map((one) => `\n${line}${one}`).join('');
    return [
      insert(
        last.value.end,
        text,
        `Add the label ${names.length === 1 ? names[0] : `words of ${names.length} labels`}`,
        true,
      ),
    ];
  },
  'data/no-candidate': ({ diagnostic }) => [
    replace(diagnostic.span, 'answers', 'Choose among all answers of the data'),
  ],
  'model/not-found': modelFixes,
  'model/no-weights': modelFixes,
  'model/no-tokenizer': modelFixes,
  'model/not-cached': modelFixes,
  'model/cannot-train': modelFixes,
};

function modelFixes({ diagnostic, facts, written }: FixContext): QuickFix[] {
  const ids = [...new Set([...facts.models.map(({ id }) => id), 'bundled/mini-mlm'])];
  return ids
    .filter((id) => id !== written)
    .slice(0, 5)
    .map((id) => replace(diagnostic.span, yamlScalar(id), changeTitle(id)));
}

/** The spaces before a key that starts its line; undefined for one within braces. */
function lineIndent(text: string, start: number): string | undefined {
  const lineStart =
    Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) + 1;
  const before = text.slice(lineStart, start);
  return before.trim() === '' ? before : undefined;
}

/** Sets a share of the training examples aside for validation, where the settings do not say. */
export function splitOffValidation(file: PtuneFile): QuickFix | undefined {
  const train = file.settingSpans.get('data.train');
  if (!train || file.settingSpans.has('data.validation')) return undefined;
  const indent = lineIndent(file.text, train.key.start);
  const text = `validation: ${defaultShares.validation}`;
  const title = 'Split a validation set off the training examples';
  return insert(train.value.end, indent === undefined ? `, ${text}` : `\n${indent}${text}`, title);
}
