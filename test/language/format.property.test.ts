import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PtuneFile, TemplatePart } from '../../src/language/ast.ts';
import { filters } from '../../src/language/ast.ts';
import { formattingEdits } from '../../src/language/features/format.ts';
import { parse } from '../../src/language/parser.ts';
import { printTemplate } from '../../src/language/printTemplate.ts';
import { applyEdits } from '../../src/language/textEdit.ts';
import { withSettings } from './marked.ts';
import { expectSame } from './same.ts';
import { manyCasesMs, texts } from './texts.ts';

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

test(
  'formatting any text keeps what it means, twice is as once, and good templates end as they are printed',
  { timeout: manyCasesMs },
  () => {
    let printed = 0;
    const property = fc.property(texts, (text) => {
      const file = parse(text);
      const once = applyEdits(text, formattingEdits(file));
      const after = parse(once);
      expectSame(meaning(after), meaning(file));
      expectSame(applyEdits(once, formattingEdits(after)), once);
      // Templates with something wrong in them stay as they are, and whole files without an end of settings.
      const stays = /^(template|directive)\/|^settings\/unclosed$/;
      if (after.diagnostics.some(({ code }) => stays.test(code))) return;
      for (const { parts, templateText } of after.prompts) {
        expectSame(printTemplate(parts), templateText);
        printed++;
      }
    });
    fc.assert(property, { numRuns: 10_000, seed: 3 });
    expect(printed).toBeGreaterThan(1000);
  },
);

const column = fc.stringMatching(/^[a-z_é][\w é-]{0,6}[a-z]$/).filter((name) => name !== 'capital');
const used = fc.array(fc.constantFrom(...filters), { maxLength: 3 });
const count = fc.integer({ min: 1, max: 64 });
const text = fc
  .string({
    unit: fc.constantFrom('a', ' ', '{', '}', '@', '#', '"', '\\', '\n', '|', 'é', '\u2028'),
  })
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

test('a template that is printed and parsed is the same template', { timeout: manyCasesMs }, () => {
  const property = fc.property(template, (pieces) => {
    const answer = { kind: 'answer', column: 'capital', filters: [] };
    const rel = { kind: 'virtual', count: 2, initText: undefined, name: 'rel' };
    const inner = pieces.flatMap(([one, words]) =>
      words === undefined ? [one] : [one, { kind: 'text', text: words }],
    );
    const parts = [{ ...rel, repeats: false }, ...inner, { ...rel, repeats: true }, answer];
    const printed = printTemplate(parts as never);
    const file = parse(withSettings(`@prompt p\n${printed}`));
    expectSame(file.prompts[0]!.parts.map(withoutPlaces), parts);
    expectSame(printTemplate(file.prompts[0]!.parts), printed);
  });
  fc.assert(property, { numRuns: 10_000, seed: 4 });
});
