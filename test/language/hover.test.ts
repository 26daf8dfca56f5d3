import { describe, expect, test } from 'vitest';
import { hoverAt } from '../../src/language/features/hover.ts';
import { checkModelUse, unusedNames } from '../../src/language/modelChecks.ts';
import { PtuneError } from '../../src/base/errors.ts';
import type { ModelFacts } from '../../src/language/features/facts.ts';
import { parse } from '../../src/language/parser.ts';
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
