import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { int, ints, type Model, type ValueInfo } from '../../src/onnx/graph.ts';
import { gptBytes } from '../support/gpt.ts';
import { GraphMaker, readBytes } from '../support/graphMaker.ts';
import { maskedBytes, tinySize } from '../support/tinyModels.ts';

const ids = (name: string): ValueInfo => ({ name, dtype: 'int64', shape: ['b', 't'] });
const scores = (name: string, shape: ValueInfo['shape'] = ['b', 't', 40]): ValueInfo => ({
  name,
  dtype: 'float32',
  shape,
});

/** A model of one lookup, whose result is its output. */
function lookup(
  inputs: readonly ValueInfo[],
  outputs: readonly ValueInfo[],
  make: (g: GraphMaker, table: string) => string = (g, table) =>
    g.op('Gather', [table, 'input_ids']),
): Model {
  const g = new GraphMaker();
  const table = g.drawn('table', [40, 8], new Random(1), 1);
  const value = make(g, table);
  for (const { name } of outputs) g.name(value, name);
  return readBytes(g.bytes(inputs, outputs, 17));
}

describe('the places of a prompt', () => {
  test('are found in a masked model', () => {
    const lm = findLanguageModel(readBytes(maskedBytes(tinySize, 40)), false);
    expect(lm.embedding).toEqual({
      table: 'embeddings.word_embeddings.weight',
      output: 'embeddings.words',
      vocabularySize: 40,
      width: 8,
    });
    expect(lm).toMatchObject({
      logits: 'logits',
      causal: false,
      inputs: {
        inputIds: 'input_ids',
        attentionMask: 'attention_mask',
        tokenTypeIds: undefined,
        positionIds: undefined,
        past: [],
      },
    });
  });

  test('are found in a causal model, whose ids are reshaped first', () => {
    const bytes = gptBytes({ ...tinySize, vocabularySize: 40 }, new Random(1));
    const lm = findLanguageModel(readBytes(bytes), true);
    expect(lm.embedding).toMatchObject({ table: 'transformer.wte.weight', width: 8 });
    expect(lm.causal).toBe(true);
  });

  test('are found where the table is a constant or is handed on', () => {
    const model = lookup([ids('input_ids')], [scores('logits')], (g, table) => {
      const handed = g.op('Identity', [table]);
      const flat = g.op('Reshape', ['input_ids', g.ints([-1, 4])]);
      return g.op('Gather', [handed, g.op('Cast', [flat], { to: int(7) })]);
    });
    expect(findLanguageModel(model, false).embedding.table).toBe('table');
  });

  test('are the largest table, where several are looked up by the ids', () => {
    const model = lookup([ids('input_ids')], [scores('logits')], (g, table) => {
      const other = g.drawn('other', [20, 8], new Random(2), 1);
      const small = g.op('Gather', [other, 'input_ids']);
      return g.op('Add', [small, g.op('Gather', [table, 'input_ids'])]);
    });
    expect(findLanguageModel(model, false).embedding.table).toBe('table');
  });

  test('know cached keys, token types and position ids', () => {
    const past = {
      name: 'past_key_values.0.key',
      dtype: 'float32',
      shape: ['b', 2, 'p', 4],
    } as const;
    const model = lookup(
      [ids('input_ids'), ids('token_type_ids'), ids('position_ids'), past],
      [scores('logits')],
    );
    expect(findLanguageModel(model, true).inputs).toEqual({
      inputIds: 'input_ids',
      attentionMask: undefined,
      tokenTypeIds: 'token_type_ids',
      positionIds: 'position_ids',
      past: [past],
    });
  });

  test('have the scores in the first output where none is called logits', () => {
    const model = lookup([ids('input_ids')], [scores('prediction_scores'), scores('other')]);
    expect(findLanguageModel(model, false).logits).toBe('prediction_scores');
  });
});

describe('a model that is none is told', () => {
  const find = (model: Model) => () => findLanguageModel(model, false);
  const error = (code: string, message: string): Error =>
    expect.objectContaining({ code, message }) as Error;

  test('by its inputs', () => {
    expect(
      find(lookup([ids('pixel_values')], [scores('logits')], (g) => g.op('Neg', ['pixel_values']))),
    ).toThrow(
      error('model/unsupported', 'The model has no input "input_ids"; it has "pixel_values".'),
    );
    expect(find(lookup([ids('input_ids'), ids('image_sizes')], [scores('logits')]))).toThrow(
      error('model/unsupported', 'The model has inputs whose meaning is not known: "image_sizes".'),
    );
  });

  test('without a lookup of token embeddings', () => {
    const made = [
      (g: GraphMaker) => g.op('Cast', ['input_ids'], { to: int(1) }),
      // A lookup of single numbers is no embedding.
      (g: GraphMaker) => g.op('Gather', [g.constant('float32', [3], [1, 2, 3]), 'input_ids']),
      // Nor is one of whole numbers, nor one by other ids than the tokens'.
      (g: GraphMaker) => g.op('Gather', [g.constant('int64', [2, 2], [1, 2, 3, 4]), 'input_ids']),
      (g: GraphMaker, table: string) => g.op('Gather', [table, g.ints([0, 1])]),
      (g: GraphMaker, table: string) =>
        g.op('Gather', [g.op('Transpose', [table], { perm: ints([1, 0]) }), 'input_ids']),
    ];
    for (const make of made) {
      expect(find(lookup([ids('input_ids')], [scores('logits')], make))).toThrow(
        error(
          'model/no-embedding',
          'The model has no lookup of token embeddings by "input_ids", so no vector can take a token\'s place.',
        ),
      );
    }
  });

  test('without scores of the vocabulary', () => {
    const pooled = scores('pooler_output', ['b', 8]);
    expect(find(lookup([ids('input_ids')], [pooled, scores('x', [])]))).toThrow(
      error('model/no-logits', 'The model has no output "logits"; it has "pooler_output", "x".'),
    );
  });
});
