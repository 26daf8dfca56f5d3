import { describe, expect, test } from 'vitest';
import { hoverAt } from '../../src/language/features/hover.ts';
import { checkModelUse, unusedNames } from '../../src/language/modelChecks.ts';
import { PtuneError } from '../../src/base/errors.ts';
import type { ModelFacts } from '../../src/language/features/facts.ts';
import { parse } from '../../src/language/parser.ts';
import { settingsUnder } from '../../src/language/settingHelp.ts';
import { facts } from './facts.ts';
import { withSettings } from './marked.ts';

const text = withSettings('@prompt p {encoder: mlp}\n{country} {*rel:3} {demos:2} {capital} .');
const hover = (words: string) => hoverAt(parse(text), text.indexOf(words), facts)?.markdown;

describe('hovers', () => {
  test('a setting has its description, values and default', () => {
    expect(hover('answer:')).toContain('**answer**');
    expect(hover('encoder')).toMatch(/LSTM[^]*One of `lstm`, `mlp`, `none`[^]*Default: `lstm`/);
    expect(hover('train: ')).toContain('Training examples.');
  });

  test('a swept setting has its own description, and the scale of a range says how values are drawn', () => {
    const swept = withSettings('@prompt p\n{*} {capital}').replace(
      '---\n',
      '---\nsweep: {learningRate: {min: 0.1, max: 1, scale: log}, layers: [1, 2]}\n',
    );
    const over = (words: string) => hoverAt(parse(swept), swept.indexOf(words), facts)?.markdown;
    expect(over('learningRate')).toContain('Step size of the optimizer');
    expect(over('layers')).toContain('Layers of the LSTM');
    expect(over('log')).toContain('evenly over the powers of ten');
  });

  test('a slot has the values of its column and their lengths', () => {
    expect(hover('country}')).toContain('- Peru\n- France\n- … 1 more');
    expect(hover('country}')).toContain('1 to 3 tokens of the model');
    expect(hover('capital}')).toContain('the answer');
    expect(hover('demos')).toContain('2 solved training examples');
  });

  test('a model has its size, license and place', () => {
    const card = hover('bundled/')!;
    for (const fact of ['4 MB', 'comes with ptune', 'masked', 'license: mit']) {
      expect(card).toContain(fact);
    }
    const missing = hoverAt(parse(text), text.indexOf('bundled/'), { ...facts, model: 'missing' });
    expect(missing!.markdown).toContain('Not on this machine yet');
  });

  const at = (source: string, words: string, known = facts) =>
    hoverAt(parse(source), source.indexOf(words), known);
  const inTemplate = (template: string, words: string, head = '@prompt p') =>
    at(withSettings(`${head}\n${template} {capital}`), words)?.markdown;

  test.each([
    ['{*3}', /^\*\*3 virtual tokens\*\*: vectors that stand in place of words\. Training finds/],
    ['{*3}', /They start from frequent tokens of the vocabulary \(`init: vocabulary`\)\.$/],
    ['{*}', /^\*\*1 virtual token\*\*: a vector that stands in place of words/],
    [
      '{*"the capital"}',
      /one for each token of “the capital”.*\n\n.*the embeddings of “the capital”\.$/,
    ],
    ['{*5 "of"}', /^\*\*5 virtual tokens[^]*“of”, repeated or cut to that many\.$/],
    ['{*rel:2}', /Write `\{\*rel\}` at another place of this prompt to use the same vectors/],
    [
      '{*rel:2} {*rel}',
      /^\*\*2 virtual tokens[^]*The 2 places called `rel` share the same vectors/,
    ],
    ['{demos:4}', /^\*\*4 solved training examples\*\*[^]*learned one has to beat/],
  ])('%s says what it is before anything is trained', (template, expected) => {
    expect(inTemplate(template, template)).toMatch(expected);
    expect(inTemplate(template, template)!.split('\n\n')).toHaveLength(2);
  });

  test('virtual tokens tell of other starts, of every layer and of stored vectors', () => {
    const card = (mapping: string) => inTemplate('{*2}', '{*2}', `@prompt p ${mapping}`);
    expect(card('{init: random}')).toContain('start from random vectors (`init: random`)');
    expect(card('{depth: deep}')).toContain('keys and values in every layer');
    expect(card('{from: a.safetensors}')).toContain('read from a\\.safetensors');
  });

  test('every word that the schema explains has a hover of its own', () => {
    const words = (scope: 'file' | 'prompt', path: readonly string[]) =>
      settingsUnder(path, scope).flatMap(({ name, explained }) =>
        Object.entries(explained).map(([value, means]) => [[...path, name], value, means] as const),
      );
    const all = [...words('file', []), ...words('file', ['train']), ...words('file', ['model'])];
    expect(all.length).toBeGreaterThanOrEqual(25);
    for (const [path, value, means] of all) {
      const mapping = path.reduceRight((inside, key) => `{${key}: ${inside}}`, value).slice(1, -1);
      const source = `---\n${mapping}\n---\n`;
      const hover = at(source, value.slice(1))?.markdown;
      expect(hover, source).toContain(`**${path.at(-1)}: ${value}** — ${means}`);
    }
    expect(at('---\ntrain:\n  seeds: [1, 2]\n---\n', ', 2')?.markdown).toContain('One run for');
    const own = withSettings('@prompt p {encoder: mlp, init: "run:7"}\n{*} {capital}');
    expect(at(own, 'mlp')?.markdown).toContain('An MLP over each vector');
    expect(at(own, 'run:7')?.markdown).toContain('vectors of another run');
  });

  test('every kind of closed setting explains all of its words', () => {
    const closed = [...settingsUnder(['train'], 'file'), ...settingsUnder(['model'], 'file')];
    for (const { name, isClosed, values, explained } of closed) {
      if (isClosed) expect(Object.keys(explained), name).toEqual(values);
    }
  });

  test('a name in the settings tells of what it names', () => {
    const source = withSettings(
      '@prompt manual\nThe ``` capital of {country|lower|shorten} is {capital}.',
      'baseline: manual\nexpect: loss < 2\n',
    );
    expect(at(source, 'manual')!.markdown).toBe(
      '**manual** — discrete\n\n````text\nThe ``` capital of {country|lower|shorten} is {capital}.\n````',
    );
    expect(at(source, 'capital\nbaseline')!.markdown).toContain('the answer, which');
    expect(at(source, 'capital\nbaseline')!.markdown).toContain('- Lima\n- Paris');
    expect(at(source, 'a.jsonl')!.markdown).toBe(
      '**a\\.jsonl** — 3 examples\n\n- **country**: “Peru”, “France”, …\n- **capital**: “Lima”, “Paris”, …',
    );
    expect(at(source, 'a.jsonl', { ...facts, tables: new Map() })!.markdown).toContain('Training');
    expect(at(source, 'loss <')!.markdown).toContain('nats per answer');
    const shorten = at(source, 'shorten')!;
    expect(shorten.markdown).toBe(
      '**shorten** — the value of country, cut first when the input is too long for the model.',
    );
    expect(source.slice(shorten.span.start, shorten.span.end)).toBe('shorten');
    expect(at(source, 'lower')!.markdown).toContain('the value of country, in lower case');
    expect(at(source, 'country|')!.markdown).toContain('a column of the data');
  });

  test('nothing is said of fixed words', () => {
    expect(hoverAt(parse(text), text.length - 1, facts)).toBeUndefined();
  });
});

describe('the model that a file names', () => {
  const model = facts.model as ModelFacts;
  const found = (source: string, known: Parameters<typeof checkModelUse>[1]) =>
    checkModelUse(parse(source), known).map(({ code, span, related }) => [
      code,
      source.slice(span.start, span.end),
      (related ?? []).map((place) => source.slice(place.span.start, place.span.end)).join(),
    ]);
  const causal = { ...model, kind: 'causal' } as const;

  test('text and virtual tokens behind the answer of a causal model are lost', () => {
    const source = withSettings('@prompt p\n{country} {capital} {*2} really.\n');
    expect(found(source, causal)).toEqual([
      ['template/after-answer', '{*2} really.', 'bundled/mini-mlm'],
    ]);
    expect(checkModelUse(parse(source), causal)[0]!.message).toContain('never reached');
    expect(found(source, model)).toEqual([]);
  });

  test('settings that need another kind of model', () => {
    const source = withSettings('@prompt p\n{capital}', 'candidates: generate\nchat: true\n');
    expect(found(source, model)).toEqual([
      ['model/wrong-kind', 'generate', 'bundled/mini-mlm'],
      ['model/wrong-kind', 'true', 'bundled/mini-mlm'],
    ]);
    expect(found(source, causal)).toEqual([]);
  });

  test('a model that is not there, or that cannot be used', () => {
    const hub = withSettings('@prompt p\n{capital}').replace('bundled/mini-mlm', 'owner/name');
    expect(found(hub, 'missing')).toEqual([['model/not-cached', 'owner/name', '']]);
    const bundled = withSettings('@prompt p\n{capital}').replace('mini-mlm', 'mini');
    expect(found(bundled, 'missing')).toEqual([['model/not-found', 'bundled/mini', '']]);
    const why = new PtuneError('model/no-tokenizer', 'No tokenizer.', 'Save it.');
    expect(found(hub, why)).toEqual([['model/no-tokenizer', 'owner/name', '']]);
    const problem = { ...model, problem: 'it answers with classes' };
    expect(found(hub, problem)).toEqual([['model/cannot-train', 'owner/name', '']]);
  });
});

test('a name that stands at one place only is hinted at', () => {
  const source = withSettings('@prompt p\n{*a:2} {*b:2} {*b} {capital}');
  const [hint, ...others] = unusedNames(parse(source));
  expect(others).toEqual([]);
  expect(source.slice(hint!.span.start, hint!.span.end)).toBe('a');
});
