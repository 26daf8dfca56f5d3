import { describe, expect, test } from 'vitest';
import { definitionsAt, referencesAt } from '../../src/language/features/definition.ts';
import { documentLinks } from '../../src/language/features/documentLinks.ts';
import { rename } from '../../src/language/features/rename.ts';
import { selectionRanges } from '../../src/language/features/selection.ts';
import { semanticTokens } from '../../src/language/features/semanticTokens.ts';
import { parse } from '../../src/language/parser.ts';
import { applyEdits } from '../../src/language/textEdit.ts';
import { facts } from './facts.ts';

const text = `---
model: ./models/x
data: {train: a.jsonl, test: "b c.csv"}
answer: 'capital'
baseline: manual
labels:
  Lima: [x]
  Paris: [y]
---
@prompt manual
{country} is {capital}.

@prompt learned {from: v.safetensors}
{*rel:3} {country|trim} {*rel} {capital}

@prompt other
{*rel:2} {capital}
`;
const file = parse(text);
const at = (words: string, from = 0) => text.indexOf(words, from);
const shown = (spans: readonly { span: { start: number; end: number } }[]) =>
  spans.map(({ span }) => `${span.start}:${text.slice(span.start, span.end)}`);

function renamed(offset: number, to: string): string {
  const result = rename(file, offset, to);
  return result.kind === 'edits' ? applyEdits(text, result.edits) : result.message;
}

describe('references', () => {
  test('of a column are its slots and the setting that names it', () => {
    expect(shown(referencesAt(file, at('{capital}') + 2)).map((one) => one.split(':')[1])).toEqual([
      "'capital'",
      'capital',
      'capital',
      'capital',
    ]);
  });

  test('of virtual tokens stay within their prompt', () => {
    const places = referencesAt(file, at('{*rel}') + 3);
    expect(places.map(({ span }) => span.start)).toEqual([at('rel:3'), at('rel}')]);
    expect(places.map(({ isDefinition }) => isDefinition)).toEqual([true, false]);
  });

  test('of a prompt are its head and the baseline', () => {
    expect(shown(referencesAt(file, at('manual', at('@prompt'))))).toEqual([
      `${at('manual')}:manual`,
      `${at('@prompt manual') + 8}:manual`,
    ]);
  });
});

describe('definitions', () => {
  test('of a baseline is the prompt, of virtual tokens the place with the count', () => {
    const [prompt] = definitionsAt(file, at('manual'), facts);
    expect(prompt).toEqual({
      kind: 'here',
      span: { start: at('@prompt manual') + 8, end: at('@prompt manual') + 14 },
    });
    expect(definitionsAt(file, at('rel}'), facts)[0]).toMatchObject({
      span: { start: at('rel:3') },
    });
  });

  test('of a column is the data file, of a path the file', () => {
    expect(definitionsAt(file, at('country'), facts)).toEqual([
      { kind: 'elsewhere', target: { kind: 'file', path: 'a.jsonl' }, line: 0 },
    ]);
    expect(definitionsAt(file, at('a.jsonl') + 1, facts)[0]).toMatchObject({
      target: { kind: 'file', path: 'a.jsonl' },
    });
  });
});

describe('rename', () => {
  test('writes quotes where YAML needs them', () => {
    expect(renamed(at('country'), 'land')).toBe(text.replaceAll('country', 'land'));
    expect(renamed(at('{capital}') + 1, 'yes')).toBe(
      text.replace("'capital'", '"yes"').replaceAll('{capital}', '{yes}'),
    );
    expect(renamed(at('Lima'), 'a, b')).toBe(text.replace('Lima:', '"a, b":'));
  });

  test('refuses a name that is taken or cannot be one', () => {
    expect(renamed(at('country'), 'capital')).toBe('There is a column "capital" already');
    expect(renamed(at('manual'), 'two words')).toContain('a letter, then letters');
    expect(renamed(at('rel:3'), 'rel')).toBe(text);
    expect(renamed(0, 'x')).toContain('Only prompts');
  });
});

test('links lead to data, stored vectors and the model, without quotes', () => {
  expect(
    documentLinks(file).map(({ span, target }) => [text.slice(span.start, span.end), target]),
  ).toEqual([
    ['a.jsonl', { kind: 'file', path: 'a.jsonl' }],
    ['b c.csv', { kind: 'file', path: 'b c.csv' }],
    ['./models/x', { kind: 'model', id: './models/x' }],
    ['v.safetensors', { kind: 'file', path: 'v.safetensors' }],
  ]);
});

test('semantic tokens tell the answer, the baseline and what is trained', () => {
  const tokens = semanticTokens(file).map(({ span, type, modifiers }) => [
    text.slice(span.start, span.end),
    [type, ...modifiers].join(' '),
  ]);
  expect(tokens.slice(0, 7)).toEqual([
    ['capital', 'answer'],
    ['manual', 'prompt baseline'],
    ['Lima', 'label declaration'],
    ['Paris', 'label declaration'],
    ['manual', 'prompt declaration baseline'],
    ['country', 'slot'],
    ['capital', 'answer'],
  ]);
  expect(tokens).toContainEqual(['learned', 'prompt declaration continuous']);
  expect(tokens).toContainEqual(['rel', 'virtualTokens']);
});

test('a selection grows from the word to the file', () => {
  const spans = selectionRanges(file, at('country|trim') + 2);
  expect(spans.map(({ start, end }) => text.slice(start, end)).slice(0, 4)).toEqual([
    'country',
    '{country|trim}',
    '{*rel:3} {country|trim} {*rel} {capital}',
    '@prompt learned {from: v.safetensors}\n{*rel:3} {country|trim} {*rel} {capital}',
  ]);
  expect(spans.at(-1)).toEqual({ start: 0, end: text.length });
});
