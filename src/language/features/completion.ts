/**
 * What could be written at a place: settings and their values, columns, filters, virtual tokens,
 * directives, and whole files to start from.
 */
import type { PtuneFile } from '../ast.ts';
import type { TextEdit } from '../textEdit.ts';
import { settingCompletions } from './completeSettings.ts';
import { templateCompletions } from './completeTemplate.ts';
import { fileSnippets } from './fileSnippets.ts';
import type { Facts } from './facts.ts';
import { contextInBlock, contextInBraces } from './settingsContext.ts';
import { contextInTemplate } from './templateContext.ts';

export interface CompletionItem {
  readonly label: string;
  readonly kind:
    | 'setting'
    | 'value'
    | 'file'
    | 'column'
    | 'answer'
    | 'filter'
    | 'virtualTokens'
    | 'word'
    | 'model'
    | 'prompt'
    | 'directive'
    | 'snippet';
  /** A few words beside the label. */
  readonly detail: string;
  /** Markdown; empty where there is nothing to say. */
  readonly documentation: string;
  /** The edit; in a snippet `${1:name}` is a place to fill in. */
  readonly edit: TextEdit;
  readonly isSnippet: boolean;
  /** What is typed to find it, where that is not the label. */
  readonly filterText?: string;
  /** Whether the next thing can be completed at once. */
  readonly goesOn: boolean;
}

export interface Completions {
  readonly items: readonly CompletionItem[];
  /** Whether more would be found with more letters. */
  readonly isIncomplete: boolean;
}

const nothing: Completions = { items: [], isIncomplete: false };

/** The completions at `offset`, the likeliest first. */
export function completionsAt(file: PtuneFile, offset: number, facts: Facts): Completions {
  const { text, frontMatterSpan: block } = file;
  if (!block) return { items: fileSnippets(file, offset, facts), isIncomplete: false };
  if (block.start <= offset && offset <= block.end && !isBehindFence(text, block.start, offset)) {
    // The closing fence starts where the block ends.
    if (offset === block.end && text.startsWith('---', offset)) return nothing;
    const context = contextInBlock(text, block, offset);
    if (!context) return nothing;
    const place = { file, scope: 'file', spans: file.settingSpans, context } as const;
    return settingCompletions(place, facts);
  }
  if (offset < block.end) return nothing;
  const head = file.prompts.find(
    ({ headSpan, nameSpan }) => nameSpan.end < offset && offset <= headSpan.end,
  );
  if (head) {
    const brace = text.indexOf('{', head.nameSpan.end);
    if (brace === -1 || brace >= offset || brace > head.headSpan.end) return nothing;
    const context = contextInBraces(text, brace, offset);
    if (!context) return nothing;
    const place = { file, scope: 'prompt', spans: head.settingSpans, context } as const;
    return settingCompletions(place, facts);
  }
  const context = contextInTemplate(text, offset);
  return context
    ? { items: templateCompletions(file, offset, context, facts), isIncomplete: false }
    : nothing;
}

/** The block starts behind the line break of its fence; on the fence's line nothing is written. */
function isBehindFence(text: string, start: number, offset: number): boolean {
  return offset === start && !/[\r\n]/.test(text[start - 1] ?? '');
}
