import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PtuneFile, Span } from '../../src/language/ast.ts';
import { diagnosticsToJson } from '../../src/language/diagnosticsJson.ts';
import { type FoldingRange, foldingRanges } from '../../src/language/features/folding.ts';
import { outline, promptAt } from '../../src/language/features/symbols.ts';
import type { OutlineSymbol } from '../../src/language/features/symbols.ts';
import { LineMap } from '../../src/language/lineMap.ts';
import { Parser, parse } from '../../src/language/parser.ts';
import { expectSame } from './same.ts';
import { assembled, edits, manyCasesMs, texts } from './texts.ts';
import { expectWithin } from './within.ts';

/** Every span of a tree, with a name for the failure's message. */
function spansOf(file: PtuneFile): [string, Span][] {
  const spans: [string, Span][] = file.diagnostics.flatMap(({ code, span, related }) => [
    [code, span] as [string, Span],
    ...(related ?? []).map((place): [string, Span] => [`related to ${code}`, place.span]),
  ]);
  const settings = [file, ...file.prompts].flatMap(({ settingSpans }) => [...settingSpans]);
  for (const [path, { key, value }] of settings) spans.push([path, key], [path, value]);
  if (file.frontMatterSpan) spans.push(['front matter', file.frontMatterSpan]);
  for (const comment of file.comments) spans.push(['comment', comment.span]);
  for (const { name, nameSpan, headSpan, templateSpan, parts } of file.prompts) {
    spans.push([name, nameSpan], [name, headSpan], [name, templateSpan]);
    for (const part of parts) {
      spans.push([part.kind, part.span]);
      if ('columnSpan' in part) spans.push([part.kind, part.columnSpan]);
    }
  }
  return spans;
}

function symbolSpans({ name, span, selectionSpan, children }: OutlineSymbol): [string, Span][] {
  return [[name, span], [name, selectionSpan], ...children.flatMap(symbolSpans)];
}

function expectWhole(text: string): void {
  const file = parse(text);
  const spans = [...spansOf(file), ...outline(file).flatMap(symbolSpans)];
  expectWithin(text, spans);
  for (const { name, parts, templateSpan, train } of file.prompts) {
    const ends = [templateSpan.start, ...parts.map(({ span }) => span.end)];
    const starts = [...parts.map(({ span }) => span.start), templateSpan.end];
    const isOrdered = starts.every((start, index) => start >= ends[index]!);
    const hasOneLength = (train.steps === undefined) !== (train.epochs === undefined);
    expectSame([name === '', isOrdered, hasOneLength], [false, true, true]);
  }
  const lines = new LineMap(text);
  const isFold = ({ startLine, endLine }: FoldingRange) =>
    startLine < endLine && endLine < lines.lineCount;
  expectSame(foldingRanges(file).every(isFold), true);
  promptAt(file, text.length);
  JSON.stringify(diagnosticsToJson([{ file: 'a', text, diagnostics: file.diagnostics }]));
}

describe('any text', () => {
  test('parses into a tree whose places lie in the text', { timeout: manyCasesMs }, () => {
    fc.assert(fc.property(texts, expectWhole), { numRuns: 10_000, seed: 1 });
  });

  test(
    'gives the same tree to a parser that has read other texts before',
    { timeout: manyCasesMs },
    () => {
      let shared = 0;
      const property = fc.property(
        fc.oneof(assembled, assembled, texts),
        edits,
        (text, changes) => {
          const parser = new Parser();
          let before = parser.parse(text);
          for (const { at, cut, put } of changes) {
            const start = Math.floor((at / 1000) * before.text.length);
            const now = before.text.slice(0, start) + put + before.text.slice(start + cut);
            const after = parser.parse(now);
            expectSame(after, parse(now));
            const known = new Set(before.prompts.map(({ train }) => train));
            if (after.prompts.some(({ train }) => known.has(train))) shared++;
            before = after;
          }
        },
      );
      fc.assert(property, { numRuns: 10_000, seed: 2 });
      // Without this the parser could read everything again and agree with itself.
      expect(shared).toBeGreaterThan(3000);
    },
  );

  test.each([
    ['brackets', `---\na: ${'['.repeat(20_000)}\n---`],
    ['mappings', `---\n${'{a: '.repeat(20_000)}\n---`],
    [
      'indented mappings',
      `---\n${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')}\n---`,
    ],
    ['a prompt with brackets', `---\n---\n@prompt a ${'{a: ['.repeat(20_000)}`],
    ['spaces in braces', `---\n---\n@prompt a\n{*${' '.repeat(100_000)}x`],
    ['braces', `---\n---\n@prompt a\n${'{'.repeat(100_001)}`],
    ['quotes', `---\n---\n@prompt a\n${'{*"'.repeat(20_000)}`],
    ['blank lines', '\n'.repeat(100_000)],
    ['an expectation of spaces', `---\nexpect: "accuracy${' '.repeat(50_000)}x"\n---`],
  ])('%s without end are read in time', (_, text) => {
    const before = performance.now();
    expectWhole(text);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test('aliases that multiply end in a diagnostic', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `  - &l${i + 1} [*l${i}, *l${i}]`);
    const text = `---\nexamples:\n  - &l0 [x]\n${levels.join('\n')}\n---`;
    expect(parse(text).diagnostics.map(({ code }) => code)).toContain('settings/yaml');
  });

  test('an alias inside its own anchor ends in a diagnostic', () => {
    expectWhole('---\nexamples: &a [*a]\n---');
    const { diagnostics } = parse('---\nexamples: &a [*a]\n---');
    expect(diagnostics.map(({ code }) => code)).toContain('settings/yaml');
  });
});
