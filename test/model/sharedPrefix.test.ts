/** A batch whose rows begin alike: made once or for each row, loss and gradient are the same. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { findLanguageModel, type LanguageModel } from '../../src/model/languageModel.ts';
import { buildTrainingGraph, type PromptShape } from '../../src/model/promptGraph.ts';
import { isWorthSharing, sharePrefix, type SharedRows } from '../../src/model/sharedPrefix.ts';
import { attachModel } from '../../src/model/attach.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { float32, int64, Session } from '../../src/runtime/session.ts';
import {
  architectureBytes,
  architectures,
  type Architecture,
} from '../support/architectures/index.ts';
import { readWhole } from '../support/architectures/readWhole.ts';

/** Three rows of seven: a virtual token, two words and a virtual token, then what differs. */
const shape: PromptShape = { rows: 3, length: 7, positions: 3, virtual: 3 };
const shared = 4;
const ids = [...[0, 5, 3, 0, 7, 0, 2], ...[0, 5, 3, 0, 4, 9, 0], ...[0, 5, 3, 0, 6, 1, 1]];
const rows = [
  ...[0, -1, -1, 1, -1, 2, -1],
  ...[0, -1, -1, 1, -1, -1, 2],
  ...[0, -1, -1, 1, -1, -1, -1],
];
const mask = ids.map((_, i) => (i >= 19 ? 0 : 1));
const named = architectures
  .filter(({ causal }) => causal)
  .map((one) => [`${one.name}, operator set ${one.opset}`, one] as const);

const languageModel = (architecture: Architecture): LanguageModel =>
  findLanguageModel(readWhole(architectureBytes(architecture)), architecture.causal);

function graphOf(lm: LanguageModel, given: PromptShape): Uint8Array {
  const width = lm.embedding.width;
  const encoder = {
    kind: 'none',
    variant: 'lama',
    virtual: 3,
    width,
    hiddenSize: width,
    layers: 1,
  } as const;
  return buildTrainingGraph(lm, given, encoder, { kind: 'answers' });
}

async function lossAndGradient(lm: LanguageModel, given: PromptShape) {
  const width = lm.embedding.width;
  const random = new Random(2);
  const vectors = Float32Array.from({ length: 3 * width }, () => random.normal());
  const session = await Session.create(graphOf(lm, given));
  try {
    const result = await session.run({
      input_ids: int64([3, 7], ids),
      attention_mask: int64([3, 7], mask),
      virtual_rows: int64([3, 7], rows),
      positions: int64([3], [6, 13, 18]),
      embedding: float32([3, width], vectors),
      start_offset: float32([3, width], new Float32Array(3 * width)),
      targets: int64([3], [1, 8, 2]),
      weights: float32([3], new Float32Array(3).fill(1 / 3)),
    });
    return { loss: result.loss![0]!, gradient: result['gradient embedding']! };
  } finally {
    await session.release();
  }
}

/** Rows of each product with a weight matrix; rotary angles are made by products, too. */
function productRows(lm: LanguageModel, batch: SharedRows): number[] {
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const inputIds = builder.input('input_ids', 'int64', [batch.rows, batch.length]);
  const attentionMask = builder.input('attention_mask', 'int64', [batch.rows, batch.length]);
  const logits = sharePrefix(builder, attachModel(builder, lm, { inputIds, attentionMask }), batch);
  return builder
    .build({ logits })
    .nodes.filter(
      ({ op, inputs }) =>
        /MatMul|Gemm/.test(op) && (builder.constantOf(inputs[1]!)?.shape[0] ?? 0) > 1,
    )
    .map(({ outputs }) => sizeOf(builder.shapeOf(outputs[0]!).slice(0, -1)));
}

describe('loss and gradient are the same', () => {
  test.each(named)('%s', async (_, architecture) => {
    const lm = languageModel(architecture);
    const apart = await lossAndGradient(lm, shape);
    const together = await lossAndGradient(lm, { ...shape, shared });
    expect(Math.abs(together.loss - apart.loss)).toBeLessThan(1e-5 * apart.loss);
    const size = Math.hypot(...apart.gradient);
    const error = Math.hypot(...together.gradient.map((x, i) => x - apart.gradient[i]!));
    expect(size).toBeGreaterThan(1e-3);
    expect(error / size).toBeLessThan(1e-5);
  });
});
describe('every product with a weight has the rows of the shared start once', () => {
  test.each(named)('%s', (_, architecture) => {
    const products = productRows(languageModel(architecture), { ...shape, shared });
    expect(products.length).toBeGreaterThan(3);
    expect(new Set(products)).toEqual(new Set([shared + 3 * (7 - shared)]));
  });
});

test('a model that reads in both directions makes each row by itself', () => {
  const lm = languageModel(architectures[0]!);
  expect(lm.causal).toBe(false);
  expect(graphOf(lm, { ...shape, shared })).toEqual(graphOf(lm, shape));
});

test('a start is shared where that saves a sixteenth of the rows, and rows differ', () => {
  const worth = (rows: number, length: number, start: number) =>
    isWorthSharing({ rows, length, shared: start });
  expect(worth(8, 32, 6)).toBe(true);
  expect(worth(8, 32, 1)).toBe(false);
  expect(worth(1, 32, 20)).toBe(false);
  expect(worth(8, 32, 32)).toBe(false);
  expect(worth(8, 32, 0)).toBe(false);
});
