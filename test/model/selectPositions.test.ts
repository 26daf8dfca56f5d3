import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';
import { attachModel } from '../../src/model/attach.ts';
import type { LanguageModel } from '../../src/model/languageModel.ts';
import { selectPositions } from '../../src/model/selectPositions.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { int64, Session } from '../../src/runtime/session.ts';
import { openFolder, tinySize, writeCausalModel, writeMaskedModel } from '../support/tinyModels.ts';

const models: Record<string, { lm: LanguageModel; graphFolder: string }> = {};
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  models.masked = await openFolder(await writeMaskedModel(join(folder, 'masked')));
  models.causal = await openFolder(await writeCausalModel(join(folder, 'causal')));
});

afterAll(() => rm(folder, { recursive: true }));

/** Full logits and those at `positions`, from one graph. */
async function bothLogits(kind: string, rows: number, length: number, positions: number[]) {
  const { lm, graphFolder } = models[kind]!;
  const builder = new GraphBuilder({ readStored: lm.model.readStored });
  const inputIds = builder.input('input_ids', 'int64', [rows, length]);
  const attentionMask = builder.input('attention_mask', 'int64', [rows, length]);
  const full = attachModel(builder, lm, { inputIds, attentionMask });
  const wanted = builder.input('positions', 'int64', [positions.length]);
  const chosen = selectPositions(builder, full, wanted);
  const shapes = { full: builder.shapeOf(full), chosen: builder.shapeOf(chosen) };
  const selecting = builder.build({ chosen });
  const session = await Session.create(writeModel(builder.build({ full, chosen })), {
    folder: graphFolder,
  });
  const random = new Random(3);
  const ids = Array.from({ length: rows * length }, () => random.integer(40));
  const mask = ids.map((_, i) => Number(i % length < length - Math.floor(i / length)));
  const result = await session.run({
    input_ids: int64([rows, length], ids),
    attention_mask: int64([rows, length], mask),
    positions: int64([positions.length], positions),
  });
  await session.release();
  return { ...result, shapes, selecting } as typeof result & {
    shapes: typeof shapes;
    selecting: typeof selecting;
  };
}

const { heads } = tinySize;

describe.each(['masked', 'causal'])('the %s model', (kind) => {
  test.each([
    { rows: 1, length: 1, positions: [0] },
    { rows: 1, length: 1, positions: [0, 0] },
    { rows: 1, length: 5, positions: [4, 1] },
    { rows: 3, length: 1, positions: [2, 0] },
    { rows: 2, length: heads, positions: [0, 3, 1] },
    { rows: heads, length: heads, positions: [3] },
    { rows: 2, length: 8, positions: [7, 8, 7] },
    { rows: 4, length: 2, positions: [5, 0, 7, 2] },
  ])('has the same logits at the chosen positions of $rows × $length', async (c) => {
    const { full, chosen, shapes } = await bothLogits(kind, c.rows, c.length, c.positions);
    const width = shapes.full.at(-1)!;
    expect(shapes.chosen).toEqual([c.positions.length, width]);
    const rows = c.positions.map((at) => full!.subarray(at * width, (at + 1) * width));
    rows.forEach((row, m) => {
      row.forEach((value, v) => expect(chosen![m * width + v]).toBeCloseTo(value, 4));
    });
  });

  test('makes no product with the vocabulary for positions that are not asked for', async () => {
    const { selecting } = await bothLogits(kind, 2, 6, [3]);
    const isProduct = ({ op }: { op: string }) => op === 'MatMul' || op === 'Gemm';
    const place = selecting.nodes.findIndex(
      ({ op, inputs }) => op === 'Gather' && inputs[1] === 'positions',
    );
    // From the last attention on, only the chosen rows: its projection, the two products of the
    // feed-forward layer, and the head.
    expect(place).toBeGreaterThan(0);
    const after = selecting.nodes.slice(place).filter(isProduct);
    expect(after.length).toBeGreaterThanOrEqual(4);
    expect(selecting.nodes.filter(isProduct).length).toBeGreaterThan(after.length);
  });
});
