import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Table } from '../../src/data/table.ts';
import { columnFacts } from '../../src/extension/newFile/columns.ts';
import {
  type NewPromptFile,
  canStandInTemplate,
  promptFileText,
  wordingSnippet,
  wordingSpan,
} from '../../src/extension/newFile/promptFileText.ts';
import { parse } from '../../src/language/parser.ts';

describe('a new prompt file', () => {
  test('has one prompt in words and one that is learned', () => {
    const text = promptFileText({
      model: 'bundled/mini-mlm',
      train: 'capitals.train.jsonl',
      test: 'capitals.test.jsonl',
      answer: 'capital',
      inputs: ['country'],
    });
    const file = parse(text);
    expect(file.diagnostics).toEqual([]);
    expect(file.prompts.map(({ name, kind, templateText }) => [name, kind, templateText])).toEqual([
      ['words', 'discrete', 'The capital of {country} is {capital}.'],
      ['learned', 'continuous', '{*3} {country} {*3} {capital} .'],
    ]);
    expect(file.settings).toMatchObject({
      baseline: 'words',
      data: { train: 'capitals.train.jsonl', validation: 0.15, test: 'capitals.test.jsonl' },
    });
  });

  const chosen = { model: 'm', train: 't.csv', answer: 'capital', inputs: ['country'] };
  const labels = ['good', 'bad'];
  test.each<[Partial<NewPromptFile>, string, string]>([
    [
      {},
      'The capital of {country} is {capital}.',
      '${1:The capital of} {country\\} ${2:is} {capital\\}.',
    ],
    [
      { endsWithAnswer: true },
      'The capital of {country} is {capital}',
      '${1:The capital of} {country\\} ${2:is} {capital\\}',
    ],
    [
      { inputs: ['country', 'birth_year'] },
      'Country: {country} Birth year: {birth_year} The capital is {capital}.',
      '${1:Country:} {country\\} ${2:Birth year:} {birth_year\\} ${3:The capital is} {capital\\}.',
    ],
    [
      { inputs: ['question'], answer: 'answer' },
      '{question} The answer is {answer}.',
      '{question\\} ${1:The answer is} {answer\\}.',
    ],
    [
      { inputs: ['review'], answer: 'sentiment', labels },
      '{review} In one word, the sentiment is {sentiment}.',
      '{review\\} ${1:In one word, the sentiment is} {sentiment\\}.',
    ],
    [
      { inputs: ['title', 'text'], answer: 'label', labels },
      'Title: {title} Text: {text} In one word, the label is {label}.',
      '${1:Title:} {title\\} ${2:Text:} {text\\} ${3:In one word, the label is} {label\\}.',
    ],
    [{ inputs: [] }, 'The capital is {capital}.', '${1:The capital is} {capital\\}.'],
  ])(
    'of %j has a first wording, whose words alone are to be replaced',
    (change, words, snippet) => {
      const file = { ...chosen, ...change };
      const text = promptFileText(file);
      const { start, end } = wordingSpan(text);
      expect(text.slice(start, end)).toBe(words);
      expect(wordingSnippet(file)).toBe(snippet);
      const learned = parse(text).prompts[1]!.templateText;
      expect(learned.endsWith(' .')).toBe(file.endsWithAnswer !== true);
    },
  );

  const column = fc.string({ unit: 'binary', minLength: 1 }).filter(canStandInTemplate);
  // A label called __proto__ is none to the language.
  const path = fc
    .string({ minLength: 1 })
    .filter((text) => text.trim() !== '' && text !== '__proto__');
  test('has names in quotes that YAML would read as numbers', () => {
    const text = promptFileText({ model: './m', train: '.0', answer: 'a', inputs: ['b'] });
    expect(text).toContain('model: ./m\n');
    expect(parse(text).settings.data.train).toBe('.0');
  });

  test('has nothing wrong with it whatever the data is called', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(column, { minLength: 2, maxLength: 4 }),
        fc.option(fc.uniqueArray(path, { minLength: 2, maxLength: 4, selector: (s) => s.trim() }), {
          nil: undefined,
        }),
        path,
        path,
        ([answer = '', ...inputs], labels, model, train) => {
          const file = parse(promptFileText({ model, train, answer, inputs, labels }));
          expect(file.diagnostics).toEqual([]);
          expect(file.prompts.map(({ kind }) => kind)).toEqual(['discrete', 'continuous']);
          const { settings } = file;
          expect([settings.model?.id, settings.data.train, settings.answer]).toEqual([
            model,
            train,
            answer,
          ]);
          expect(settings.labels?.map(({ name }) => name).sort()).toEqual(labels?.toSorted());
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the columns to choose from', () => {
  const table = (rows: Record<string, string>[]): Table => ({
    file: 'a.csv',
    columns: Object.keys(rows[0]!),
    rows: rows.map((values, line) => ({ values, line })),
  });

  test('come with their values, and with labels where there are few', () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({
      text: `a review of a film that is number ${i}`,
      label: i % 3 === 0 ? 'bad' : 'good',
    }));
    expect(columnFacts(table(rows))).toEqual([
      {
        name: 'text',
        description: `${'a review of a film that…, '.repeat(3).slice(0, -2)} … (12 different values)`,
        labels: undefined,
      },
      { name: 'label', description: 'good, bad (2 different values)', labels: ['good', 'bad'] },
    ]);
  });

  test('are not labels in a table of two rows', () => {
    const [only] = columnFacts(table([{ answer: 'Lima' }, { answer: 'Oslo' }]));
    expect(only!.labels).toBeUndefined();
  });
});
