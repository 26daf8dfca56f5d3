/** Completion. */
import {
  CompletionItem,
  CompletionItemKind,
  CompletionList,
  type Disposable,
  MarkdownString,
  SnippetString,
  type TextDocument,
  languages,
} from 'vscode';
import type * as language from '../../language/features/completion.ts';
import { completionsAt } from '../../language/features/completion.ts';
import { languageId, parsedFile } from '../documents.ts';
import { rangeOf } from './convert.ts';
import type { FactSource } from './facts.ts';

const kinds: Readonly<Record<language.CompletionItem['kind'], CompletionItemKind>> = {
  setting: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
  file: CompletionItemKind.File,
  column: CompletionItemKind.Field,
  answer: CompletionItemKind.EnumMember,
  filter: CompletionItemKind.Function,
  virtualTokens: CompletionItemKind.Variable,
  word: CompletionItemKind.Text,
  model: CompletionItemKind.Module,
  prompt: CompletionItemKind.Method,
  directive: CompletionItemKind.Keyword,
  snippet: CompletionItemKind.Snippet,
};

/** Registers completion. */
export function registerCompletions(source: FactSource): Disposable {
  return languages.registerCompletionItemProvider(
    languageId,
    {
      provideCompletionItems: async (document, position) => {
        const { version } = document;
        const facts = await source.factsOf(document);
        // What was typed meanwhile asks again.
        if (document.version !== version) return undefined;
        const offset = document.offsetAt(position);
        const found = completionsAt(parsedFile(document), offset, facts);
        const items = found.items.map((item, index) => converted(item, index, document));
        return new CompletionList(items, found.isIncomplete);
      },
    },
    ...['{', '|', '*', '@', ':', ' ', '/', '-', '[', ',', '"', "'"],
  );
}

function converted(
  item: language.CompletionItem,
  index: number,
  document: TextDocument,
): CompletionItem {
  const result = new CompletionItem(
    { label: item.label, description: item.detail },
    kinds[item.kind],
  );
  result.documentation = new MarkdownString(item.documentation);
  result.range = rangeOf(document, item.edit.span);
  result.insertText = item.isSnippet ? new SnippetString(item.edit.text) : item.edit.text;
  // What they replace is what is typed to find them, quotes and spaces included.
  result.filterText = item.filterText ?? item.label;
  result.sortText = String(index).padStart(4, '0');
  if (item.goesOn) {
    result.command = { title: 'Suggest', command: 'editor.action.triggerSuggest' };
  }
  return result;
}
