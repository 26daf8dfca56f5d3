/** What a setting, a slot, a model or a name is, as Markdown. */
import { counted } from '../../base/format.ts';
import { markdownText } from '../../base/markdown.ts';
import {
  type Prompt,
  type PtuneFile,
  type SettingSpan,
  type Span,
  type TemplatePart,
  filters,
} from '../ast.ts';
import { expectMetrics, metricHelp } from '../expectations.ts';
import { type SettingScope, settingHelp, valueHelp } from '../settingHelp.ts';
import { readScalar } from '../yamlScalar.ts';
import { type ColumnFacts, type Facts, type TableFacts, knownColumns } from './facts.ts';
import { exampleText } from './factsText.ts';
import { filterHelp } from './filterHelp.ts';
import { modelCard } from './modelCard.ts';
import { settingCard } from './settingCard.ts';
import { virtualTokensCard } from './virtualTokensCard.ts';

export interface Hover {
  readonly span: Span;
  readonly markdown: string;
}

/** The hover at an offset; undefined where there is nothing to say. */
export function hoverAt(file: PtuneFile, offset: number, facts: Facts): Hover | undefined {
  return settingHover(file, offset, facts) ?? templateHover(file, offset, facts);
}

function settingHover(file: PtuneFile, offset: number, facts: Facts): Hover | undefined {
  const { frontMatterSpan } = file;
  if (frontMatterSpan && contains(frontMatterSpan, offset)) {
    return hoverIn(file, file.settingSpans, 'file', offset, facts);
  }
  const prompt = file.prompts.find(({ headSpan }) => contains(headSpan, offset));
  return prompt && hoverIn(file, prompt.settingSpans, 'prompt', offset, facts);
}

function hoverIn(
  file: PtuneFile,
  spans: ReadonlyMap<string, SettingSpan>,
  scope: SettingScope,
  offset: number,
  facts: Facts,
): Hover | undefined {
  for (const [path, { key, value }] of [...spans].toReversed()) {
    // An item of a list has no key, and a key without a value stands in for it.
    const isWritten = value.start > key.start || /\.\d+$/.test(path);
    if (isWritten && contains(value, offset)) {
      const markdown = valueText(file, path, value, scope, facts);
      if (markdown !== undefined) return { span: value, markdown };
    }
    if (!contains(key, offset)) continue;
    const help = settingHelp(path.split('.'), scope);
    if (help) return { span: key, markdown: `**${path}**\n\n${settingCard(help)}` };
  }
  return undefined;
}

/** What a value means: what it names in the world or in the file, else what the schema says of it. */
function valueText(
  file: PtuneFile,
  path: string,
  { start, end }: Span,
  scope: SettingScope,
  facts: Facts,
): string | undefined {
  const written = file.text.slice(start, end);
  const value = readScalar(written);
  if (value === undefined) return undefined;
  const named = scope === 'file' ? namedText(file, path, value, facts) : undefined;
  if (named !== undefined) return named;
  const keys = path.split('.').filter((name) => !/^\d+$/.test(name));
  const help = settingHelp(keys, scope);
  // Of a section the keys are explained, not the lines as a whole.
  if (help === undefined || help.isSection) return undefined;
  if (keys[0] === 'expect') return conditionText(value);
  const meaning = valueHelp(help, value);
  if (meaning === undefined) return `**${keys.join('.')}**\n\n${settingCard(help)}`;
  return `**${markdownText(`${keys.at(-1)}: ${value}`)}** — ${meaning}\n\n${settingCard(help)}`;
}

function namedText(file: PtuneFile, path: string, value: string, facts: Facts): string | undefined {
  switch (path) {
    case 'model':
    case 'model.id':
      return modelCard(file.settings.model?.id ?? value, facts);
    case 'baseline': {
      const prompt = file.prompts.find(({ name }) => name === value);
      return prompt && promptCard(prompt);
    }
    case 'answer':
      return columnCard(value, 'answer', knownColumns(file, facts));
    case 'data.train':
    case 'data.validation':
    case 'data.test': {
      const table = facts.tables.get(value);
      return table && tableCard(table);
    }
    default:
      return undefined;
  }
}

/** A prompt that is named elsewhere. */
function promptCard({ name, kind, templateText }: Prompt): string {
  // Longer than any run of backticks in it: nothing in the text can end the block.
  const longest = Math.max(2, ...Array.from(templateText.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `**${markdownText(name)}** — ${kind}\n\n${fence}text\n${templateText}\n${fence}`;
}

const mostColumns = 12;

function tableCard({ path, rows, columns }: TableFacts): string {
  const lines = columns.slice(0, mostColumns).map((column) => {
    return `- **${markdownText(column.name)}**: ${markdownText(exampleText(column))}`;
  });
  const more = columns.length - lines.length;
  const rest = more > 0 ? [`- … ${more} more`] : [];
  const head = `**${markdownText(path)}** — ${counted(rows, 'example')}`;
  return [head, [...lines, ...rest].join('\n')].join('\n\n');
}

function conditionText(condition: string): string | undefined {
  const metric = expectMetrics.find((name) => new RegExp(`^\\s*${name}\\b`).test(condition));
  return metric && `**${metric}** — ${metricHelp[metric].means}`;
}

function templateHover(file: PtuneFile, offset: number, facts: Facts): Hover | undefined {
  for (const prompt of file.prompts) {
    if (!contains(prompt.templateSpan, offset)) continue;
    const part = prompt.parts.find((one) => one.kind !== 'text' && contains(one.span, offset));
    if (!part) return undefined;
    const filter = filterAt(part, offset, file);
    if (filter) return filter;
    const markdown = partText(part, prompt, file, facts);
    return markdown === undefined ? undefined : { span: part.span, markdown };
  }
  return undefined;
}

function partText(
  part: TemplatePart,
  prompt: Prompt,
  file: PtuneFile,
  facts: Facts,
): string | undefined {
  switch (part.kind) {
    case 'slot':
    case 'answer':
      return columnCard(part.column, part.kind, knownColumns(file, facts));
    case 'demos':
      return `**${counted(part.count, 'solved training example')}**, chosen by the seed: the rest of this template filled in with its answer, one after the other.\n\nA few-shot prompt, which a learned one has to beat.`;
    case 'virtual':
      return virtualTokensCard(part, prompt);
    case 'text':
      return undefined;
  }
}

/** The filter of a slot at an offset. */
function filterAt(part: TemplatePart, offset: number, { text }: PtuneFile): Hover | undefined {
  if (part.kind !== 'slot' && part.kind !== 'answer') return undefined;
  const { start, end } = { start: part.columnSpan.end, end: part.span.end };
  for (const found of text.slice(start, end).matchAll(/\|\s*(\w+)/g)) {
    const filter = filters.find((name) => name === found[1]);
    const last = start + found.index + found[0].length;
    const span = { start: last - found[1]!.length, end: last };
    if (filter === undefined || !contains(span, offset)) continue;
    const column = markdownText(part.column);
    return { span, markdown: `**${filter}** — the value of ${column}, ${filterHelp[filter]}.` };
  }
  return undefined;
}

function columnCard(
  name: string,
  kind: 'slot' | 'answer',
  columns: readonly ColumnFacts[],
): string {
  const head =
    kind === 'answer'
      ? `**${markdownText(name)}**: the answer, which the model has to produce`
      : `**${markdownText(name)}**: a column of the data`;
  const column = columns.find((one) => one.name === name);
  if (!column) return head;
  const { examples, distinct, tokens } = column;
  const lines = examples.map((value) => `- ${markdownText(shortened(value))}`);
  const more = distinct > examples.length ? [`- … ${distinct - examples.length} more`] : [];
  const length =
    tokens &&
    `${tokens.median === tokens.most ? tokens.median : `${tokens.median} to ${tokens.most}`} ${tokens.most === 1 ? 'token' : 'tokens'} of the model (median to most)`;
  return [head, [...lines, ...more].join('\n'), length ?? '']
    .filter((block) => block !== '')
    .join('\n\n');
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function contains({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}
