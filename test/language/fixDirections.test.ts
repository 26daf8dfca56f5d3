/** What fixes make of common slips: the text that was meant, and nothing of it lost. */
import { describe, expect, test } from 'vitest';
import { diagnostic, type DiagnosticCode } from '../../src/language/diagnostics.ts';
import type { Facts, TableFacts } from '../../src/language/features/facts.ts';
import type { QuickFix } from '../../src/language/features/fix.ts';
import { quickFixes } from '../../src/language/features/quickFixes.ts';
import { checkModelUse, withModelUse } from '../../src/language/modelChecks.ts';
import { parse } from '../../src/language/parser.ts';
import { applyEdits } from '../../src/language/textEdit.ts';
import { facts } from './facts.ts';
import { codesOf, withSettings } from './marked.ts';

/** The fixes of the first diagnostic with this code. */
function fixesOf(text: string, code: DiagnosticCode, known: Facts = facts): QuickFix[] {
  const file = parse(text);
  const found = file.diagnostics.find((one) => one.code === code);
  expect(found, file.diagnostics.map((one) => one.code).join()).toBeDefined();
  return quickFixes(file, found!, known);
}

/** The text after the first fix. */
function fixed(text: string, code: DiagnosticCode, known: Facts = facts): string {
  const [fix] = fixesOf(text, code, known);
  expect(fix, `no fix of ${code}`).toBeDefined();
  return applyEdits(text, fix!.edits);
}

const titles = (fixes: readonly QuickFix[]) => fixes.map(({ title }) => title);

const column = (name: string) => ({
  name,
  examples: ['x'],
  distinct: 9,
  tokens: undefined,
  line: 1,
});
const suggested: TableFacts = {
  path: 'capitals.train.jsonl',
  rows: 80,
  columns: [column('country'), column('capital')],
};
/** A folder with the data of the example beside other files, and settings that name none of them. */
const beside: Facts = {
  ...facts,
  files: [
    'capitals.test.jsonl',
    'capitals.train.jsonl',
    'capitals.validation.jsonl',
    'package.json',
    'words.txt',
  ],
  tables: new Map(),
  suggested,
  answers: [],
};

describe('settings for a file that has none', () => {
  const settings = (answer: string) =>
    [
      '---\nmodel: bundled/mini-mlm\ndata:\n  train: capitals.train.jsonl',
      '  validation: capitals.validation.jsonl\n  test: capitals.test.jsonl',
      `answer: ${answer}\n---\n\n`,
    ].join('\n');

  test.each([
    ['', 'capital'],
    ['The capital of {country} is {capital}.\n', 'capital'],
    ['{capital} is where {country} {people}\n', 'country'],
    ['@prompt a\nWords.\n@prompt b\n{country|trim} is {capital} {other}.\n', 'capital'],
    ['{{capital}} {x} @{demos:4} {*3}', 'capital'],
  ])(
    'name the training data, its siblings and the last slot that is a column of %j',
    (text, answer) => {
      expect(fixed(text, 'settings/missing', beside)).toBe(settings(answer) + text);
    },
  );

  test('take slots as they are where the data are not known', () => {
    const unknown = { ...beside, suggested: undefined };
    expect(fixed('{a} is {b|lower}.', 'settings/missing', unknown)).toContain('answer: b\n');
  });

  test('invent a file rather than train on test examples', () => {
    const onlyTest = { ...beside, files: ['capitals.test.jsonl', 'dev.csv'], suggested: undefined };
    expect(fixed('', 'settings/missing', onlyTest)).toContain('train: examples.jsonl\nanswer');
  });
});

describe('data for settings that name none', () => {
  const text = withSettings('@prompt p\n{capital}').replace('data:\n  train: a.jsonl\n', '');

  test('are the training file with its siblings', () => {
    const fixes = fixesOf(text, 'settings/no-data', beside);
    expect(titles(fixes)).toEqual(['Train on "capitals.train.jsonl"', 'Train on "package.json"']);
    expect(fixes.map(({ isPreferred }) => isPreferred)).toEqual([true, false]);
    expect(applyEdits(text, fixes[0]!.edits)).toContain(
      'data:\n  train: capitals.train.jsonl\n  validation: capitals.validation.jsonl\n  test: capitals.test.jsonl\n---',
    );
  });

  test.each([
    ['data:\n', 'data:\n  train: capitals.train.jsonl\n  validation: capitals.validation.jsonl\n'],
    ['data:\n  test: b.csv\n', 'data:\n  train: capitals.train.jsonl\n  validation: '],
    ['data: {test: b.csv}\n', 'data: {train: capitals.train.jsonl, validation: '],
  ])('stand under %j where that is there', (data, after) => {
    const own = text.replace('answer:', `${data}answer:`);
    const mended = fixed(own, 'settings/no-data', beside);
    expect(mended).toContain(after);
    expect(codesOf(mended)).toEqual([]);
  });
});

describe('braces that belong to the words', () => {
  const fixedTemplate = (template: string, code: DiagnosticCode, title: string) => {
    const text = withSettings(`@prompt p\n${template}`);
    const fix = fixesOf(text, code).find((one) => one.title === title);
    expect(fix, titles(fixesOf(text, code)).join()).toBeDefined();
    return applyEdits(text, fix!.edits).slice(withSettings('@prompt p\n').length);
  };
  const both = 'Make the braces part of the words';
  const one = 'Make the brace part of the words';

  test.each([
    ['{"key": {review}, "x": {capital}}', '{{"key": {review}, "x": {capital}}}', both],
    ['{*3 {review} is {capital}', '{{*3 {review} is {capital}', one],
    ['{ {a} {"b": {capital} } }', '{{ {a} {"b": {capital} } }}', both],
    ['{a {capital}\n}', '{{a {capital}\n}', one],
  ])('of %j are doubled, and the slots between them stay', (template, after, title) => {
    expect(fixedTemplate(template, 'template/unclosed-brace', title)).toBe(after);
  });

  test('are doubled first where nothing else can be meant', () => {
    const [first] = fixesOf(withSettings('@prompt p\n{"a": {capital}}'), 'template/unclosed-brace');
    expect(first).toMatchObject({ title: both, isPreferred: true });
  });
});

describe('a @prompt line', () => {
  test.each([
    ['@prompt: d', '@prompt d'],
    ['@prompt:d', '@prompt d'],
    ['@prompt = d {seeds: [1]}', '@prompt d {seeds: [1]}'],
    ['@prompt - d', '@prompt d'],
    ['@ prompt d', '@prompt d'],
    ['@prompt "d"', '@prompt d'],
    ['@prompt#', '@prompt prompt'],
  ])('%j becomes %j', (head, after) => {
    const text = withSettings(`${head}\n{*} {capital}`);
    const code = head.startsWith('@ ') ? 'directive/unknown' : 'prompt/bad-name';
    const [fix] = fixesOf(text, code);
    const mended = applyEdits(text, fix!.edits);
    expect(mended).toBe(withSettings(`${after}\n{*} {capital}`));
    expect(codesOf(mended)).toEqual([]);
    expect(fix!.isPreferred).toBe(true);
  });

  test('with a name that no prompt can have is not offered as the baseline', () => {
    const text = withSettings('@prompt 1a\n{capital}\n@prompt good\n{capital}', 'baseline: x\n');
    expect(titles(fixesOf(text, 'settings/unknown-baseline'))).toEqual([
      'Change to good',
      'Remove "baseline"',
    ]);
    const found = parse(text).diagnostics.find(({ code }) => code === 'settings/unknown-baseline');
    expect(found!.message).toContain('Prompts are good');
  });

  test.each([
    ['@prompt p {encoder: mlp', '@prompt p {encoder: mlp}'],
    ['@prompt p {encoder: mlp, seeds: [1, 2', '@prompt p {encoder: mlp, seeds: [1, 2]}'],
    ['@prompt p {seeds: [1, 2}', '@prompt p {seeds: [1, 2]}'],
    ['@prompt p encoder: mlp', '@prompt p {encoder: mlp}'],
    ['@prompt p {country} is', '@prompt p\n{country} is'],
    ['@prompt p {country}', '@prompt p\n{country}'],
  ])('%j is closed as %j', (head, after) => {
    const text = withSettings(`${head}\n{*} {capital}`);
    expect(fixed(text, parse(text).diagnostics[0]!.code)).toBe(
      withSettings(`${after}\n{*} {capital}`),
    );
  });
});

describe('a file of candidates that is not there', () => {
  const text = withSettings('@prompt p\n{capital}', 'candidates: words.txt\n');
  const start = text.indexOf('words.txt');
  const missing = diagnostic('data/no-file', { start, end: start + 9 }, '');

  test('is created with the answers of the data', () => {
    const [create, instead] = quickFixes(parse(text), missing, facts);
    expect(create).toMatchObject({
      title: 'Create "words.txt" with the 3 different answers of the data',
      creates: { path: 'words.txt', content: 'Lima\nParis\nOslo\n' },
      isPreferred: true,
    });
    expect(instead!.title).toBe('Choose among all answers of the data');
  });

  test('is created empty where no data are known, and says so', () => {
    const [create] = quickFixes(parse(text), missing, { ...facts, answers: [] });
    expect(create).toMatchObject({
      title: 'Create an empty "words.txt", to write one answer a line',
      creates: { content: '' },
      isPreferred: false,
    });
  });

  test('that is empty gives way to all answers of the data', () => {
    const empty = { ...missing, code: 'data/empty' } as const;
    const [fix] = quickFixes(parse(text), empty, facts);
    expect(applyEdits(text, fix!.edits)).toContain('candidates: answers\n');
  });
});

/** Settings with a slip, what they become, and the title where the first fix is not meant. */
const slips: readonly [string, DiagnosticCode, string, string?][] = [
  ['chat: maybe\n', 'settings/wrong-type', 'chat: true\n'],
  ['chat: maybe\n', 'settings/wrong-type', 'chat: false\n', 'Change to false'],
  ['chat: no\n', 'settings/wrong-type', 'chat: false\n'],
  ['train: {seeds: [1, 1, 2]}\n', 'settings/out-of-range', 'train: {seeds: [1, 2]}\n'],
  ['train:\n  seeds:\n    - 3\n    - 3\n', 'settings/out-of-range', 'train:\n  seeds:\n    [3]\n'],
  ['train: {seeds: []}\n', 'settings/out-of-range', 'train: {seeds: [1]}\n'],
  ['train:\n  learningRate: -1\n', 'settings/out-of-range', 'train:\n'],
  ['train:\n  steps: "x"\n', 'settings/wrong-type', 'train:\n  steps: 400\n'],
  ['train:\n  steps: "x"\n', 'settings/wrong-type', 'train:\n', 'Remove "train.steps"'],
  ['train:\n  dropout: 1\n', 'settings/out-of-range', 'train:\n  dropout: 0\n'],
  ['train:\n  weightDecay: 7\n', 'settings/out-of-range', 'train:\n  weightDecay: 1\n'],
  [
    'sweep: {steps: {min: 5, max: 1}}\n',
    'settings/out-of-range',
    'sweep: {steps: {min: 1, max: 5}}\n',
  ],
  [
    'sweep: {steps: {min: 0, max: 5, scale: log}}\n',
    'settings/out-of-range',
    'sweep: {steps: {min: 0, max: 5, scale: linear}}\n',
  ],
  ['labels: [a, "b c"]\n', 'settings/wrong-type', 'labels:\n  a: [a]\n  b c: [b c]\n'],
  ['labels: {a: x, b: {}}\n', 'settings/wrong-type', 'labels: {a: x, b: [b]}\n'],
  ['labels: {a: x, b: []}\n', 'settings/out-of-range', 'labels: {a: x, b: [b]}\n'],
  ['train: {steps: 1.5}\n', 'settings/wrong-type', 'train: {steps: 2}\n'],
  ['expect: 3\n', 'settings/wrong-type', 'expect: accuracy >= 0.8\n'],
  ['train:\n  seeds: [1, 2\n', 'settings/yaml', 'train:\n  seeds: [1, 2]\n'],
  ['datta: {train: b.csv}\n', 'settings/unknown-key', ''],
  [
    'train:\n  seeds: [1]\nsteps: 5\n',
    'settings/unknown-key',
    'train:\n  steps: 5\n  seeds: [1]\n',
  ],
  ['expect: macroF1 >= 0.5\n', 'settings/no-metric', 'expect: accuracy >= 0.5\n'],
  ['expect: loss < 20 %\n', 'settings/out-of-range', ''],
];

describe('slips in settings', () => {
  test.each(slips)('%j (%s) becomes %j', (lines, code, after, title) => {
    const text = withSettings('@prompt p\n{*} {capital}', lines);
    const fixes = fixesOf(text, code);
    const fix = title === undefined ? fixes[0] : fixes.find((one) => one.title === title);
    expect(fix, titles(fixes).join()).toBeDefined();
    const mended = applyEdits(text, fix!.edits);
    expect(mended).toBe(withSettings('@prompt p\n{*} {capital}', after));
    expect(codesOf(mended).filter((one) => one !== 'settings/out-of-range')).toEqual([]);
  });

  test('a change is offered once, and no default of a setting for a sweep of it', () => {
    const of = (lines: string) =>
      titles(fixesOf(withSettings('@prompt p\n{*} {capital}', lines), 'settings/out-of-range'));
    expect(of('train: {seeds: [1, 1]}\n')).toEqual(['Change to [1]', 'Remove "train.seeds"']);
    expect(of('sweep: {steps: {min: 2, max: 1}}\n')).toEqual([
      'Change to a range from 1 to 2',
      'Remove "sweep.steps"',
    ]);
    const model = withSettings('@prompt p\n{capital}').replace('bundled/mini-mlm', '3');
    expect(fixed(model, 'settings/wrong-type')).toContain('model: bundled/mini-mlm\n');
  });

  test.each(['__proto__', 'constructor'])('the key %s is removed', (key) => {
    const text = withSettings('@prompt p\n{capital}', `${key}: x\ntrain: {${key}: {${key}: y}}\n`);
    for (const found of parse(text).diagnostics) {
      expect(titles(quickFixes(parse(text), found, facts))[0]).toMatch(/^Remove/);
    }
  });

  test('a key that nearly is one that is there already is told so, and only removed', () => {
    const text = withSettings('@prompt p\n{capital}', 'datta: {train: b.csv}\n');
    expect(titles(fixesOf(text, 'settings/unknown-key'))).toEqual(['Remove "datta"']);
    expect(parse(text).diagnostics[0]!.message).toContain('"data", which is there already');
  });

  const data = (written: string) =>
    withSettings('@prompt p\n{capital}').replace('\n  train: a.jsonl', ` ${written}`);

  test('a path in place of the splits becomes the training examples, told once', () => {
    const text = data('capitals.train.jsonl');
    expect(codesOf(text)).toEqual(['settings/wrong-type']);
    expect(fixed(text, 'settings/wrong-type', beside)).toBe(
      withSettings('@prompt p\n{capital}').replace(
        'a.jsonl',
        'capitals.train.jsonl\n  validation: capitals.validation.jsonl\n  test: capitals.test.jsonl',
      ),
    );
  });

  test.each([
    ['1.5', '0.15'],
    ['20', '0.2'],
    ['0', '0.15'],
  ])('a share of %s for validation becomes %s', (written, share) => {
    const text = data(`{train: a.jsonl, validation: ${written}}`);
    expect(fixed(text, 'settings/out-of-range')).toBe(text.replace(`: ${written}}`, `: ${share}}`));
  });
});

describe('virtual tokens that cannot be read', () => {
  test.each([
    ['{*rel:x} {*rel:2}', '{*rel} {*rel:2}'],
    ['{*rel:x}', '{*rel:3}'],
    ['{*"a" 3}', '{*3 "a"}'],
    ['{*-1}', '{*1}'],
    ['{*3 rel}', '{*rel:3}'],
    ['{*rel 3}', '{*rel:3}'],
    ['{*5 the capital}', '{*5 "the capital"}'],
    ["{*'of the'}", '{*"of the"}'],
    ['{*rel:3 "a" x}', '{*rel:3 "a"}'],
    ['{*2.6}', '{*3}'],
    ['{*:4}', '{*4}'],
  ])('%j become %j', (written, after) => {
    const text = withSettings(`@prompt p\n${written} {capital}`);
    const mended = fixed(text, 'template/bad-virtual-token');
    expect(mended).toBe(withSettings(`@prompt p\n${after} {capital}`));
    expect(codesOf(mended)).toEqual([]);
  });

  test('a name with a count is virtual tokens without their star, or examples', () => {
    const text = withSettings('@prompt p\n{rel:3} {capital}');
    expect(fixed(text, 'template/bad-slot')).toContain('{*rel:3}');
    expect(fixed(text.replace('rel:3', 'demo:3'), 'template/bad-slot')).toContain('{demos:3}');
  });
});

describe('labels that the data have and the settings lack', () => {
  const text = withSettings('@prompt p\n{capital}', 'labels:\n  Lima: x\n  Paris: y\n');
  const start = text.indexOf('labels');
  const names = Array.from({ length: 91 }, (_, i) => `city ${i}`);
  const found = (count: number) => ({
    ...diagnostic('data/unknown-label', { start, end: start + 6 }, ''),
    names: names.slice(0, count),
  });

  test('are all added, so that the error is gone', () => {
    const known = { ...facts, answers: ['Lima', ...names] };
    const [add, remove] = quickFixes(parse(text), found(2), known);
    expect(add).toMatchObject({ title: 'Add the label words of 91 labels', isPreferred: true });
    const { settings } = parse(applyEdits(text, add!.edits));
    expect(settings.labels!.map(({ name }) => name)).toEqual(['Lima', 'Paris', ...names]);
    expect(applyEdits(text, remove!.edits)).toBe(withSettings('@prompt p\n{capital}'));
  });

  test('are too many to be added where they are no classification', () => {
    const many = { ...facts, answers: Array.from({ length: 500 }, (_, i) => `city ${i}`) };
    expect(titles(quickFixes(parse(text), found(91), many))).toEqual([
      'Remove "labels", to ask for any answer',
    ]);
  });
});

describe('deep prompts', () => {
  test.each([
    ['{depth: deep}', '{depth: deep, encoder: mlp}', ''],
    ['{depth: deep, encoder: lstm}', '{depth: deep, encoder: mlp}', ''],
    ['', '', 'train:\n  depth: deep\n'],
  ])('%s are set to be trained through an mlp', (own, after, train) => {
    const text = withSettings(`@prompt p ${own}\n{*} {capital}`, train);
    const mended = fixed(text, 'prompt/deep-encoder');
    const set = train === '' ? '' : `${train}  encoder: mlp\n`;
    expect(mended).toBe(withSettings(`@prompt p ${after}\n{*} {capital}`, set));
    expect(codesOf(mended)).toEqual([]);
  });

  test.each([
    ['Of {*2} {country} is {*rel:1} {capital}', '{*2} {*rel:1} Of {country} is {capital}'],
    ['{*2} {country} {*3} {capital}', '{*2} {*3} {country} {capital}'],
  ])('%j begin with all of their virtual tokens', (template, after) => {
    const own = 'depth: deep, encoder: none';
    const text = withSettings(`@prompt p {${own}}\n${template}`);
    const mended = fixed(text, 'prompt/deep-placement');
    expect(mended).toBe(withSettings(`@prompt p {${own}}\n${after}`));
    expect(codesOf(mended)).toEqual([]);
  });

  test.each(['masked', 'causal', 'encoder-decoder'] as const)(
    'of a model that is %s and takes no cache are told at their depth, which becomes the input',
    (kind) => {
      const text = withSettings(
        '@prompt a {depth: deep, encoder: mlp}\n{*} {capital}\n@prompt b\n{*} {capital}',
      );
      const model = { ...facts.models[0]!, kind };
      const [found, ...others] = checkModelUse(parse(text), model);
      expect(others).toEqual([]);
      expect(found!.code).toBe('model/wrong-kind');
      expect(text.slice(found!.span.start, found!.span.end)).toBe('deep');
      const [fix] = quickFixes(parse(text), found!, facts);
      const mended = applyEdits(text, fix!.edits);
      expect(mended).toContain('{depth: input, encoder: mlp}');
      expect(checkModelUse(parse(mended), model)).toEqual([]);
      for (const takesCache of [true, undefined]) {
        expect(checkModelUse(parse(text), { ...model, takesCache })).toEqual([]);
      }
    },
  );

  test.each([
    ['{depth: deep}', ''],
    ['{depth: deep, encoder: lstm}', ''],
    ['', 'train: {depth: deep, encoder: lstm}\n'],
  ])(
    '%s %s are told their depth alone where the model takes none, then their encoder',
    (own, train) => {
      const text = withSettings(`@prompt p ${own}\n{*} {capital}`, train);
      const file = parse(text);
      const codes = (takesCache: boolean | undefined) =>
        withModelUse(file.diagnostics, file, { ...facts.models[0]!, takesCache }).map(
          ({ code }) => code,
        );
      expect(codes(false)).toEqual(['model/wrong-kind']);
      for (const takesCache of [true, undefined]) {
        expect(codes(takesCache)).toEqual(['prompt/deep-encoder']);
      }
      // Before the model is known, or where it cannot be used, the file's own mistakes stand.
      expect(withModelUse(file.diagnostics, file, undefined)).toEqual(file.diagnostics);
      const [, other] = withModelUse(file.diagnostics, file, 'missing').map(({ code }) => code);
      expect(other).toBe('prompt/deep-encoder');
    },
  );

  test('may be set to begin at the input instead', () => {
    for (const code of ['prompt/deep-encoder', 'prompt/deep-placement'] as const) {
      const text = withSettings('@prompt p\nOf {*} {capital}', 'train: {depth: deep}\n');
      const fix = fixesOf(text, code).find(({ title }) => title === 'Set "depth: input"');
      expect(codesOf(applyEdits(text, fix!.edits))).toEqual([]);
    }
  });
});
