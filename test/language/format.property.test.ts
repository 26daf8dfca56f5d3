import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PtuneFile, TemplatePart } from '../../src/language/ast.ts';
import { filters } from '../../src/language/ast.ts';
import { formattingEdits } from '../../src/language/features/format.ts';
import { parse } from '../../src/language/parser.ts';
import { printTemplate } from '../../src/language/printTemplate.ts';
import { applyEdits } from '../../src/language/textEdit.ts';
import { withSettings } from './marked.ts';
import { texts } from './texts.ts';

/** What a file means, without places: settings, prompts and what is wrong. */
function meaning({ settings, prompts, comments, diagnostics }: PtuneFile): unknown {
  return {
    settings,
    prompts: prompts.map(({ name, kind, parts, train, from, expect: own }) => ({
      ...{ name, kind, train, from, expect: own },
      parts: parts.map(withoutPlaces),
    })),
    comments: comments.map(({ text }) => text),
    diagnostics: diagnostics.map(({ code }) => code),
  };
}

function withoutPlaces(part: TemplatePart): unknown {
  return Object.fromEntries(Object.entries(part).filter(([key]) => !/span$/i.test(key)));
}

test('formatting any text keeps what it means, and twice is as once', () => {
  const property = fc.property(texts, (text) => {
    const file = parse(text);
    const once = applyEdits(text, formattingEdits(file));
    const after = parse(once);
    expect(meaning(after)).toEqual(meaning(file));
    expect(applyEdits(once, formattingEdits(after))).toBe(once);
  });
  fc.assert(property, { numRuns: 10_000, seed: 3 });
});

const column = fc.stringMatching(/^[a-z_é][\w é-]{0,6}[a-z]$/).filter((name) => name !== 'capital');
const used = fc.array(fc.constantFrom(...filters), { maxLength: 3 });
const count = fc.integer({ min: 1, max: 64 });
const text = fc
  .string({ unit: fc.constantFrom('a', ' ', '{', '}', '@', '#', '"', '\\', '\n', '|', 'é') })
  .filter((words) => words !== '' && !words.includes('@#'));
const initText = fc
  .string({ unit: fc.constantFrom('a', '"', '\\', '}', '{', '\n', '\t', 'n'), minLength: 1 })
  .filter((words) => words.trim() !== '');

/** One part after the other, as no template could be split in two ways. */
const part = fc.oneof(
  fc.record({ kind: fc.constant('slot'), column, filters: used }),
  fc.record({ kind: fc.constant('demos'), count }),
  fc.record({
    kind: fc.constant('virtual'),
    count: fc.option(count, { nil: undefined }),
    initText: fc.option(initText, { nil: undefined }),
    name: fc.constant(undefined),
    repeats: fc.constant(false),
  }),
);
const template = fc.array(fc.tuple(part, fc.option(text, { nil: undefined })), { maxLength: 8 });

test('a template that is printed and parsed is the same template', () => {
  const property = fc.property(template, (pieces) => {
    const answer = { kind: 'answer', column: 'capital', filters: [] };
    const rel = { kind: 'virtual', count: 2, initText: undefined, name: 'rel' };
    const inner = pieces.flatMap(([one, words]) =>
      words === undefined ? [one] : [one, { kind: 'text', text: words }],
    );
    const parts = [{ ...rel, repeats: false }, ...inner, { ...rel, repeats: true }, answer];
    const printed = printTemplate(parts as never);
    const file = parse(withSettings(`@prompt p\n${printed}`));
    expect(file.prompts[0]!.parts.map(withoutPlaces)).toEqual(parts);
    expect(printTemplate(file.prompts[0]!.parts)).toBe(printed);
  });
  fc.assert(property, { numRuns: 10_000, seed: 4 });
});

test('a template that is well written and formatted is printed as it stands', () => {
  const property = fc.property(texts, (source) => {
    const file = parse(source);
    const after = parse(applyEdits(source, formattingEdits(file)));
    for (const { parts, templateText } of after.prompts) {
      const wrong = after.diagnostics.some(({ code }) => /^(template|directive)/.test(code));
      if (!wrong) expect(printTemplate(parts)).toBe(templateText);
    }
  });
  fc.assert(property, { numRuns: 10_000, seed: 5 });
});
