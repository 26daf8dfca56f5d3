/** Completion in the settings of a file and in the braces of a prompt. */
import type { PtuneFile, SettingSpan, Span } from '../ast.ts';
import { metricHelp, metricsOf } from '../expectations.ts';
import { candidatesFit, chatFits, exclusiveSettings, initFits } from '../settingFits.ts';
import {
  type SettingHelp,
  type SettingScope,
  settingHelp,
  settingsUnder,
  valueHelp,
} from '../settingHelp.ts';
import type { Settings } from '../settings.ts';
import { readScalar, yamlScalar } from '../yamlScalar.ts';
import type { CompletionItem, Completions } from './completion.ts';
import { exampleText, modelDetail } from './factsText.ts';
import { type Facts, knownColumns } from './facts.ts';
import { settingCard } from './settingCard.ts';
import type { SettingsContext } from './settingsContext.ts';

/** So many words are offered at once; more letters find others. */
const mostWords = 60;
/** A column with more values than this holds no labels. */
const mostLabels = 20;

/** Where in a file something is completed. */
export interface SettingsPlace {
  readonly file: PtuneFile;
  readonly scope: SettingScope;
  /** The settings that stand in the same front matter or the same braces. */
  readonly spans: ReadonlyMap<string, SettingSpan>;
  readonly context: SettingsContext;
}

/** The keys or values that can stand at a place in YAML. */
export function settingCompletions(place: SettingsPlace, facts: Facts): Completions {
  const { context } = place;
  // An item of a list may be a mapping or a value; only of examples are they mappings.
  const isItem = context.path.at(-1) === '0' && context.path[0] !== 'examples';
  if (context.kind === 'key' && !isItem) {
    return { items: keyItems(place, facts), isIncomplete: false };
  }
  const values = [...worldValues(place, facts), ...ownValues(place, facts)];
  const seen = new Set(context.isItem ? otherItems(place) : []);
  const different = values.filter(({ label }) => !seen.has(label) && seen.add(label));
  return {
    items: different.map((value) => valueItem(value, place)),
    isIncomplete: different.some(({ kind }) => kind === 'word'),
  };
}

function keyItems(place: SettingsPlace, facts: Facts): CompletionItem[] {
  const { file, scope, spans, context } = place;
  const { path, span, hasColon } = context;
  const isHere = ({ start, end }: Span) => start <= span.end && span.start <= end;
  const isOther = (name: string) => {
    const key = spans.get([...path, name].join('.'))?.key;
    return key === undefined || isHere(key);
  };
  /** Settings that cannot stand beside one that is written. */
  const isExcluded = (name: string) => {
    const above = scope === 'prompt' ? ['train'] : [];
    const whole = [...above, ...path, name].join('.');
    return exclusiveSettings.some((pair) => {
      const other = pair.find((one) => one !== whole);
      if (other === undefined || !pair.some((one) => one === whole)) return false;
      const written = spans.get(other.slice(above.join('').length + above.length))?.key;
      return written !== undefined && !isHere(written);
    });
  };
  const known = settingsUnder(path, scope).filter(({ name }) => isOther(name) && !isExcluded(name));
  const items = known.map((help): CompletionItem => {
    const tail = hasColon ? '' : keyTail(help, context);
    return {
      ...quoted(help.name, place),
      label: help.name,
      kind: 'setting',
      detail: help.defaultValue === undefined ? '' : `default ${help.defaultValue}`,
      documentation: settingCard(help),
      edit: { span, text: `${help.name}${tail}` },
      isSnippet: false,
      goesOn: tail !== '',
    };
  });
  if (path[0] === 'examples') return columnKeyItems(place, facts);
  if (path.join('.') !== 'labels') return items;
  const answers = knownColumns(file, facts).find(({ name }) => name === file.settings.answer);
  if (!answers || answers.distinct > mostLabels) return items;
  return answers.examples.filter(isOther).map((label): CompletionItem => {
    return {
      ...quoted(label, place),
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
function columnKeyItems(place: SettingsPlace, facts: Facts): CompletionItem[] {
  const { span, hasColon } = place.context;
  return knownColumns(place.file, facts).map((column) => ({
    ...quoted(column.name, place),
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

/** Values that the schema names and that fit the file and its model. */
function ownValues({ file, scope, context }: SettingsPlace, facts: Facts): Value[] {
  const path = context.path.filter((key) => key !== '0');
  const help = settingHelp(path, scope);
  if (!help) return [];
  const values = context.isItem ? help.values.flatMap(itemsOf) : help.values;
  return values
    .filter((value) => fits(path, value, file.settings, facts))
    .map((value) => {
      const isDefault = JSON.stringify(value) === help.defaultValue;
      const documentation = [valueHelp(help, value), settingCard(help)]
        .filter((words) => words !== undefined)
        .join('\n\n');
      return {
        label: value,
        kind: 'value',
        detail: isDefault ? 'default' : '',
        documentation,
        text: value,
      };
    });
}

/** The items of a list that is written as "[1, 2, 3]"; a value that is no list is an item itself. */
function itemsOf(value: string): string[] {
  return value.startsWith('[') ? value.slice(1, -1).split(', ') : [value];
}

/** What the same list has already, but the item at the cursor. */
function otherItems({ file, context: { path, span }, spans }: SettingsPlace): string[] {
  const list = path.at(-1) === '0' ? path.slice(0, -1) : path;
  const items: string[] = [];
  for (let i = 0; ; i++) {
    const place = spans.get([...list, String(i)].join('.'))?.value;
    if (!place) return items;
    if (place.start <= span.end && span.start <= place.end) continue;
    const written = file.text.slice(place.start, place.end);
    items.push(readScalar(written) ?? written);
  }
}

/** Whether a word of the schema can be used here, by the rules that the checks have. */
function fits(path: readonly string[], value: string, settings: Settings, facts: Facts): boolean {
  const kind = typeof facts.model === 'object' ? facts.model.kind : undefined;
  switch (path.at(-1)) {
    case 'init':
      return initFits(value, settings);
    case 'candidates':
      return candidatesFit(value, kind);
    case 'chat':
      return chatFits(value === 'true', kind);
    default:
      return path[0] !== 'expect';
  }
}

/** Conditions on the numbers that this file's task has. */
function conditions({ settings }: PtuneFile): Value[] {
  return metricsOf(settings).map((metric) => {
    const { means, condition } = metricHelp[metric];
    return { label: condition, kind: 'value', detail: means, text: condition };
  });
}

/** Values that the data, the models and the file itself have. */
function worldValues(place: SettingsPlace, facts: Facts): Value[] {
  const { file, scope, context } = place;
  const { path } = context;
  if (path[0] === 'expect') return conditions(file);
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
      return path[0] === 'labels' && path.length > 1 ? wordValues(facts, typed(place)) : [];
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

function typed({ file, context: { span } }: SettingsPlace): string {
  return file.text.slice(span.start, span.end).replace(/^["']|["']$/g, '');
}

function valueItem(value: Value, place: SettingsPlace): CompletionItem {
  const { span, needsSpace } = place.context;
  const plain = value.text ?? yamlScalar(value.label);
  const inQuotes = quoted(value.label, place);
  // Numbers and lists are none in quotes: they take the quotes' place.
  const isText = value.text === undefined || yamlScalar(value.text) === value.text;
  const text = inQuotes && isText ? inQuotes.filterText : plain;
  return {
    label: value.label,
    kind: value.kind,
    detail: value.detail,
    documentation: value.documentation ?? '',
    edit: { span, text: `${needsSpace ? ' ' : ''}${text}` },
    isSnippet: false,
    goesOn: false,
    ...inQuotes,
  };
}

/**
 * The words in the quotes that are being written, which the editor compares with what is typed;
 * undefined where there are none.
 */
function quoted(
  words: string,
  { file, context: { span } }: SettingsPlace,
): { readonly filterText: string } | undefined {
  switch (file.text[span.start]) {
    case '"':
      return { filterText: JSON.stringify(words) };
    case "'":
      return { filterText: `'${words.replaceAll("'", "''")}'` };
    default:
      return undefined;
  }
}
