/** What an editor of `.ptune` files does with text and facts alone, on a disk or without one. */
import {
  type Disposable,
  Hover,
  MarkdownString,
  SelectionRange,
  SemanticTokensBuilder,
  SemanticTokensLegend,
  languages,
} from 'vscode';
import { hoverAt } from '../../language/features/hover.ts';
import { selectionRanges } from '../../language/features/selection.ts';
import {
  semanticModifiers,
  semanticTokens,
  semanticTypes,
} from '../../language/features/semanticTokens.ts';
import { languageId, parsedFile } from '../documents.ts';
import { registerCompletions } from './completions.ts';
import { rangeOf } from './convert.ts';
import type { FactSource } from './facts.ts';
import { registerFormatting } from './formatting.ts';
import type { FindTarget } from './links.ts';
import { registerLinks } from './links.ts';
import { registerNames } from './names.ts';
import { registerOutline } from './outline.ts';

/** Registers them. `source` tells of the world outside of the text, `find` where links lead. */
export function registerLanguageFeatures(source: FactSource, find: FindTarget): Disposable[] {
  return [
    registerCompletions(source),
    registerTextHovers(source),
    registerSemanticTokens(),
    registerSelectionRanges(),
    registerLinks(find),
    ...registerFormatting(),
    ...registerNames(source, find),
    ...registerOutline(),
  ];
}

/** What settings, slots and models are; scores have hovers of their own. */
function registerTextHovers(source: FactSource): Disposable {
  return languages.registerHoverProvider(languageId, {
    provideHover: async (document, position) => {
      const facts = await source.factsOf(document);
      const found = hoverAt(parsedFile(document), document.offsetAt(position), facts);
      if (!found) return undefined;
      return new Hover(new MarkdownString(found.markdown), rangeOf(document, found.span));
    },
  });
}

const legend = new SemanticTokensLegend([...semanticTypes], [...semanticModifiers]);

function registerSemanticTokens(): Disposable {
  return languages.registerDocumentSemanticTokensProvider(
    languageId,
    {
      provideDocumentSemanticTokens: (document) => {
        const builder = new SemanticTokensBuilder(legend);
        for (const { span, type, modifiers } of semanticTokens(parsedFile(document))) {
          builder.push(rangeOf(document, span), type, [...modifiers]);
        }
        return builder.build();
      },
    },
    legend,
  );
}

function registerSelectionRanges(): Disposable {
  return languages.registerSelectionRangeProvider(languageId, {
    provideSelectionRanges: (document, positions) =>
      positions.map((position) => {
        const spans = selectionRanges(parsedFile(document), document.offsetAt(position));
        const ranges = spans.map((span) => rangeOf(document, span));
        return ranges.reduceRight<SelectionRange | undefined>(
          (parent, range) => new SelectionRange(range, parent),
          undefined,
        )!;
      }),
  });
}
