/** Links to the files and models that a document names. */
import { type Disposable, DocumentLink, type TextDocument, type Uri, languages } from 'vscode';
import { type LinkTarget, documentLinks } from '../../language/features/documentLinks.ts';
import { languageId, parsedFile } from '../documents.ts';
import { rangeOf } from './convert.ts';

/** Where a link of a document leads; undefined where there is nothing. */
export type FindTarget = (document: TextDocument, target: LinkTarget) => Promise<Uri | undefined>;

/** Registers the links. */
export function registerLinks(find: FindTarget): Disposable {
  return languages.registerDocumentLinkProvider(languageId, {
    provideDocumentLinks: async (document) => {
      const links: DocumentLink[] = [];
      for (const { span, target, tooltip } of documentLinks(parsedFile(document))) {
        const uri = await find(document, target);
        if (!uri) continue;
        const link = new DocumentLink(rangeOf(document, span), uri);
        link.tooltip = tooltip;
        links.push(link);
      }
      return links;
    },
  });
}
