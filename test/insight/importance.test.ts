/** Leaving out and exchanging virtual tokens, on tiny models. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { predict } from '../../src/evaluation/predict.ts';
import { scoreOf } from '../../src/evaluation/scores.ts';
import { exchanged, meanRow, replaced } from '../../src/insight/importance/ablation.ts';
import { measureImportance } from '../../src/insight/importance/measureImportance.ts';
import type { ImportanceRequest } from '../../src/protocol/importance.ts';
import { readReport, reportPath } from '../../src/runs/reportFile.ts';
import { RunStore, storeFolders } from '../../src/runs/runStore.ts';
import { openPromptFile } from '../../src/training/promptFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject, type ProjectOptions } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const width = 3;
const rows = fc
  .array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: width, maxLength: width }), {
    minLength: 2,
    maxLength: 6,
  })
  .map((list) => Float32Array.from(list.flat()));

describe('rows of vectors', () => {
  test('are exchanged two at a time; twice is never', () => {
    fc.assert(
      fc.property(rows, fc.nat(), fc.nat(), (vectors, a, b) => {
        const count = vectors.length / width;
        const [first, second] = [a % count, b % count];
        const once = exchanged(vectors, width, first, second);
        const row = (of: Float32Array, i: number) => of.slice(i * width, (i + 1) * width);
        expect(row(once, first)).toEqual(row(vectors, second));
        expect(row(once, second)).toEqual(row(vectors, first));
        expect(exchanged(once, width, first, second)).toEqual(vectors);
      }),
    );
  });

  test('are replaced alone, in a copy', () => {
    const vectors = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(replaced(vectors, 1, Float32Array.of(0, 0, 0))).toEqual(
      Float32Array.of(1, 2, 3, 0, 0, 0),
    );
    expect(vectors[3]).toBe(4);
  });

  test('have the mean of those that count', () => {
    const vectors = Float32Array.of(1, 2, 3, 40, 50, 60, 3, 4, 5);
    expect(meanRow(vectors, width, (row) => row !== 1)).toEqual(Float32Array.of(2, 3, 4));
  });
});

async function measured(options: ProjectOptions, request: Partial<ImportanceRequest> = {}) {
  const path = await writeProject(await temporaryFolder(), options);
  const { context, of } = contextFor();
  await trainFile({ path }, context);
  const { importance } = await measureImportance({ path, ...request }, context);
  return { path, importance, progress: of('progress') };
}

test('every virtual token and every pair is measured, on the test examples, by the score of all prompts', async () => {
  const { path, importance, progress } = await measured({ train: ['steps: 20', 'batchSize: 4'] });
  expect(importance).toMatchObject({
    prompt: 'learned',
    seed: 1,
    examples: 4,
    available: 4,
    replacement: 'vocabulary',
    neighborsOnly: false,
  });
  expect(importance.tokens.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(importance.exchanges.map(({ first, second }) => [first, second])).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
  expect(progress.at(-1)).toMatchObject({ done: 7, total: 7 });

  // The first exchange and the score itself, asked of the model by hand.
  const { context } = contextFor();
  const open = await openPromptFile(path, undefined, context);
  const encoding = open.encodingOf(open.file.prompts[1]!, 1);
  const { vectors } = await RunStore.forFile(path).readPrompt(importance.run);
  const scored = async (data: Float32Array) => {
    const { model, candidates, examples } = open;
    const inputs = { model, encoding, vectors: encoding.vectorsOf(data), candidates };
    return scoreOf([await predict(inputs, examples.test)]);
  };
  const own = await scored(vectors);
  const other = await scored(exchanged(vectors, vectors.length / 3, 0, 1));
  await open.model.release();
  expect(importance.accuracy).toBe(own.accuracy);
  expect(importance.exchanges[0]!.exchanged.accuracy.change).toBeCloseTo(
    other.accuracy - own.accuracy,
    12,
  );
  expect(importance.exchanges[0]!.exchanged.loss.change).toBeCloseTo(other.loss - own.loss, 6);

  const report = await readReport(reportPath(storeFolders(path).reports, path));
  expect(report!.insights!.importance).toEqual([importance]);
});

test('of a deep prompt the keys and values of all layers are left out at once', async () => {
  const { importance } = await measured(
    {
      model: 'causal',
      size: { past: true, layers: 2, width: 32, heads: 4 },
      train: ['steps: 3', 'depth: deep', 'encoder: none'],
      prompts: '@prompt learned\n{*2} The capital of {country} is {capital}',
    },
    { examples: 2 },
  );
  expect(importance).toMatchObject({ replacement: 'others', examples: 2, available: 4 });
  expect(importance.tokens).toHaveLength(2);
  expect(importance.exchanges).toHaveLength(1);
  expect(importance.sentences.join(' ')).toContain(
    "the mean of the other virtual tokens' keys and values, layer by layer",
  );
});

test('a prompt that was never trained has nothing to look at', async () => {
  const path = await writeProject(await temporaryFolder());
  await expect(measureImportance({ path }, contextFor().context)).rejects.toMatchObject({
    code: 'run/not-found',
    message: '"learned" has no vectors to look at: it was never trained.',
  });
});

test('a prompt in words has no virtual tokens', async () => {
  const path = await writeProject(await temporaryFolder());
  await expect(
    measureImportance({ path, prompt: 'manual' }, contextFor().context),
  ).rejects.toMatchObject({ code: 'file/no-such-prompt' });
});
