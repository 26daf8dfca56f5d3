/** The outline, the breadcrumbs and what folds. */
import {
  type Disposable,
  DocumentSymbol,
  FoldingRange,
  FoldingRangeKind,
  SymbolKind,
  type TextDocument,
  languages,
} from 'vscode';
import { foldingRanges } from '../../language/features/folding.ts';
import { type OutlineSymbol, outline } from '../../language/features/symbols.ts';
import { languageId, parsedFile } from '../documents.ts';
import { rangeOf } from './convert.ts';

const kinds: Readonly<Record<OutlineSymbol['kind'], SymbolKind>> = {
  settings: SymbolKind.Module,
  setting: SymbolKind.Property,
  prompt: SymbolKind.Function,
  virtualTokens: SymbolKind.Variable,
};

/** Registers the outline and the folding of `.ptune` documents. */
export function registerOutline(): Disposable[] {
  return [
    languages.registerDocumentSymbolProvider(languageId, {
      provideDocumentSymbols: (document) =>
        outline(parsedFile(document)).map((symbol) => converted(symbol, document)),
    }),
    languages.registerFoldingRangeProvider(languageId, {
      provideFoldingRanges: (document) =>
        foldingRanges(parsedFile(document)).map(
          ({ startLine, endLine, kind }) =>
            new FoldingRange(
              startLine,
              endLine,
              kind === 'comment' ? FoldingRangeKind.Comment : FoldingRangeKind.Region,
            ),
        ),
    }),
  ];
}

function converted(symbol: OutlineSymbol, document: TextDocument): DocumentSymbol {
  const result = new DocumentSymbol(
    symbol.name,
    symbol.detail,
    kinds[symbol.kind],
    rangeOf(document, symbol.span),
    rangeOf(document, symbol.selectionSpan),
  );
  result.children = symbol.children.map((child) => converted(child, document));
  return result;
}
