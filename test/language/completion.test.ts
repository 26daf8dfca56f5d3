import { describe, expect, test } from 'vitest';
import { completionsAt } from '../../src/language/features/completion.ts';
import { type ModelFacts, noFacts } from '../../src/language/features/facts.ts';
import { settingsSchema, trainShape } from '../../src/language/schema.ts';
import { parse } from '../../src/language/parser.ts';
import { applyEdits } from '../../src/language/textEdit.ts';
import { facts } from './facts.ts';
import { withSettings } from './marked.ts';

/** The completions where `‸` stands. */
function complete(marked: string, known = facts) {
  const offset = marked.indexOf('‸');
  const text = marked.replace('‸', '');
  const { items } = completionsAt(parse(text), offset, known);
  return { items, text, labels: items.map(({ label }) => label) };
}

/** The text after the completion with this label was taken. */
function accept(marked: string, label: string): string {
  const { items, text } = complete(marked);
  const item = items.find((one) => one.label === label);
  expect(item, `${label} among ${items.map((one) => one.label).join(', ')}`).toBeDefined();
  return applyEdits(text, [item!.edit]);
}

const front = (settings: string) => `---\n${settings}\n---\n`;
const file = (template: string) =>
  `---\nmodel: bundled/mini-mlm\ndata:\n  train: a.jsonl\nanswer: capital\n---\n@prompt p\n${template}`;

describe('settings', () => {
  test('every key at the start of a line, without those that are written', () => {
    expect(complete(front('‸')).labels).toEqual(Object.keys(settingsSchema.shape));
    const { labels } = complete(front('model: gpt2\nanswer: x\n‸'));
    expect(labels).not.toContain('model');
    expect(labels).toContain('data');
  });

  test('a key while it is written, with its documentation', () => {
    const { items } = complete(front('model: gpt2\nbase‸'));
    const baseline = items.find(({ label }) => label === 'baseline')!;
    expect(baseline.documentation).toContain('differences are measured');
    expect(accept(front('model: gpt2\nbase‸'), 'baseline')).toBe(front('model: gpt2\nbaseline: '));
  });

  test('a section starts its first line', () => {
    expect(accept(front('tr‸'), 'train')).toBe(front('train:\n  '));
    expect(accept(front('tr‸: '), 'train')).toBe(front('train: '));
  });

  test('the keys of a section under it', () => {
    expect(complete(front('train:\n  ‸')).labels).toEqual(Object.keys(trainShape));
    expect(complete(front('data:\n  train: a.jsonl\n  ‸\nanswer: x')).labels).toEqual([
      'validation',
      'test',
    ]);
    expect(complete(front('train: {steps: 3, ‸}')).labels).toContain('seeds');
  });

  test.each([
    ['model: ‸', ['bundled/mini-mlm', 'gpt2']],
    ['model: {id: ‸}', ['bundled/mini-mlm', 'gpt2']],
    ['model:\n  id: x\n  dtype: ‸', ['fp32', 'fp16', 'int8', 'q4']],
    ['data:\n  train: ‸', ['a.jsonl', 'b.csv']],
    ['data: {train: a.jsonl, test: ‸}', ['a.jsonl', 'b.csv', '0.2']],
    ['data:\n  train: a.jsonl\nanswer: ‸', ['country', 'capital']],
    ['candidates: ‸', ['words.txt', 'answers', 'vocabulary']],
    ['chat: ‸', ['false']],
    ['train:\n  encoder: m‸', ['lstm', 'mlp', 'none']],
    ['sweep:\n  encoder: [‸]', ['lstm', 'mlp', 'none']],
    ['sweep: {learningRate: {‸}}', ['min', 'max', 'scale']],
    ['sweep:\n  steps:\n    ‸', ['min', 'max', 'scale']],
    ['sweep:\n  learningRate: {min: 0.1, scale: ‸}', ['linear', 'log']],
    ['labels:\n  good: [gr‸]', ['great', 'grand']],
    ['labels:\n  good:\n    - ‸', ['great', 'good', 'terrible', 'bad', 'grand']],
    ['answer: capital\nlabels:\n  ‸', ['Lima', 'Paris']],
    ['examples:\n  - country: Peru\n    capital: Lima\n  - ‸', ['country', 'capital']],
    ['train:\n  seeds: ‸', ['[1, 2, 3]']],
    ['model: x # ‸', []],
  ])('values of %j', (settings, labels) => {
    expect(complete(front(settings)).labels).toEqual(labels);
  });

  test('a value takes the place of the old one, with the space that is missing', () => {
    expect(accept(front('train:\n  encoder: ls‸tm # x'), 'mlp')).toBe(
      front('train:\n  encoder: mlp # x'),
    );
    expect(accept(front('model:‸'), 'gpt2')).toBe(front('model: gpt2'));
    expect(accept(front('train: {encoder: ls‸, steps: 3}'), 'mlp')).toBe(
      front('train: {encoder: mlp, steps: 3}'),
    );
  });

  test.each([
    ['train: {encoder: "‸"}', 'lstm', 'train: {encoder: "lstm"}'],
    ["train: {encoder: 'ls‸tm', steps: 3}", 'mlp', "train: {encoder: 'mlp', steps: 3}"],
    ['data: {train: "‸"}', 'a.jsonl', 'data: {train: "a.jsonl"}'],
    ['data:\n  train: "‸"', 'a.jsonl', 'data:\n  train: "a.jsonl"'],
    ['data:\n  train: "a‸"  # mine', 'a.jsonl', 'data:\n  train: "a.jsonl"  # mine'],
    ['data: {test: "‸"}', '0.2', 'data: {test: 0.2}'],
    ['labels:\n  good: ["gr‸"]', 'great', 'labels:\n  good: ["great"]'],
    ['labels:\n  good:\n    - "gr‸"', 'great', 'labels:\n  good:\n    - "great"'],
    ['train: {"enc‸": mlp}', 'encoder', 'train: {encoder: mlp}'],
    // The next quote is that of another value.
    ['data: {train: "‸, test: "b.csv"}', 'a.jsonl', 'data: {train: "a.jsonl", test: "b.csv"}'],
  ])('in the quotes of %j, with both of them', (settings, label, completed) => {
    expect(accept(front(settings), label)).toBe(front(completed));
    const { items, text } = complete(front(settings));
    const { edit, filterText } = items.find((one) => one.label === label)!;
    // An editor offers only what goes on from what is typed, quotes included.
    const before = text.slice(edit.span.start, front(settings).indexOf('‸'));
    expect(filterText?.startsWith(before.replace(/ls$/, ''))).toBe(true);
  });

  test.each([
    ['train:\n  seeds: [1,‸]', ['2', '3']],
    ['train:\n  seeds: [1, ‸, 3]', ['2']],
    ['train:\n  seeds:\n    - ‸', ['1', '2', '3']],
    ['sweep:\n  encoder: [lstm, ‸]', ['mlp', 'none']],
    ['labels:\n  good: [great, "gr‸"]', ['grand']],
  ])('of the list in %j items that it has not', (settings, labels) => {
    expect(complete(front(settings)).labels).toEqual(labels);
  });

  test('of two settings that exclude each other none beside the other', () => {
    expect(complete(front('train:\n  steps: 3\n  ‸')).labels).not.toContain('epochs');
    expect(complete(front('train:\n  ‸\n  epochs: 3')).labels).not.toContain('steps');
    expect(complete(front('train:\n  ste‸: 3')).labels).toContain('epochs');
    expect(complete(front('data: {train: a.jsonl}\n‸')).labels).not.toContain('examples');
  });

  test('names of prompts for the baseline', () => {
    const { labels } = complete(`---\nbaseline: ‸\n---\n@prompt a\n{x}\n@prompt b\n{*}{x}`);
    expect(labels).toEqual(['a', 'b']);
  });

  test('the settings of a prompt, in its braces', () => {
    const head = (mapping: string) => `---\n---\n@prompt p ${mapping}\n{x}`;
    expect(complete(head('{‸}')).labels).toEqual([...Object.keys(trainShape), 'expect', 'from']);
    expect(complete(head('{encoder: ‸}')).labels).toEqual(['lstm', 'mlp', 'none']);
    expect(accept(head('{encoder: "‸"}'), 'lstm')).toBe(head('{encoder: "lstm"}'));
    expect(complete(head('{from: ‸')).labels).toEqual(['learned.safetensors']);
    expect(complete('---\n---\n@prompt p‸').labels).toEqual([]);
  });

  test.each([
    '{encoder: mlp, steps: 3, ‸}',
    '{encoder: mlp, steps: 3, ‸',
    '{‸, encoder: mlp, steps: 3}',
  ])('without those that the braces of a prompt have in %s', (mapping) => {
    const { labels } = complete(`---\n---\n@prompt p ${mapping}\n{x}`);
    for (const written of ['encoder', 'steps', 'epochs']) expect(labels).not.toContain(written);
    expect(labels).toContain('seeds');
  });

  const metricsIn = (settings: string, known = facts) =>
    complete(front(`${settings}\nexpect: ‸`), known).labels.map((label) => label.split(' ')[0]);
  const causal = { ...facts, model: { ...(facts.model as ModelFacts), kind: 'causal' as const } };
  test('conditions on the numbers that the task has, and on no others', () => {
    const always = [
      ...['accuracy', 'accuracyAt5', 'difference', 'loss', 'reciprocalRank', 'probability'],
    ];
    expect(metricsIn('answer: x')).toEqual(always);
    expect(metricsIn('labels: {a: b, c: d}')).toEqual([...always, 'macroF1']);
    expect(metricsIn('candidates: generate', causal)).toEqual([...always, 'exactMatch', 'f1']);
    for (const settings of ['maxTokens: 3', 'labels: {a: b, c: d}', 'candidates: generate']) {
      for (const label of complete(front(`${settings}\nexpect: ‸`), causal).labels) {
        const whole = withSettings(
          '@prompt p\n{country} {capital}',
          `${settings}\nexpect: ${label}\n`,
        );
        expect(parse(whole).diagnostics, label).toEqual([]);
      }
    }
    expect(complete('---\n---\n@prompt p {expect: ‸}\n{x}').labels).toContain('difference > 0');
  });

  test('nothing that the model cannot do, or that needs what the file has not', () => {
    expect(complete(front('candidates: ‸')).labels).not.toContain('generate');
    expect(complete(front('candidates: ‸'), causal).labels).toContain('generate');
    expect(complete(front('chat: ‸')).labels).toEqual(['false']);
    expect(complete(front('train: {init: ‸}')).labels).toEqual(['vocabulary', 'random']);
    expect(complete(front('labels: {a: b, c: d}\ntrain: {init: ‸}')).labels).toContain('labels');
  });

  test('a value with what it means', () => {
    const { items } = complete(front('train: {encoder: ‸}'));
    expect(items.map(({ documentation }) => documentation.split('\n')[0])).toEqual([
      expect.stringContaining('LSTM'),
      expect.stringContaining('MLP over each vector'),
      expect.stringContaining('vectors themselves'),
    ]);
  });
});

describe('templates', () => {
  test('columns of the data after a brace, then the other forms', () => {
    const { items, labels } = complete(file('The {‸}'));
    expect(labels).toEqual(['country', 'capital', '*3', '*"text"', '*name:3', 'demos:4']);
    expect(items[0]!.documentation).toContain('“Peru”');
    expect(items[1]!.detail).toBe('the answer');
  });

  test('columns that the file uses where the data is not known', () => {
    expect(complete(file('{town} {‸}'), noFacts).labels.slice(0, 2)).toEqual(['town', 'capital']);
  });

  test('the closing brace is added where it is missing, and only there', () => {
    expect(accept(file('The {cou‸'), 'country')).toBe(file('The {country}'));
    expect(accept(file('The {cou‸}'), 'country')).toBe(file('The {country}'));
    expect(accept(file('The {cou‸ntry|trim}'), 'capital')).toBe(file('The {capital|trim}'));
    expect(accept(file('The {cou‸ {capital}'), 'country')).toBe(file('The {country} {capital}'));
  });

  test('filters after a bar; the answer is never shortened', () => {
    expect(complete(file('{country|‸}')).labels).toEqual([
      ...['trim', 'lower', 'upper', 'capitalize', 'shorten'],
    ]);
    expect(complete(file('{capital|trim|‸}')).labels).not.toContain('shorten');
    expect(accept(file('{country|lo‸}'), 'lower')).toBe(file('{country|lower}'));
  });

  test('named virtual tokens of the same prompt after a star', () => {
    expect(complete(file('{*rel:3} {*‸} {capital}')).labels[0]).toBe('rel');
    expect(complete(`${file('{*rel:3} {capital}')}\n@prompt q\n{*‸}`).labels[0]).toBe('1');
  });

  test('nothing among fixed words and in doubled braces', () => {
    expect(complete(file('The ca‸')).labels).toEqual([]);
    expect(complete(file('{{‸')).labels).toEqual([]);
    expect(complete(file('{*"a‸"}')).labels).toEqual([]);
  });

  test('directives at the start of a line', () => {
    expect(complete(file('{capital}\n\n@‸')).labels).toEqual([
      ...['@prompt in words', '@prompt learned', '@# comment'],
    ]);
  });
});

test('whole files in an empty one, from the data and models that are there', () => {
  const { items, labels } = complete('‸');
  expect(labels).toEqual(['ptune: open answers', 'ptune: classification', 'ptune: few-shot']);
  for (const { edit } of items) {
    const text = edit.text.replace(/\$\{\d+:([^}]*?)\}/g, '$1').replaceAll('\\}', '}');
    expect(parse(text).diagnostics, text).toEqual([]);
    expect(parse(text).settings.data.train).toBe('a.jsonl');
  }
});
