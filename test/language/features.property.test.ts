/** Whatever the text and wherever the cursor: no feature fails, and what it answers lies in the text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Span } from '../../src/language/ast.ts';
import { completionsAt } from '../../src/language/features/completion.ts';
import { splitOffValidation } from '../../src/language/features/dataFixes.ts';
import { definitionsAt, referencesAt } from '../../src/language/features/definition.ts';
import { documentLinks } from '../../src/language/features/documentLinks.ts';
import { hoverAt } from '../../src/language/features/hover.ts';
import { quickFixes } from '../../src/language/features/quickFixes.ts';
import { renameTarget } from '../../src/language/features/rename.ts';
import { selectionRanges } from '../../src/language/features/selection.ts';
import { semanticTokens } from '../../src/language/features/semanticTokens.ts';
import { checkModelUse, unusedNames } from '../../src/language/modelChecks.ts';
import { parse } from '../../src/language/parser.ts';
import { type TextEdit, applyEdits } from '../../src/language/textEdit.ts';
import { facts } from './facts.ts';
import { expectSame } from './same.ts';
import { manyCasesMs, texts } from './texts.ts';
import { expectWithin } from './within.ts';

const causal = { ...facts.models[0]!, kind: 'causal' } as const;

test(
  'every feature answers at any place of any text, with ranges within the text',
  { timeout: manyCasesMs },
  () => {
    const told = new Set<string>();
    const property = fc.property(texts, fc.nat(1000), (text, thousandths) => {
      const file = parse(text);
      const offset = Math.round((thousandths / 1000) * text.length);
      const spans: [string, Span][] = [];
      const add = (what: string, found: readonly (Span | undefined)[]) => {
        for (const span of found) if (span) spans.push([what, span]);
      };
      add(
        'completion',
        completionsAt(file, offset, facts).items.map(({ edit }) => edit.span),
      );
      add('hover', [hoverAt(file, offset, facts)?.span]);
      add(
        'definition',
        definitionsAt(file, offset, facts).map((one) =>
          one.kind === 'here' ? one.span : undefined,
        ),
      );
      add(
        'reference',
        referencesAt(file, offset).map(({ span }) => span),
      );
      add('rename', [renameTarget(file, offset)?.span]);
      add('selection', selectionRanges(file, offset));
      add(
        'link',
        documentLinks(file).map(({ span }) => span),
      );
      const tokens = semanticTokens(file).map(({ span }) => span);
      add('semantic token', tokens);
      // Editors need them in order, each of at least one character on one line.
      for (const [index, { start, end }] of tokens.entries()) {
        const isFine = start >= (tokens[index - 1]?.end ?? 0) && end > start;
        expectSame([isFine, /[\r\n]/.test(text.slice(start, end))], [true, false]);
      }
      const fixed: TextEdit[][] = [];
      const more = [...checkModelUse(file, causal), ...unusedNames(file)];
      for (const diagnostic of [...file.diagnostics, ...more]) {
        add(diagnostic.code, [
          diagnostic.span,
          ...(diagnostic.related ?? []).map(({ span }) => span),
        ]);
        for (const { title, edits } of quickFixes(file, diagnostic, facts)) {
          add(
            `fix "${title}"`,
            edits.map(({ span }) => span),
          );
          fixed.push([...edits]);
          const inOrder = edits.toSorted((a, b) => a.span.start - b.span.start);
          const isApart = inOrder.every(
            ({ span }, i) => i === 0 || inOrder[i - 1]!.span.end <= span.start,
          );
          expectSame(isApart, true);
        }
      }
      add(
        'split',
        (splitOffValidation(file)?.edits ?? []).map(({ span }) => span),
      );
      expectWithin(text, spans);
      const fix = fixed[thousandths % Math.max(1, fixed.length)];
      if (fix) parse(applyEdits(text, fix));
      for (const [what] of spans) told.add(what);
    });
    fc.assert(property, { numRuns: 10_000, seed: 7 });
    // Every feature had something to answer.
    for (const what of ['completion', 'hover', 'definition', 'reference', 'rename', 'link']) {
      expect(told).toContain(what);
    }
    for (const what of ['selection', 'semantic token', 'template/after-answer', 'split']) {
      expect(told).toContain(what);
    }
  },
);
