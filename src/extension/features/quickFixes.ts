/** Quick fixes: what a diagnostic says should stand there instead. */
import {
  CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Disposable,
  type TextDocument,
  WorkspaceEdit,
  languages,
} from 'vscode';
import type * as language from '../../language/diagnostics.ts';
import { languageId } from '../documents.ts';
import { rangeOf } from './convert.ts';
import type { DiagnosticsService } from './diagnosticsService.ts';

/** Registers the quick fixes of the diagnostics that are shown. */
export function registerQuickFixes(diagnostics: DiagnosticsService): Disposable {
  return languages.registerCodeActionsProvider(
    languageId,
    {
      provideCodeActions: (document, _range, { diagnostics: shown }) =>
        diagnostics.found(document).flatMap((found) => {
          const same = shown.find((one) => isSame(one, found, document));
          return same === undefined ? [] : (fix(document, same, found.data?.replacement) ?? []);
        }),
    },
    { providedCodeActionKinds: [CodeActionKind.QuickFix] },
  );
}

function isSame(shown: Diagnostic, found: language.Diagnostic, document: TextDocument): boolean {
  return shown.code === found.code && shown.range.isEqual(rangeOf(document, found.span));
}

function fix(
  document: TextDocument,
  diagnostic: Diagnostic,
  replacement: string | undefined,
): CodeAction | undefined {
  if (replacement === undefined) return undefined;
  const title = replacement === '' ? 'Remove it' : `Change to ${replacement}`;
  const action = new CodeAction(title, CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.isPreferred = true;
  action.edit = new WorkspaceEdit();
  action.edit.replace(document.uri, diagnostic.range, replacement);
  return action;
}
