/** Completion in the settings of a file and in the braces of a prompt. */
import type { PtuneFile } from '../ast.ts';
import { type SettingHelp, type SettingScope, settingHelp, settingsUnder } from '../settingHelp.ts';
import { yamlScalar } from '../yamlScalar.ts';
import type { CompletionItem, Completions } from './completion.ts';
import { exampleText, modelDetail } from './factsText.ts';
import { type Facts, knownColumns } from './facts.ts';
import { settingCard } from './settingCard.ts';
import type { SettingsContext } from './settingsContext.ts';

/** So many words are offered at once; more letters find others. */
const mostWords = 60;
/** A column with more values than this holds no labels. */
const mostLabels = 20;

/** The keys or values that can stand at a place in YAML. */
export function settingCompletions(
  file: PtuneFile,
  context: SettingsContext,
  scope: SettingScope,
  facts: Facts,
): Completions {
  // An item of a list may be a mapping or a value; only of examples are they mappings.
  const isItem = context.path.at(-1) === '0' && context.path[0] !== 'examples';
  if (context.kind === 'key' && !isItem) {
    return { items: keyItems(file, context, scope, facts), isIncomplete: false };
  }
  const { path } = context;
  const values = [
    ...worldValues(file, path, scope, facts, typed(file, context)),
    ...ownValues(path, scope),
  ];
  const seen = new Set<string>();
  const different = values.filter(({ label }) => !seen.has(label) && seen.add(label));
  return {
    items: different.map((value) => valueItem(value, context)),
    isIncomplete: different.some(({ kind }) => kind === 'word'),
  };
}

function keyItems(
  file: PtuneFile,
  context: SettingsContext,
  scope: SettingScope,
  facts: Facts,
): CompletionItem[] {
  const { path, span, hasColon } = context;
  const written = scope === 'file' ? file.settingSpans : undefined;
  const isOther = (name: string) => {
    const key = written?.get([...path, name].join('.'))?.key;
    return key === undefined || (key.start <= span.end && span.start <= key.end);
  };
  const known = settingsUnder(path, scope).filter(({ name }) => isOther(name));
  const items = known.map((help): CompletionItem => {
    const tail = hasColon ? '' : keyTail(help, context);
    return {
      label: help.name,
      kind: 'setting',
      detail: help.defaultValue === undefined ? '' : `default ${help.defaultValue}`,
      documentation: settingCard(help),
      edit: { span, text: `${help.name}${tail}` },
      isSnippet: false,
      goesOn: tail !== '',
    };
  });
  if (path[0] === 'examples') return columnKeyItems(file, context, facts);
  if (path.join('.') !== 'labels') return items;
  const answers = knownColumns(file, facts).find(({ name }) => name === file.settings.answer);
  if (!answers || answers.distinct > mostLabels) return items;
  return answers.examples.filter(isOther).map((label): CompletionItem => {
    return {
      label,
      kind: 'value',
      detail: `an answer in the data`,
      documentation: '',
      edit: { span, text: `${yamlScalar(label)}${hasColon ? '' : ': '}` },
      isSnippet: false,
      goesOn: true,
    };
  });
}

/** The columns that the examples of a file have. */
function columnKeyItems(
  file: PtuneFile,
  { span, hasColon }: SettingsContext,
  facts: Facts,
): CompletionItem[] {
  return knownColumns(file, facts).map((column) => ({
    label: column.name,
    kind: 'column',
    detail: exampleText(column),
    documentation: '',
    edit: { span, text: `${yamlScalar(column.name)}${hasColon ? '' : ': '}` },
    isSnippet: false,
    goesOn: false,
  }));
}

/** What follows a key: a section starts a line under it. */
function keyTail({ isSection, name }: SettingHelp, { isFlow, indent }: SettingsContext): string {
  const opensLines = isSection && !isFlow && name !== 'model';
  return opensLines ? `:\n${' '.repeat(indent + 2)}` : ': ';
}

interface Value {
  readonly label: string;
  readonly kind: CompletionItem['kind'];
  readonly detail: string;
  readonly documentation?: string;
  /** As it is written, where that is not the label as a value of YAML. */
  readonly text?: string;
}

/** Values that the schema names. */
function ownValues(path: readonly string[], scope: SettingScope): Value[] {
  const help = settingHelp(
    path.filter((key) => key !== '0'),
    scope,
  );
  if (!help) return [];
  return help.values.map((value) => {
    const isDefault = JSON.stringify(value) === help.defaultValue;
    const detail = isDefault ? 'default' : '';
    const documentation = settingCard(help);
    return { label: value, kind: 'value', detail, documentation, text: value };
  });
}

/** Values that the data, the models and the file itself have. */
function worldValues(
  file: PtuneFile,
  path: readonly string[],
  scope: SettingScope,
  facts: Facts,
  prefix: string,
): Value[] {
  const fileValue = (ending: RegExp) =>
    facts.files
      .filter((name) => ending.test(name))
      .map((name): Value => ({ label: name, kind: 'file', detail: fileDetail(name, facts) }));
  if (scope === 'prompt') return path.join('.') === 'from' ? fileValue(/\.safetensors$/) : [];
  switch (path.join('.')) {
    case 'model':
    case 'model.id':
      return facts.models.map((model) => ({
        label: model.id,
        kind: 'model',
        detail: modelDetail(model),
      }));
    case 'data.train':
    case 'data.validation':
    case 'data.test':
      return fileValue(/\.(jsonl|json|csv|tsv|parquet)$/);
    case 'candidates':
      return fileValue(/\.txt$/);
    case 'answer':
      return knownColumns(file, facts).map((column) => ({
        label: column.name,
        kind: 'column',
        detail: exampleText(column),
      }));
    case 'baseline':
      return file.prompts.map(({ name, kind }) => ({ label: name, kind: 'prompt', detail: kind }));
    default:
      return path[0] === 'labels' && path.length > 1 ? wordValues(facts, prefix) : [];
  }
}

function fileDetail(name: string, { tables }: Facts): string {
  const table = tables.get(name);
  if (!table) return '';
  return `${table.rows} examples: ${table.columns.map((column) => column.name).join(', ')}`;
}

/** Words that the model knows as one token: the best label words. */
function wordValues({ words }: Facts, prefix: string): Value[] {
  const start = prefix.toLowerCase();
  const found = words.filter((word) => word.toLowerCase().startsWith(start));
  return found
    .slice(0, mostWords)
    .map((word) => ({ label: word, kind: 'word', detail: 'one token of the model' }));
}

function typed(file: PtuneFile, { span }: SettingsContext): string {
  return file.text.slice(span.start, span.end).replace(/^["']/, '');
}

function valueItem(value: Value, { span, needsSpace }: SettingsContext): CompletionItem {
  const text = value.text ?? yamlScalar(value.label);
  return {
    label: value.label,
    kind: value.kind,
    detail: value.detail,
    documentation: value.documentation ?? '',
    edit: { span, text: `${needsSpace ? ' ' : ''}${text}` },
    isSnippet: false,
    goesOn: false,
  };
}
