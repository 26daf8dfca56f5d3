import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PtuneFile, Span } from '../../src/language/ast.ts';
import { diagnosticsToJson } from '../../src/language/diagnosticsJson.ts';
import { foldingRanges } from '../../src/language/features/folding.ts';
import { outline, promptAt } from '../../src/language/features/symbols.ts';
import type { OutlineSymbol } from '../../src/language/features/symbols.ts';
import { LineMap } from '../../src/language/lineMap.ts';
import { parse } from '../../src/language/parser.ts';

const valid = `---
model: {id: ./m, dtype: fp16}
data: {train: a.csv, validation: 0.2}
answer: label
labels:
  good: [great, 'fine']
  bad: "poor"
expect: [accuracy >= 0.8]
sweep: {steps: [1, 2], learningRate: {min: 0.1, max: 1}}
train:
  &x encoder: lstm
  seeds: [1, 2]
---
@# comment
@prompt one {epochs: 3, init: labels}
{*5 "a b"} {text|trim|lower} {*rel:2} {label} {*rel} {{x}}

@@more {demos:4}
@prompt two
{label}: {text}
`;

/** Pieces that mean something, so that mutated files reach every branch. */
const pieces = [
  '{',
  '}',
  '{{',
  '}}',
  '{*',
  '*',
  '|',
  '"',
  '\\',
  ':',
  '@',
  '@@',
  '@#',
  '@prompt ',
  '@promt',
  '---\n',
  '\n',
  '\r\n',
  '\r',
  ' ',
  '\t',
  '\uFEFF',
  '\uD83D',
  '😀',
  '[',
  ']',
  '- ',
  '? ',
  '&a ',
  '*a',
  '!!binary ',
  '!x ',
  '%YAML 1.1\n',
  '<<: ',
  '__proto__: ',
  'constructor',
  '0x1F',
  '1e999',
  '.nan',
  '~',
  'null',
  '9999999999',
  'answer: ',
  'model: ',
  'train:\n',
  'demos:',
  '\u2028',
  '\0',
  'label',
  '...',
  '|\n',
  '>\n',
  '#',
];

const mutated = fc
  .array(
    fc.record({
      at: fc.nat(valid.length),
      cut: fc.nat(12),
      put: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((edits) =>
    edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), valid),
  );

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
  fc
    .array(fc.constantFrom(...pieces), { maxLength: 30 })
    .map((parts) => `---\nanswer: label\n---\n@prompt a\n${parts.join('')}`),
  mutated,
);

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
    fc.assert(fc.property(texts, expectWhole), { numRuns: 1500, seed: 1 });
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
