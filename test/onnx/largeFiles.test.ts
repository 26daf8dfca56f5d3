/** Weights that lie beyond 2 and 4 GB of a file; the file has a hole and takes no space. */
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readModelFile } from '../../src/hub/openModel.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { buildScoreGraph } from '../../src/model/promptGraph.ts';
import { isStored } from '../../src/onnx/tensor.ts';
import { int64, Session } from '../../src/runtime/session.ts';
import { externalModel } from '../support/hostile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const weights = Float32Array.from({ length: 20 * 8 }, (_, i) => Math.sin(i));
const bytes = new Uint8Array(weights.buffer);

/** What the model says after three tokens, with its weights at `offset` of a file of `size` bytes. */
async function saidWith(offset: number, size: number): Promise<number[]> {
  const folder = await temporaryFolder();
  const path = join(folder, 'model.onnx');
  await writeFile(path, externalModel('model.onnx_data', { offset, length: bytes.length }));
  const data = join(folder, 'model.onnx_data');
  const file = await open(data, 'w');
  await file.write(bytes, 0, bytes.length, offset);
  await file.close();
  await truncate(data, size);
  const lm = findLanguageModel(readModelFile(path), true);
  const stored = [...lm.model.graph.initializers.values()].find(isStored)!;
  expect(lm.model.readStored(stored)).toEqual(bytes);
  const graph = buildScoreGraph(lm, { rows: 1, length: 3, positions: 1, virtual: 0 });
  const session = await Session.create(graph, { folder });
  const { log_probabilities: said } = await session.run({
    input_ids: int64([1, 3], [4, 7, 11]),
    attention_mask: int64([1, 3], [1, 1, 1]),
    positions: int64([1], [2]),
  });
  const result = [...said!];
  await session.release();
  return result;
}

test.each([
  ['2 GB', 2 ** 31 + 4096],
  ['4 GB', 2 ** 32 + 4096],
])('weights beyond %s are read and run as others', async (_, offset) => {
  const near = await saidWith(0, bytes.length);
  expect(near.reduce((sum, x) => sum + Math.exp(x), 0)).toBeCloseTo(1, 5);
  expect(await saidWith(offset, offset + bytes.length + 2 ** 20)).toEqual(near);
});
