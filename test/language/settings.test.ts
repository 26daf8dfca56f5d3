import { describe, expect, test } from 'vitest';
import { nearestName } from '../../src/language/nearest.ts';
import { parse } from '../../src/language/parser.ts';
import { expectDiagnostics, unmark, withSettings } from './marked.ts';

const prompts = '@prompt p\n{*} {capital}\n';

/** The settings of a file with these lines, which nothing is wrong with. */
function settingsOf(lines: string) {
  const file = parse(withSettings(prompts, lines));
  expect(file.diagnostics).toEqual([]);
  return file.settings;
}

describe('settings', () => {
  test('have defaults', () => {
    const { settings } = parse(withSettings(prompts));
    expect(settings).toMatchObject({
      model: { id: 'bundled/mini-mlm' },
      data: { train: 'a.jsonl', validation: 0.15, test: 0.2 },
      labels: undefined,
      candidates: { kind: 'answers' },
      expect: [],
      chat: false,
      train: { encoder: 'lstm', variant: 'lama', depth: 'input', steps: 400, seeds: [1] },
    });
  });

  test('model may be a mapping', () => {
    const text = withSettings(prompts).replace(
      'bundled/mini-mlm',
      '{id: owner/name, revision: main, file: model_q4.onnx, dtype: q4, device: cuda}',
    );
    const { settings, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(settings.model).toEqual({
      id: 'owner/name',
      revision: 'main',
      file: 'model_q4.onnx',
      dtype: 'q4',
      device: 'cuda',
    });
  });

  test('labels have one word or several, numbers count as words', () => {
    expect(settingsOf('labels:\n  good: [great, 1.0]\n  bad: no\n').labels).toEqual([
      { name: 'good', words: ['great', '1.0'] },
      { name: 'bad', words: ['no'] },
    ]);
  });

  test('examples in the file keep their text as it is written', () => {
    const text = withSettings(prompts).replace(
      'data:\n  train: a.jsonl',
      'examples:\n  - {n: 007, capital: Lima}\n  - {n: , capital: yes, yet: 1e3}',
    );
    const { settings, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(settings.examples).toEqual([
      { n: '007', capital: 'Lima' },
      { n: '', capital: 'yes', yet: '1e3' },
    ]);
  });

  test.each([
    ['answers', { kind: 'answers' }],
    ['vocabulary', { kind: 'vocabulary' }],
    ['generate', { kind: 'generate' }],
    ['words.txt', { kind: 'file', path: 'words.txt' }],
  ])('candidates: %s', (written, candidates) => {
    expect(settingsOf(`candidates: ${written}\n`).candidates).toEqual(candidates);
  });

  test('steps and epochs replace each other, in the file and in a prompt', () => {
    const trainOf = (train: string, own: string) =>
      parse(withSettings(`@prompt p {${own}}\n{*} {capital}`, `train: {${train}}\n`)).prompts[0]!
        .train;
    expect(trainOf('epochs: 3', '')).toMatchObject({ steps: undefined, epochs: 3 });
    expect(trainOf('epochs: 3', 'steps: 5')).toMatchObject({ steps: 5, epochs: undefined });
    expect(trainOf('steps: 5', 'epochs: 3')).toMatchObject({ steps: undefined, epochs: 3 });
  });

  test('an expectation is a metric, a comparison and a number or a percentage', () => {
    expect(settingsOf('expect: accuracy >= 0.8\n').expect).toEqual([
      { metric: 'accuracy', comparison: '>=', value: 0.8 },
    ]);
    expect(settingsOf('expect: [accuracy>80 %, loss <= 2]\n').expect).toEqual([
      { metric: 'accuracy', comparison: '>', value: 0.8 },
      { metric: 'loss', comparison: '<=', value: 2 },
    ]);
  });

  test("the file's expectation is for what is trained, unless a prompt has its own", () => {
    const body =
      '@prompt a\n{capital}\n@prompt b\n{*} {capital}\n@prompt c {expect: loss < 1}\n{*} {capital}';
    const valuesOf = (text: string) =>
      parse(text).prompts.map((prompt) => prompt.expect.map(({ metric }) => metric));
    expect(valuesOf(withSettings(body, 'expect: accuracy >= 0.8\n'))).toEqual([
      [],
      ['accuracy'],
      ['loss'],
    ]);
    const discrete = '@prompt a\n{capital}';
    expect(valuesOf(withSettings(discrete, 'expect: accuracy >= 0.8\n'))).toEqual([['accuracy']]);
  });

  test('a sweep has lists and ranges', () => {
    const { sweep } = settingsOf(
      'sweep: {encoder: [lstm, mlp], learningRate: {min: 0.001, max: 0.1, scale: log}}\n',
    );
    expect([...sweep]).toEqual([
      ['encoder', { kind: 'list', values: ['lstm', 'mlp'] }],
      ['learningRate', { kind: 'range', min: 0.001, max: 0.1, scale: 'log' }],
    ]);
  });

  test('a section with nothing under it is none', () => {
    expect(settingsOf('train:\n  # steps: 3\nsweep:\n').train.steps).toBe(400);
  });
});

describe('slips in settings', () => {
  test.each<[string, string[]]>([
    ['<|modle|>: x\n', ['settings/unknown-key']],
    ['<|steps|>: 3\n', ['settings/unknown-key']],
    ['train:\n  <|step|>: 3\n', ['settings/unknown-key']],
    ['train:\n  steps: <|0|>\n', ['settings/out-of-range']],
    ['train:\n  steps: <|many|>\n', ['settings/wrong-type']],
    ['train:\n  steps: <|1.5|>\n', ['settings/wrong-type']],
    ['train:\n  <|steps|>:\n', ['settings/wrong-type']],
    ['train:\n  encoder: <|lstn|>\n', ['settings/unknown-value']],
    ['train:\n  encoder: <|3|>\n', ['settings/wrong-type']],
    ['train:\n  learningRate: <|0|>\n', ['settings/out-of-range']],
    ['train:\n  learningRate: <|fnd|>\n', ['settings/unknown-value']],
    ['train:\n  learningRate: <|[1]|>\n', ['settings/wrong-type']],
    ['train:\n  dropout: <|1|>\n', ['settings/out-of-range']],
    ['train:\n  init: <|run|>\n', ['settings/unknown-value']],
    ['train:\n  seeds: [1, <|-1|>]\n', ['settings/out-of-range']],
    ['train:\n  seeds: <|[1, 1]|>\n', ['settings/out-of-range']],
    ['train:\n  seeds: <|[]|>\n', ['settings/out-of-range']],
    ['train: <|3|>\n', ['settings/wrong-type']],
    ['train: {steps: 1, <|epochs|>: 1}\n', ['settings/conflict']],
    ['train: {init: <|labels|>}\n', ['settings/no-labels']],
    ['<|examples|>: [{capital: Lima}]\n', ['settings/conflict']],
    ['expect: <|accuracy|>\n', ['settings/unknown-value']],
    ['expect: [<|acuracy|> > 0.1]\n', ['settings/unknown-value']],
    ['expect: accuracy <|=>|> 0.8\n', ['settings/unknown-value']],
    ['expect: "accuracy >= <|much|>"\n', ['settings/unknown-value']],
    ['expect: accuracy >= <|80|>\n', ['settings/out-of-range']],
    ['expect: [accuracy > 0.5, accuracy > <|100 %|>]\n', ['settings/out-of-range']],
    ['expect: loss < <|20 %|>\n', ['settings/out-of-range']],
    ['expect: <|macroF1|> > 0.5\n', ['settings/no-metric']],
    ['expect: <|f1|> > 0.5\n', ['settings/no-metric']],
    ['expect: <|exactMatch|> > 0.5\n', ['settings/no-metric']],
    ['expect: <|3|>\n', ['settings/wrong-type']],
    ['expect: [<|3|>, accuracy > <|2|>]\n', ['settings/wrong-type', 'settings/out-of-range']],
    ['expect: <|"accuracy \\u003e 0.5 or so"|>\n', ['settings/unknown-value']],
    ['train: {depth: <|deep|>}\n', ['prompt/deep-encoder']],
    ['train: {depth: deep, encoder: <|lstm|>}\n', ['prompt/deep-encoder']],
    ['labels: <|{a: b}|>\n', ['settings/out-of-range']],
    ['labels: {a: b, c: <|[]|>}\n', ['settings/out-of-range']],
    ['labels: {a: b, c: <|{}|>}\n', ['settings/wrong-type']],
    ['labels: {a: [b, c], d: <|[c, b]|>}\n', ['settings/unreachable-label']],
    ['labels: {a: b, c: d}\n<|candidates|>: vocabulary\n', ['settings/no-effect']],
    ['sweep: {<|seeds|>: [1]}\n', ['settings/unknown-key']],
    ['sweep: {steps: [1, <|no|>]}\n', ['settings/wrong-type']],
    ['sweep: {steps: <|{min: 3, max: 1}|>}\n', ['settings/out-of-range']],
    ['sweep: {steps: {min: 3, max: 10, <|by|>: 1}}\n', ['settings/unknown-key']],
    ['sweep: {encoder: <|{min: 1, max: 2}|>}\n', ['settings/wrong-type']],
    ['sweep: {dropout: {min: 0, max: <|5|>}}\n', ['settings/out-of-range']],
    ['sweep: {layers: {min: <|1.5|>, max: 3}}\n', ['settings/wrong-type']],
    ['sweep: {learningRate: {min: 0.1, max: <|11|>}}\n', ['settings/out-of-range']],
    ['chat: <|yes|>\n', ['settings/wrong-type']],
    ['maxTokens: 1\n<|maxTokens|>: 2\n', ['settings/duplicate-key']],
  ])('%s', (lines, codes) => {
    expectDiagnostics(withSettings(prompts, lines), codes);
  });

  test.each<[string, string[]]>([
    ['model: {id: m, <|dtyp|>: q4}', ['settings/unknown-key']],
    ['model: {id: m, dtype: <|q5|>}', ['settings/unknown-value']],
    ['model: {<|id|>: , file: m.onnx}', ['settings/wrong-type']],
    ['<|model|>: {file: m.onnx}', ['settings/wrong-type']],
    ['model: <|3|>', ['settings/wrong-type']],
  ])('%s', (model, codes) => {
    expectDiagnostics(withSettings(prompts).replace('model: bundled/mini-mlm', model), codes);
  });

  test.each<[string, string[]]>([
    ['{train: a, <|validatoin|>: b}', ['settings/unknown-key']],
    ['{train: a, validation: <|1.5|>}', ['settings/out-of-range']],
    ['{train: a, test: <|0|>}', ['settings/out-of-range']],
    ['{train: a, test: <|[]|>}', ['settings/wrong-type']],
    ['{train: a, validation: 0.5, test: <|0.5|>}', ['settings/conflict']],
    ['{train: <|3|>}', ['settings/wrong-type']],
  ])('data: %s', (data, codes) => {
    expectDiagnostics(withSettings(prompts).replace('\n  train: a.jsonl', ` ${data}`), codes);
  });

  test('YAML that cannot be read is told where it breaks', () => {
    const { text, spans } = unmark(withSettings(prompts, 'chat: <|[true|>\n'));
    const [first] = parse(text).diagnostics;
    expect(first!.code).toBe('settings/yaml');
    expect(first!.span.start).toBeGreaterThanOrEqual(spans[0]!.start);
  });

  test('data without train is told at "data"', () => {
    const text = withSettings(prompts).replace('data:\n  train', '<|data|>:\n  test');
    expectDiagnostics(text, ['settings/no-data']);
  });

  test('leave the settings beside them as they are', () => {
    const { settings } = parse(
      withSettings(prompts, 'train: {steps: no, batchSize: 4, seeds: [x, y, 2, 3]}\nnonsense: 1\n'),
    );
    expect(settings.train).toMatchObject({ steps: 400, batchSize: 4, seeds: [2, 3] });
    expect(settings.answer).toBe('capital');
  });

  test('tell the name that was meant', () => {
    const messageOf = (lines: string) =>
      parse(withSettings(prompts, lines)).diagnostics.map(({ message }) => message);
    expect(messageOf('train: {batch_size: 3}\n')[0]).toContain('Did you mean "batchSize"?');
    expect(messageOf('steps: 3\n')[0]).toContain('Did you mean "train.steps"?');
    expect(messageOf('labls: {}\n')[0]).toContain('Did you mean "labels"?');
    expect(messageOf('train: {steps: -5}\n')[0]).toBe(
      '"train.steps" has to be a whole number from 1 to 10000000, but is -5',
    );
  });
});

test.each<[string, string[]]>([
  ['{depth: <|deep|>}\n{*} {capital}', ['prompt/deep-encoder']],
  ['{depth: deep, encoder: <|lstm|>}\n{*} {capital}', ['prompt/deep-encoder']],
  ['{depth: deep, encoder: mlp}\n{*} {*2} {capital}', []],
  ['{depth: deep, encoder: mlp}\n{*} of <|{*2}|> {capital} {*}', ['prompt/deep-placement']],
  ['{depth: deep, from: a.safetensors}\n{*} {capital}', []],
])('a deep prompt %j', (prompt, codes) => {
  expectDiagnostics(withSettings(`@prompt p ${prompt}`), codes);
});

test('names of which there are thousands are listed as the nearest few', () => {
  const many = Array.from({ length: 3000 }, (_, i) => `@prompt name${i}\n{capital}\n`).join('');
  const messageOf = (baseline: string) =>
    parse(withSettings(many, `baseline: ${baseline}\n`)).diagnostics[0]!.message;
  expect(messageOf('other')).toMatch(/Prompts are (name\d+, ){7}name\d+ and 2992 more$/);
  expect(messageOf('name2999x')).toContain('Did you mean "name2999"?');
});

test('a name that is very long is cut in a list', () => {
  const long = `a${'b'.repeat(5000)}`;
  const text = withSettings(`@prompt ${long}\n{capital}`, 'baseline: other\n');
  expect(parse(text).diagnostics[0]!.message.length).toBeLessThan(200);
});

test.each([
  ['stpes', 'steps'],
  ['Steps', 'steps'],
  ['batch-size', 'batchSize'],
  ['xyz', undefined],
  ['', undefined],
])('nearest to "%s" is %s', (name, nearest) => {
  expect(nearestName(name, ['steps', 'epochs', 'batchSize'])).toBe(nearest);
});
