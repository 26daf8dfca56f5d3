import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PtuneFile, Span } from '../../src/language/ast.ts';
import { diagnosticsToJson } from '../../src/language/diagnosticsJson.ts';
import { foldingRanges } from '../../src/language/features/folding.ts';
import { outline, promptAt } from '../../src/language/features/symbols.ts';
import type { OutlineSymbol } from '../../src/language/features/symbols.ts';
import { LineMap } from '../../src/language/lineMap.ts';
import { Parser, parse } from '../../src/language/parser.ts';
import { texts } from './texts.ts';

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
  const isWhole = ({ start, end }: Span) => 0 <= start && start <= end && end <= text.length;
  expect(spans.filter(([, span]) => !isWhole(span))).toEqual([]);
  for (const { name, parts, templateSpan, train } of file.prompts) {
    expect(name).not.toBe('');
    expect((train.steps === undefined) !== (train.epochs === undefined)).toBe(true);
    const ends = [templateSpan.start, ...parts.map(({ span }) => span.end)];
    const starts = [...parts.map(({ span }) => span.start), templateSpan.end];
    expect(starts.every((start, index) => start >= ends[index]!)).toBe(true);
  }
  const lines = new LineMap(text);
  for (const { startLine, endLine } of foldingRanges(file)) {
    expect(startLine).toBeLessThan(endLine);
    expect(endLine).toBeLessThan(lines.lineCount);
  }
  promptAt(file, text.length);
  JSON.stringify(diagnosticsToJson([{ file: 'a', text, diagnostics: file.diagnostics }]));
}

describe('any text', () => {
  test('parses into a tree whose places lie in the text', () => {
    fc.assert(fc.property(texts, expectWhole), { numRuns: 10_000, seed: 1 });
  });

  test('gives the same tree to a parser that has read other texts before', () => {
    const edits = fc.array(
      fc.record({ at: fc.nat(400), cut: fc.nat(6), put: fc.string({ maxLength: 4 }) }),
      { maxLength: 4 },
    );
    const property = fc.property(texts, edits, (text, changes) => {
      const parser = new Parser();
      let now = text;
      expect(parser.parse(now)).toEqual(parse(now));
      for (const { at, cut, put } of changes) {
        now = now.slice(0, at) + put + now.slice(at + cut);
        expect(parser.parse(now)).toEqual(parse(now));
      }
    });
    fc.assert(property, { numRuns: 3000, seed: 2 });
  });

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
