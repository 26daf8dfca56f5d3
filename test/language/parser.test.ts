import { describe, expect, test } from 'vitest';
import { baselinePrompt } from '../../src/language/ast.ts';
import { parse } from '../../src/language/parser.ts';
import { codesOf, expectDiagnostics, unmark, withSettings } from './marked.ts';

const capitals = `---
model: bundled/mini-mlm               # the model
data:
  train: capitals.train.jsonl
  validation: capitals.validation.jsonl
  test: capitals.test.jsonl
answer: capital
baseline: manual
train:
  encoder: lstm
  steps: 400
  seeds: [1, 2, 3]
---

@# Words alone.
@prompt manual
The capital of {country} is {capital}.

@prompt inverse
{capital} is the capital of {country}.

@prompt learned
{*3} {country} {*3} {capital} .

@prompt learned-mlp {encoder: mlp, seeds: [1]}
{*"the capital of"} {country} {*} {capital} .
`;

describe('a whole file', () => {
  const file = parse(capitals);

  test('has no diagnostics', () => {
    expect(file.diagnostics).toEqual([]);
  });

  test('has its prompts with names, kinds and templates', () => {
    expect(file.prompts.map(({ name, kind, templateText }) => [name, kind, templateText])).toEqual([
      ['manual', 'discrete', 'The capital of {country} is {capital}.'],
      ['inverse', 'discrete', '{capital} is the capital of {country}.'],
      ['learned', 'continuous', '{*3} {country} {*3} {capital} .'],
      ['learned-mlp', 'continuous', '{*"the capital of"} {country} {*} {capital} .'],
    ]);
  });

  test("a prompt's own settings override the file's and leave the others", () => {
    const [, , learned, mlp] = file.prompts;
    expect(learned!.train).toMatchObject({ encoder: 'lstm', steps: 400, seeds: [1, 2, 3] });
    expect(mlp!.train).toMatchObject({ encoder: 'mlp', steps: 400, seeds: [1] });
  });

  test('has its comments and the place of every setting', () => {
    expect(file.comments.map(({ text }) => text)).toEqual(['Words alone.']);
    const place = file.settingSpans.get('train.steps')!;
    expect(capitals.slice(place.key.start, place.key.end)).toBe('steps');
    expect(capitals.slice(place.value.start, place.value.end)).toBe('400');
    const seed = file.settingSpans.get('train.seeds.1')!;
    expect(capitals.slice(seed.value.start, seed.value.end)).toBe('2');
  });

  test.each([
    ['CRLF', capitals.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${capitals}`],
    ['blank lines before', `\n\n${capitals}`],
    ['no line break at the end', capitals.trimEnd()],
    ['spaces after the fences', capitals.replaceAll('---\n', '---  \n')],
  ])('means the same with %s', (_, text) => {
    const other = parse(text);
    expect(other.diagnostics).toEqual([]);
    expect(other.settings).toEqual(file.settings);
    expect(other.prompts.map(({ templateText }) => templateText)).toEqual(
      file.prompts.map(({ templateText }) => templateText),
    );
  });
});

describe('front matter', () => {
  test.each<[string, string, string[]]>([
    ['no front matter', '<|@prompt a|>\n{capital}', ['settings/missing']],
    [
      'front matter without its end',
      '<|---|>\nmodel: m\nanswer: capital\nexamples: [{capital: a}]\n@prompt a\n{capital}',
      ['settings/unclosed'],
    ],
    [
      'text above the first prompt',
      withSettings('<|hello|>\nthere\n@prompt a\n{capital}'),
      ['directive/text-outside-prompt'],
    ],
    ['no prompt', withSettings('').replace(/---\n$/, '<|---|>\n'), ['prompt/none']],
  ])('%s', (_, marked, codes) => {
    expectDiagnostics(marked, codes);
  });

  test('a "---" inside a template does not close settings that are not closed', () => {
    const text = '---\nmodel: m\nanswer: a\nexamples: [{a: b}]\n@prompt p\n{a}\n---\nb\n';
    expect(codesOf(text)).toEqual(['settings/unclosed']);
    expect(parse(text).prompts[0]!.templateText).toBe('{a}\n---\nb');
  });

  test('an empty file lacks both', () => {
    expect(codesOf('')).toEqual(['settings/missing', 'prompt/none']);
  });

  test('settings have to be a mapping', () => {
    const marked = '---\n<|- model|>\n---\n@prompt a\n{capital}';
    const { text, spans } = unmark(marked);
    expect(parse(text).diagnostics.map(({ code, span }) => [code, span])).toEqual([
      ['settings/yaml', spans[0]],
    ]);
  });

  test('each thing that a file needs is asked for', () => {
    expect(codesOf('---\n---\n@prompt a\nx')).toEqual([
      'settings/no-model',
      'settings/no-answer',
      'settings/no-data',
    ]);
  });
});

describe('directives', () => {
  test.each<[string, string[]]>([
    ['<|@prompt|>\n{capital}', ['prompt/no-name']],
    ['<|@prompt|> {steps: 1}\n{*} {capital}', ['prompt/no-name']],
    ['@prompt <|2nd|>\n{capital}', ['prompt/bad-name']],
    ['@prompt <|für|>\n{capital}', ['prompt/bad-name']],
    ['@prompt a\n{capital}\n@prompt <|a|>\n{capital}', ['prompt/duplicate-name']],
    ['<|@promt|> a\n{capital}', ['directive/unknown']],
    ['@prompt a\n<|@user|>: {capital}', ['directive/unknown']],
    ['@prompt a <|and more|>\n{capital}', ['prompt/bad-mapping']],
    ['@prompt a <|{steps: 3|>\n{*} {capital}', ['prompt/bad-mapping']],
    ['@prompt a {<|stps|>: 3}\n{*} {capital}', ['settings/unknown-key']],
    ['@prompt a {steps: <|many|>}\n{*} {capital}', ['settings/wrong-type']],
    ['@prompt a {steps: 3, <|steps|>: 2}\n{*} {capital}', ['settings/duplicate-key']],
    ['@prompt a {steps: 3, <|epochs|>: 2}\n{*} {capital}', ['settings/conflict']],
    ['@prompt a {init: <|labels|>}\n{*} {capital}', ['settings/no-labels']],
    ['@prompt a {<|steps|>: 3}\n{capital}', ['settings/no-effect']],
    ['@prompt a {<|dropout|>: 0.1, encoder: mlp}\n{*} {capital}', ['settings/no-effect']],
    ['@prompt a {<|dropout|>: 0.1, layers: 1}\n{*} {capital}', ['settings/no-effect']],
    ['@prompt a {dropout: 0.1}\n{*} {capital}', []],
    ['@prompt a {<|from|>: x.safetensors}\n{capital}', ['settings/no-effect']],
  ])('%s', (prompts, codes) => {
    expectDiagnostics(withSettings(prompts), codes);
  });

  test('a misspelled @prompt still starts a prompt', () => {
    const { prompts } = parse(withSettings('@promt a\n{capital}\n@Prompt b\n{capital}'));
    expect(prompts.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('stored vectors are named in the mapping of the prompt', () => {
    const { prompts } = parse(withSettings('@prompt a {from: v.safetensors}\n{*} {capital}'));
    expect(prompts[0]!.from).toBe('v.safetensors');
  });
});

describe('the baseline', () => {
  const prompts = '@prompt a\n{*} {capital}\n@prompt b\n{capital}\n@prompt c\n{capital}';

  test('is the prompt that the settings name', () => {
    expect(baselinePrompt(parse(withSettings(prompts, 'baseline: c\n')))?.name).toBe('c');
  });

  test('is the first discrete prompt otherwise', () => {
    expect(baselinePrompt(parse(withSettings(prompts)))?.name).toBe('b');
  });

  test('has to be a prompt of the file', () => {
    const marked = withSettings(prompts, 'baseline: <|d|>\n');
    expectDiagnostics(marked, ['settings/unknown-baseline']);
  });
});

test('diagnostics come in the order of their places', () => {
  const marked = withSettings('@prompt a\n{capital} <|}|>', 'baseline: <|b|>\n').replace(
    'answer: capital',
    'answer: capital\n<|nonsense|>: 1',
  );
  const codes = ['settings/unknown-key', 'settings/unknown-baseline', 'template/stray-brace'];
  expectDiagnostics(marked, codes);
});
