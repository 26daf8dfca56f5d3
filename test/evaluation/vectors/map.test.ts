import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { neighborhoods } from '../../../src/evaluation/neighborhoods.ts';
import { PromptModel } from '../../../src/evaluation/promptModel.ts';
import { vectorMap } from '../../../src/evaluation/vectors/map.ts';
import { openFolder, writeMaskedModel } from '../../support/tinyModels.ts';

let folder: string;
let model: PromptModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  model = new PromptModel(await openFolder(await writeMaskedModel(folder)));
});

afterAll(async () => {
  await model.release();
  await rm(folder, { recursive: true });
});

/** As many vectors, their neighborhoods and a path that ends in them. */
async function drawn(count: number) {
  const random = new Random(6);
  const draw = () => Float32Array.from({ length: count * model.width }, () => 2 * random.normal());
  const vectors = draw();
  const placement = [{ part: 0, rows: Array.from({ length: count }, (_, i) => i) }];
  const { virtualTokens } = await neighborhoods(model, { vectors, placement, count: 5 });
  return { vectors, virtualTokens, snapshots: [draw(), vectors] };
}

describe('the map', () => {
  test('has every vector and its three nearest tokens, each once', async () => {
    const inputs = await drawn(4);
    const { vectors, tokens, explained } = await vectorMap(model, 'l2', inputs);
    expect(vectors).toHaveLength(4);
    expect(new Set(tokens.map(({ id }) => id)).size).toBe(tokens.length);
    for (const { index, nearestBy } of inputs.virtualTokens) {
      expect(
        tokens
          .filter(({ of }) => of.includes(index))
          .map(({ id }) => id)
          .sort(),
      ).toEqual(
        nearestBy!
          .l2!.slice(0, 3)
          .map(({ id }) => id)
          .sort(),
      );
    }
    expect(explained[0]).toBeGreaterThanOrEqual(explained[1]);
    expect(explained[0] + explained[1]).toBeLessThanOrEqual(1);
  });

  test('ends the way of every vector where the vector is', async () => {
    const { vectors, paths } = await vectorMap(model, 'dot', await drawn(3));
    expect(paths.map((path) => path.length)).toEqual([2, 2, 2]);
    expect(paths.map((path) => path[1])).toEqual(vectors);
    expect(paths[0]![0]).not.toEqual(vectors[0]);
  });

  test('of directions does not care for lengths, of distances it does', async () => {
    const inputs = await drawn(3);
    const longer = { ...inputs, vectors: inputs.vectors.map((value) => 3 * value) };
    expect((await vectorMap(model, 'cosine', longer)).vectors).toEqual(
      (await vectorMap(model, 'cosine', inputs)).vectors,
    );
    expect((await vectorMap(model, 'l2', longer)).vectors).not.toEqual(
      (await vectorMap(model, 'l2', inputs)).vectors,
    );
  });

  test('of many vectors has fewer tokens of each', async () => {
    const { tokens, vectors } = await vectorMap(model, 'cosine', await drawn(30));
    expect(vectors).toHaveLength(30);
    expect(tokens.length).toBeLessThanOrEqual(30);
  });
});
