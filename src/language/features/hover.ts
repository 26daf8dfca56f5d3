/** What a setting, a slot, a model or a name is, as Markdown. */
import { markdownText } from '../../base/markdown.ts';
import type { PtuneFile, Span, TemplatePart } from '../ast.ts';
import { settingHelp } from '../settingHelp.ts';
import { type ColumnFacts, type Facts, knownColumns } from './facts.ts';
import { modelCard } from './modelCard.ts';
import { settingCard } from './settingCard.ts';

export interface Hover {
  readonly span: Span;
  readonly markdown: string;
}

/** The hover at an offset; undefined where there is nothing to say. */
export function hoverAt(file: PtuneFile, offset: number, facts: Facts): Hover | undefined {
  return settingHover(file, offset, facts) ?? templateHover(file, offset, facts);
}

function settingHover(file: PtuneFile, offset: number, facts: Facts): Hover | undefined {
  const scopes = [
    { scope: 'file' as const, spans: file.settingSpans, head: file.frontMatterSpan },
    ...file.prompts.map((prompt) => ({
      scope: 'prompt' as const,
      spans: prompt.settingSpans,
      head: prompt.headSpan,
    })),
  ];
  for (const { scope, spans, head } of scopes) {
    if (!head || !contains(head, offset)) continue;
    for (const [path, { key, value }] of [...spans].toReversed()) {
      if (contains(value, offset) && (path === 'model' || path === 'model.id')) {
        const id = file.settings.model?.id;
        if (id !== undefined) return { span: value, markdown: modelCard(id, facts) };
      }
      if (!contains(key, offset)) continue;
      const help = settingHelp(path.split('.'), scope);
      if (help) return { span: key, markdown: `**${path}**\n\n${settingCard(help)}` };
    }
  }
  return undefined;
}

function templateHover(file: PtuneFile, offset: number, facts: Facts): Hover | undefined {
  for (const { parts, templateSpan } of file.prompts) {
    if (!contains(templateSpan, offset)) continue;
    const part = parts.find((one) => one.kind !== 'text' && contains(one.span, offset));
    const markdown = part && partText(part, file, facts);
    return markdown === undefined ? undefined : { span: part!.span, markdown };
  }
  return undefined;
}

function partText(part: TemplatePart, file: PtuneFile, facts: Facts): string | undefined {
  switch (part.kind) {
    case 'slot':
    case 'answer':
      return columnCard(part.column, part.kind, knownColumns(file, facts));
    case 'demos':
      return `${part.count} solved training ${part.count === 1 ? 'example' : 'examples'}, chosen by the seed: the rest of this template filled in with its answer, one a line.`;
    default:
      return undefined;
  }
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
