/** Formatting of a whole document or of the lines that are selected. */
import { type Disposable, type Range, type TextDocument, TextEdit, languages } from 'vscode';
import { formattingEdits } from '../../language/features/format.ts';
import { languageId, parsedFile } from '../documents.ts';
import { rangeOf } from './convert.ts';

/** Registers formatting. */
export function registerFormatting(): Disposable[] {
  return [
    languages.registerDocumentFormattingEditProvider(languageId, {
      provideDocumentFormattingEdits: (document) => edits(document),
    }),
    languages.registerDocumentRangeFormattingEditProvider(languageId, {
      provideDocumentRangeFormattingEdits: (document, range) => edits(document, range),
    }),
  ];
}

function edits(document: TextDocument, within?: Range): TextEdit[] {
  return formattingEdits(parsedFile(document))
    .map(({ span, text }) => new TextEdit(rangeOf(document, span), text))
    .filter(({ range }) => within === undefined || within.contains(range));
}
