import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepackedLengths, weightBytes } from '../../src/training/prepacking.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { openFolder, writeEncoderDecoderModel, writeMaskedModel } from '../support/tinyModels.ts';

/** `count` examples of each padded length. */
const examples = (...counts: readonly (readonly [length: number, count: number])[]) =>
  counts.flatMap(([length, count]) => Array<number>(count).fill(length));

describe('the graphs that are prepacked', () => {
  test('are all of a small model that run often', () => {
    const lengths = examples([8, 90], [16, 9], [24, 1]);
    expect([...prepackedLengths(lengths, 400, 8e6)]).toEqual([8, 16]);
  });

  test('are none of a training of a few steps', () => {
    expect(prepackedLengths(examples([8, 90]), 10, 8e6).size).toBe(0);
  });

  test.each([
    [124e6, [32]],
    [60e6, [32, 24]],
    [400e6, []],
  ])('are as many as fit: of %d weights', (weights, lengths) => {
    const counted = examples([16, 30], [24, 31], [32, 39]);
    expect([...prepackedLengths(counted, 400, 4 * weights)]).toEqual(lengths);
  });

  test('do not depend on the order of the examples', () => {
    const lengths = examples([16, 30], [24, 30]);
    const one = prepackedLengths(lengths, 400, 500e6);
    expect([...one]).toEqual([24]);
    expect(prepackedLengths(lengths.toReversed(), 400, 500e6)).toEqual(one);
  });
});

test('the weights of a model are those of both its files', async () => {
  const folder = await temporaryFolder();
  const masked = await openFolder(await writeMaskedModel(join(folder, 'masked')));
  const { vocabularySize, width } = masked.lm.embedding;
  expect(weightBytes(masked.lm)).toBeGreaterThan(4 * vocabularySize * width);
  const { lm } = await openFolder(await writeEncoderDecoderModel(join(folder, 'both')));
  const { encoder, ...decoder } = lm;
  const ofEncoder = weightBytes({ ...decoder, model: encoder!.model });
  expect(ofEncoder).toBeGreaterThan(0);
  expect(weightBytes(lm)).toBe(weightBytes(decoder) + ofEncoder);
});
