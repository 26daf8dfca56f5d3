/** Definitions, references, highlights and rename. */
import {
  type Disposable,
  DocumentHighlight,
  DocumentHighlightKind,
  Location,
  Position,
  Range,
  type TextDocument,
  WorkspaceEdit,
  languages,
} from 'vscode';
import { definitionsAt, referencesAt } from '../../language/features/definition.ts';
import { rename, renameTarget } from '../../language/features/rename.ts';
import { languageId, parsedFile } from '../documents.ts';
import { rangeOf } from './convert.ts';
import type { FactSource } from './facts.ts';
import type { FindTarget } from './links.ts';

/** Registers what follows a name through a file. */
export function registerNames(source: FactSource, find: FindTarget): Disposable[] {
  const at = (document: TextDocument, position: Position) =>
    [parsedFile(document), document.offsetAt(position)] as const;
  return [
    languages.registerDefinitionProvider(languageId, {
      provideDefinition: async (document, position) => {
        const facts = await source.factsOf(document);
        const places: Location[] = [];
        for (const one of definitionsAt(...at(document, position), facts)) {
          if (one.kind === 'here') {
            places.push(new Location(document.uri, rangeOf(document, one.span)));
            continue;
          }
          const uri = await find(document, one.target);
          // A definition opens in an editor; pages of the web are for links.
          if (uri?.scheme !== document.uri.scheme) continue;
          places.push(new Location(uri, new Position(one.line, 0)));
        }
        return places;
      },
    }),
    languages.registerReferenceProvider(languageId, {
      provideReferences: (document, position, { includeDeclaration }) =>
        referencesAt(...at(document, position), includeDeclaration).map(
          ({ span }) => new Location(document.uri, rangeOf(document, span)),
        ),
    }),
    languages.registerDocumentHighlightProvider(languageId, {
      provideDocumentHighlights: (document, position) =>
        referencesAt(...at(document, position)).map(({ span, isDefinition }) => {
          const kind = isDefinition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read;
          return new DocumentHighlight(rangeOf(document, span), kind);
        }),
    }),
    languages.registerRenameProvider(languageId, {
      prepareRename: (document, position) => {
        const target = renameTarget(...at(document, position));
        if (!target) {
          throw new Error('Prompts, named virtual tokens, columns and labels can be renamed.');
        }
        return { range: rangeOf(document, target.span), placeholder: target.text };
      },
      provideRenameEdits: (document, position, newName) => {
        const result = rename(...at(document, position), newName);
        if (result.kind === 'refused') throw new Error(`${result.message}.`);
        const edit = new WorkspaceEdit();
        for (const { span, text } of result.edits) {
          const { start, end } = rangeOf(document, span);
          edit.replace(document.uri, new Range(start, end), text);
        }
        return edit;
      },
    }),
  ];
}
