/** Quick fixes for data and models. */
import { counted } from '../../base/format.ts';
import type { PtuneFile, Span } from '../ast.ts';
import { nearestFirst } from '../nearest.ts';
import { defaultShares } from '../settings.ts';
import { yamlScalar } from '../yamlScalar.ts';
import { knownAnswers, knownColumns } from './facts.ts';
import {
  type FixContext,
  type Fixers,
  type QuickFix,
  changeTitle,
  insert,
  replace,
} from './fix.ts';
import { eolOf, lineIndent, removal } from './settingEdits.ts';
import { withoutVectors } from './settingsFixes.ts';
import { conversions } from './templateFixes.ts';

/** More labels than these are no classification that anybody wrote down. */
const mostAddedLabels = 200;

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
    default:
      return undefined;
  }
}

/** A file of candidates: what the data have for answers, or nothing yet. */
function candidatesFile({ file, facts, diagnostic, written }: FixContext): QuickFix | undefined {
  const { candidates } = file.settings;
  if (candidates.kind !== 'file' || !isAtCandidates(file, diagnostic.span)) return undefined;
  const { path } = candidates;
  if (!written.includes(path)) return undefined;
  const answers = knownAnswers(file, facts)
    .map((answer) => answer.trim())
    .filter((answer) => !/[\r\n]/.test(answer));
  const title =
    answers.length === 0
      ? `Create an empty "${path}", to write one answer a line`
      : `Create "${path}" with the ${counted(answers.length, 'different answer')} of the data`;
  const content = [...new Set(answers)].map((answer) => `${answer}\n`).join('');
  const isPreferred = diagnostic.data === undefined && answers.length > 0;
  return { title, edits: [], creates: { path, content }, isPreferred };
}

function isAtCandidates(file: PtuneFile, { start }: Span): boolean {
  return file.settingSpans.get('candidates')?.value.start === start;
}

/** All answers of the data in place of a file of candidates. */
function allAnswers({ file, diagnostic }: FixContext): QuickFix[] {
  if (!isAtCandidates(file, diagnostic.span)) return [];
  return [replace(diagnostic.span, 'answers', 'Choose among all answers of the data')];
}

function creation(context: FixContext): QuickFix | undefined {
  const { file, diagnostic, written } = context;
  const { data } = file.settings;
  if (isAtCandidates(file, diagnostic.span)) return candidatesFile(context);
  const paths = [data.train, data.validation, data.test];
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
    ...allAnswers(context),
    ...withoutVectors(context),
  ],
  'data/empty': (context) => [...splitFixes(context), ...allAnswers(context)],
  'data/empty-split': splitFixes,
  'data/leak': splitFixes,
  'data/missing-column': (context) => {
    const { file, diagnostic, facts } = context;
    const isSetting = file.settingSpans.get('answer')?.value.start === diagnostic.span.start;
    const names = knownColumns(file, facts).map(({ name }) => name);
    // Solved examples without their number are no column.
    if (diagnostic.data?.replacement.includes(':') === true) return [];
    return [
      ...(isSetting ? [] : conversions(context)),
      ...nearestFirst(context.written, names)
        .slice(0, 8)
        .map((name) =>
          replace(diagnostic.span, isSetting ? yamlScalar(name) : name, changeTitle(name)),
        ),
    ];
  },
  'data/unknown-label': (context) => {
    const { file, facts, diagnostic } = context;
    const labels = file.settings.labels ?? [];
    const last = file.settingSpans.get(`labels.${labels.at(-1)?.name ?? ''}`);
    const own = file.settingSpans.get('labels');
    const known = new Set(labels.map(({ name }) => name));
    const missing = knownAnswers(file, facts).filter((label) => !known.has(label));
    const names = [...new Set([...(diagnostic.names ?? []), ...missing])];
    if (!last || !own || names.length === 0) return [];
    const line = lineIndent(file.text, last.key.start);
    const added = names.map((name) => `${yamlScalar(name)}: [${yamlScalar(name)}]`);
    const text =
      line === undefined
        ? `, ${added.join(', ')}`
        : added.map((one) => `${eolOf(file)}${line}${one}`).join('');
    const title =
      names.length === 1
        ? `Add the label ${names[0]!}`
        : `Add the label words of ${names.length} labels`;
    const areFew = names.length <= mostAddedLabels;
    return [
      areFew ? insert(last.value.end, text, title, true) : undefined,
      removal(file, own, 'Remove "labels", to ask for any answer'),
    ];
  },
  'data/no-candidate': allAnswers,
  'prompt/unreadable-vectors': withoutVectors,
  'prompt/unfitting-vectors': withoutVectors,
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

/** Sets a share of the training examples aside for validation, where the settings do not say. */
export function splitOffValidation(file: PtuneFile): QuickFix | undefined {
  const train = file.settingSpans.get('data.train');
  if (!train || file.settingSpans.has('data.validation')) return undefined;
  const indent = lineIndent(file.text, train.key.start);
  const text = `validation: ${defaultShares.validation}`;
  const title = 'Split a validation set off the training examples';
  const line = `${indent === undefined ? ', ' : eolOf(file) + indent}${text}`;
  return insert(train.value.end, line, title);
}
