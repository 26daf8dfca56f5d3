/**
 * Every architecture: what the engine says of the file as it is must be what the differentiated graph
 * says, and its gradient must be that of central differences.
 */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { paddingDifferences } from '../../src/evaluation/paddingCheck.ts';
import { attachModel } from '../../src/model/attach.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { crossEntropy } from '../../src/model/objective.ts';
import { selectPositions } from '../../src/model/selectPositions.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import type { DType } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, int64, Session, type Feeds } from '../../src/runtime/session.ts';
import { directionalError } from '../autodiff/gradientCheck.ts';
import {
  architectureBytes,
  architectures,
  type Architecture,
} from '../support/architectures/index.ts';
import { sizes } from '../support/architectures/layout.ts';
import { readWhole } from '../support/architectures/readWhole.ts';

const shape = [2, 5];
/** 1 is the id of padding to models that count it. */
const ids = [5, 3, 11, 7, 2, 4, 9, 6, 1, 1];
const mask = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
/** Last token of each row, as b·T + t, and what should stand there. */
const places = [4, 7];
const targets = [8, 3];

const named = architectures.map((a) => [`${a.name}, operator set ${a.opset}`, a] as const);

/** The loss at `places` as a function of inputs_embeds. */
function lossGraph(architecture: Architecture, dtype: DType) {
  const model = readWhole(architectureBytes(architecture));
  const lm = findLanguageModel(model, architecture.causal);
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const embeds = builder.input('embeds', dtype, [...shape, lm.embedding.width]);
  const logits = attachModel(builder, lm, {
    inputIds: builder.constant('int64', shape, ids),
    attentionMask: builder.constant('int64', shape, mask),
    inputsEmbeds: embeds,
  });
  const chosen = selectPositions(builder, logits, builder.ints(places));
  const weights = builder.constant(dtype, [2], [0.5, 0.5]);
  return {
    lm,
    builder,
    embeds,
    loss: crossEntropy(builder, chosen, builder.ints(targets), weights),
  };
}

async function run(model: Uint8Array, feeds: Feeds) {
  const session = await Session.create(model);
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** −log p of the targets, from logits [B, T, V]. */
function lossOf(logits: ArrayLike<number>): number {
  const losses = places.map((place, i) => {
    const row = Array.from({ length: sizes.words }, (_, v) => logits[place * sizes.words + v]!);
    return Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[targets[i]!]!;
  });
  return losses.reduce((a, b) => a + b) / losses.length;
}

describe('the loss is that of the file as it is', () => {
  test.each(named)('%s', async (_, architecture) => {
    const bytes = architectureBytes(architecture);
    const feeds = { input_ids: int64(shape, ids), attention_mask: int64(shape, mask) };
    const { logits } = await run(bytes, feeds);
    const { lm, builder, loss } = lossGraph(architecture, 'float32');
    expect(lm.embedding).toMatchObject({ vocabularySize: sizes.words });
    const table = lm.model.graph.initializers.get(lm.embedding.table);
    const rows = (table as { data: Float64Array }).data;
    const { width } = lm.embedding;
    const vectors = ids.flatMap((id) => [...rows.slice(id * width, (id + 1) * width)]);
    const embeds = float32([...shape, width], Float32Array.from(vectors));
    const found = await run(writeModel(builder.build({ loss })), { embeds });
    const expected = lossOf(logits!);
    expect(Math.abs(found.loss![0]! - expected) / expected).toBeLessThan(1e-5);
  });
});

describe('the gradient is that of central differences', () => {
  test.each(named)('%s', (_, architecture) => {
    const { builder, embeds, loss } = lossGraph(architecture, 'float64');
    const error = directionalError(builder, [embeds], [loss], {}, new Random(4));
    expect(error).toBeLessThan(1e-7);
  });
});

test('an input is the same alone and in a padded batch where neighbours are seen', async () => {
  const one = architectures.find(({ name }) => name === 'MobileBERT')!;
  const lm = findLanguageModel(readWhole(architectureBytes(one)), false);
  expect(lm.zeroPadding).toBe(true);
  const probe = (model: typeof lm) =>
    paddingDifferences(model, '.', { maxPositions: sizes.positions });
  expect((await probe(lm)).end).toBeLessThan(1e-5);
  expect((await probe({ ...lm, zeroPadding: false })).end).toBeGreaterThan(0.1);
});
