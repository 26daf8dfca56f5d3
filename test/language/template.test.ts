import { describe, expect, test } from 'vitest';
import type { TemplatePart } from '../../src/language/ast.ts';
import { parse } from '../../src/language/parser.ts';
import { expectDiagnostics, withSettings } from './marked.ts';

type WithoutPlaces = Record<string, unknown>;

/** The parts of a template without their spans and undefined fields. */
function partsOf(template: string): WithoutPlaces[] {
  const file = parse(withSettings(`@prompt p\n${template}`));
  expect(file.diagnostics).toEqual([]);
  return file.prompts[0]!.parts.map(withoutPlaces);
}

function withoutPlaces(part: TemplatePart): WithoutPlaces {
  const kept = Object.entries(part).filter(
    ([key, value]) => !/span$/i.test(key) && value !== undefined,
  );
  return Object.fromEntries(kept);
}

const answer = { kind: 'answer', column: 'capital', filters: [] };
const words = (text: string) => ({ kind: 'text', text });

describe('the parts of a template', () => {
  test('slots, the answer and fixed words', () => {
    expect(partsOf('The capital of {country} is {capital}.')).toEqual([
      words('The capital of '),
      { kind: 'slot', column: 'country', filters: [] },
      words(' is '),
      answer,
      words('.'),
    ]);
  });

  test('filters are chained, with spaces around them or not', () => {
    expect(partsOf('{ country | trim|upper } {capital|lower}')).toEqual([
      { kind: 'slot', column: 'country', filters: ['trim', 'upper'] },
      words(' '),
      { kind: 'answer', column: 'capital', filters: ['lower'] },
    ]);
  });

  test.each([
    ['{*}', {}],
    ['{*5}', { count: 5 }],
    ['{* 5 }', { count: 5 }],
    ['{*"capital of"}', { initText: 'capital of' }],
    ['{*5 "capital of"}', { count: 5, initText: 'capital of' }],
    ['{*"a } b {"}', { initText: 'a } b {' }],
    ['{*"say \\"x\\\\\\""}', { initText: 'say "x\\"' }],
    ['{*"a\\"}b"}', { initText: 'a"}b' }],
    ['{*rel:3}', { count: 3, name: 'rel' }],
    ['{*rel:3 "of"}', { count: 3, name: 'rel', initText: 'of' }],
  ])('virtual tokens %s', (written, expected) => {
    expect(partsOf(`${written} {capital}`)[0]).toEqual({
      kind: 'virtual',
      repeats: false,
      ...expected,
    });
  });

  test('every place of named virtual tokens has the count of their definition', () => {
    const named = { kind: 'virtual', count: 3, name: 'rel', repeats: false };
    const again = { ...named, repeats: true };
    expect(partsOf('{*rel:3}{capital}{*rel}')).toEqual([named, answer, again]);
    expect(partsOf('{*rel}{capital}{*rel:3}')).toEqual([again, answer, named]);
  });

  test('solved examples; a column may be named demos all the same', () => {
    expect(partsOf('{demos:4}{demos}{capital}')).toEqual([
      { kind: 'demos', count: 4 },
      { kind: 'slot', column: 'demos', filters: [] },
      answer,
    ]);
  });

  test('doubled braces are braces, also beside slots', () => {
    expect(partsOf('{{{capital}}} {{*5}}')).toEqual([words('{'), answer, words('} {*5}')]);
  });

  test('line breaks inside are kept as \\n, blank lines around are not', () => {
    expect(partsOf('\r\n \r\na\r\n\r\n  b {capital} \r\n\r\n')).toEqual([
      words('a\n\n  b '),
      answer,
      words(' '),
    ]);
  });

  test('comments are no part of the template, "@@" starts a line with "@"', () => {
    expect(partsOf('a\n@# not this\n@@b {capital}\n@# nor this\n')).toEqual([
      words('a\n@b '),
      answer,
    ]);
  });

  test('spans cover the template without gaps', () => {
    const text = withSettings('@prompt p\n{*2 "x"} a{{b}}\n@@{country|trim} {capital}.\n');
    const { parts, templateSpan } = parse(text).prompts[0]!;
    expect(parts[0]!.span.start).toBe(templateSpan.start);
    expect(parts.at(-1)!.span.end).toBe(templateSpan.end);
    for (const [index, part] of parts.slice(1).entries()) {
      expect(part.span.start).toBe(parts[index]!.span.end);
    }
  });
});

describe('slips in a template', () => {
  test.each<[string, string[]]>([
    ['<|The capital of {country}|>', ['template/no-answer']],
    ['{capital} and <|{capital}|> or <|{capital|lower}|>', twice('template/two-answers')],
    ['<|{country|> is {capital}', ['template/unclosed-brace']],
    ['{country} is <|{capital|>', ['template/unclosed-brace']],
    ['{country} is <|{capital|upper|>', ['template/unclosed-brace']],
    ['<|{|> {capital}', ['template/unclosed-brace']],
    ['<|{*5|> {capital}', ['template/unclosed-brace']],
    ['{*5 <|"the capital|>} {capital}', ['template/unclosed-string']],
    ['a <|}|> {capital}', ['template/stray-brace']],
    ['<|{}|> {capital}', ['template/bad-slot']],
    ['{<|a:b|>} {capital}', ['template/bad-slot']],
    ['{country|<|uper|>} {capital}', ['template/unknown-filter']],
    ['{country<|||>} {capital}', ['template/unknown-filter']],
    ['{capital|<|shorten|>}', ['template/misplaced-filter']],
    ['{demos:4|<|trim|>} {capital}', ['template/misplaced-filter']],
    ['{<|demos:0|>} {capital}', ['template/bad-count']],
    ['{<|demos:65|>} {capital}', ['template/bad-count']],
    ['{<|demos:many|>} {capital}', ['template/bad-count']],
    ['{*<|0|>} {capital}', ['template/bad-count']],
    ['{*<|100000|>} {capital}', ['template/bad-count']],
    ['{*<|99999999999999999999999999|>} {capital}', ['template/bad-count']],
    ['<|{*-1}|> {capital}', ['template/bad-virtual-token']],
    ['<|{*2.5}|> {capital}', ['template/bad-virtual-token']],
    ['<|{*rel 3}|> {capital}', ['template/bad-virtual-token']],
    ['<|{**}|> {capital}', ['template/bad-virtual-token']],
    ['<|{*5|upper}|> {capital}', ['template/bad-virtual-token']],
    ['{*<|" "|>} {capital}', ['template/bad-virtual-token']],
    ['<|{*rel}|> {capital} {*rel}', ['template/undefined-virtual-token']],
    ['{*rel:3} {capital} <|{*rel:4}|>', ['template/conflicting-virtual-token']],
  ])('%s', (template, codes) => {
    expectDiagnostics(withSettings(`@prompt p\n${template}\n`), codes);
  });

  test('a template of blank lines is empty', () => {
    expectDiagnostics(withSettings('<|@prompt p|>\n  \n\n'), ['template/empty']);
  });

  test('an unclosed slot still counts as the slot it begins', () => {
    const marked = withSettings('@prompt p\nThe capital of <|{country|> is <|{capital|>.');
    const { prompts } = expectDiagnostics(marked, twice('template/unclosed-brace'));
    expect(prompts[0]!.parts.map(({ kind }) => kind)).toEqual([
      'text',
      'slot',
      'text',
      'answer',
      'text',
    ]);
  });

  test('virtual tokens that cannot be read still make the prompt continuous', () => {
    const { prompts } = parse(withSettings('@prompt p\n{*??} {capital}'));
    expect(prompts[0]!.kind).toBe('continuous');
  });

  test('the first answer is told with the second', () => {
    const { diagnostics, text } = parse(withSettings('@prompt p\n{capital} {capital}'));
    expect(diagnostics[0]!.related?.[0]!.span.start).toBe(text.indexOf('{capital}'));
  });
});

function twice(code: string): string[] {
  return [code, code];
}
