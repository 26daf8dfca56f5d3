import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { neighborhoods } from '../../../src/evaluation/neighborhoods.ts';
import { PromptModel } from '../../../src/evaluation/promptModel.ts';
import { pathNeighborhoods } from '../../../src/evaluation/vectors/path.ts';
import { nearestBy, virtualTokensAt } from '../../../src/protocol/nearness.ts';
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

test('the path in a report says of every step what its vectors are near', async () => {
  const random = new Random(2);
  const draw = () => Float32Array.from({ length: 3 * model.width }, () => random.normal());
  const path = { steps: [0, 10, 20], snapshots: [draw(), draw(), draw()] };
  const placement = [
    { part: 0, rows: [0, 1], name: 'head' },
    { part: 2, rows: [2] },
  ];
  const inputs = { placement, count: 6, tokens: [{ startId: 9 }, {}, {}] };
  const told = await pathNeighborhoods(model, { ...inputs, path });
  const kept = await neighborhoods(model, { ...inputs, vectors: path.snapshots[2]! });
  const run = {
    virtualTokens: kept.virtualTokens,
    path: JSON.parse(JSON.stringify(told)) as typeof told,
  };
  expect(told.snapshots.map(({ step }) => step)).toEqual(path.steps);
  for (const [i, step] of path.steps.entries()) {
    const { virtualTokens } = await neighborhoods(model, {
      ...inputs,
      vectors: path.snapshots[i]!,
      start: path.snapshots[0],
    });
    virtualTokensAt(run, step).forEach((token, v) => {
      const { index, group, unmoved, likeRandom, normPercentile, toStart, norm } =
        virtualTokens[v]!;
      expect(token).toMatchObject({ index, group, unmoved, likeRandom });
      expect(token.normPercentile).toBeCloseTo(normPercentile, 3);
      expect(token.norm).toBeCloseTo(norm, 3);
      for (const metric of ['cosine', 'dot', 'l2'] as const) {
        expect(token.toStart![metric]).toBeCloseTo(toStart![metric]!, 2);
        for (const all of [false, true]) {
          const [said, whole] = [
            nearestBy(token, metric, all),
            nearestBy(virtualTokens[v]!, metric, all),
          ];
          expect(said).toHaveLength(6);
          expect(said).toEqual(
            whole.map((one) => ({
              ...one,
              similarity: expect.closeTo(one.similarity, 2) as number,
            })),
          );
        }
      }
    });
  }
  // A step that was not kept shows the vectors that were.
  expect(virtualTokensAt(run, 15)).toBe(kept.virtualTokens);
});
