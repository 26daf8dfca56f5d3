/** Quick fixes: what can be done at once about the diagnostics that are shown. */
import {
  CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Disposable,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  languages,
} from 'vscode';
import type * as language from '../../language/diagnostics.ts';
import { splitOffValidation } from '../../language/features/dataFixes.ts';
import type { QuickFix } from '../../language/features/fix.ts';
import { quickFixes } from '../../language/features/quickFixes.ts';
import { languageId, parsedFile } from '../documents.ts';
import { rangeOf } from './convert.ts';
import type { DiagnosticsService } from './diagnosticsService.ts';
import type { FactSource } from './facts.ts';

/** Registers the quick fixes, and what else can be done to the settings. */
export function registerQuickFixes(
  diagnostics: DiagnosticsService,
  source: FactSource,
): Disposable {
  const providedCodeActionKinds = [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite];
  return languages.registerCodeActionsProvider(
    languageId,
    {
      provideCodeActions: async (document, range, { diagnostics: shown }) => {
        const { version } = document;
        const facts = await source.factsOf(document);
        const known = await diagnostics.current(document);
        if (document.version !== version) return [];
        const file = parsedFile(document);
        const actions = known.flatMap((found) => {
          const same = shown.find((one) => isSame(one, found, document));
          if (!same) return [];
          return quickFixes(file, found, facts).map((fix) => {
            const action = converted(fix, CodeActionKind.QuickFix, document);
            action.diagnostics = [same];
            return action;
          });
        });
        const settings = file.frontMatterSpan && rangeOf(document, file.frontMatterSpan);
        const split = splitOffValidation(file);
        if (!split || !settings?.contains(range)) return actions;
        return [...actions, converted(split, CodeActionKind.RefactorRewrite, document)];
      },
    },
    { providedCodeActionKinds },
  );
}

function isSame(shown: Diagnostic, found: language.Diagnostic, document: TextDocument): boolean {
  const code = typeof shown.code === 'object' ? shown.code.value : shown.code;
  // What is shown may be of a moment ago, a few letters shorter.
  return (
    code === found.code && shown.range.intersection(rangeOf(document, found.span)) !== undefined
  );
}

function converted(fix: QuickFix, kind: CodeActionKind, document: TextDocument): CodeAction {
  const action = new CodeAction(fix.title, kind);
  action.isPreferred = fix.isPreferred;
  action.edit = new WorkspaceEdit();
  for (const { span, text } of fix.edits) {
    action.edit.replace(document.uri, rangeOf(document, span), text);
  }
  if (fix.creates) {
    const uri = Uri.joinPath(document.uri, '..', fix.creates.path);
    const contents = new TextEncoder().encode(fix.creates.content);
    action.edit.createFile(uri, { ignoreIfExists: true, contents });
  }
  return action;
}
