import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TemplatePart } from '../../src/language/ast.ts';
import { parse } from '../../src/language/parser.ts';
import { printTemplate } from '../../src/language/printTemplate.ts';

const partsOf = (template: string) =>
  parse(`---\nanswer: capital\n---\n@prompt p\n${template}\n`).prompts[0]!.parts;

const meaning = (parts: readonly TemplatePart[]) =>
  parts.map((part) => ({
    ...part,
    ...{ span: undefined, columnSpan: undefined, nameSpan: undefined },
  }));

test.each([
  'The capital of {country|trim|lower} is {capital}.',
  '{*3} {country} {*"the \\"capital\\" \\\\ of"} {capital} {*5 "seat"}',
  '{*rel:2 "x"} {country} {*rel:2 "x"} {*other:1} {capital}',
  '{*"two\\nlines\\tapart"} {capital}',
  '{demos:4}\n@@home {{is}} {capital|upper}\n\n  indented',
])('prints %j as it was written', (template) => {
  expect(printTemplate(partsOf(template))).toBe(template);
});

const word = fc.string({
  unit: fc.constantFrom('a', ' ', '{', '}', '@', '"', '\\', '|', 'é', '*'),
});
const piece = fc.oneof(
  word.map((text) => text.replaceAll(/[{}]/g, '$&$&')),
  fc.constantFrom(
    '{country}',
    '{country|shorten}',
    '{*}',
    '{*3}',
    '{*n:2}',
    '{*"a b"}',
    '{demos:2}',
  ),
  fc.constant('\n'),
);

test('what is printed is read as the same parts', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const parts = partsOf(pieces.join('').replaceAll(/^@/gm, '@@'));
      expect(meaning(partsOf(printTemplate(parts)))).toEqual(meaning(parts));
    }),
    { numRuns: 10_000 },
  );
});
