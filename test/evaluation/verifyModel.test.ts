import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { checkPadding } from '../../src/evaluation/paddingCheck.ts';
import { verifyModel, type Verification } from '../../src/evaluation/verifyModel.ts';
import { readModelFile } from '../../src/hub/openModel.ts';
import { findLanguageModel, type LanguageModel } from '../../src/model/languageModel.ts';
import { int, ints } from '../../src/onnx/graph.ts';
import { gptBytes } from '../support/gpt.ts';
import { GraphMaker } from '../support/graphMaker.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { maskedBytes, tinySize } from '../support/tinyModels.ts';

/** A folder with a model, opened. */
async function opened(bytes: Uint8Array): Promise<{ lm: LanguageModel; folder: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'model.onnx'), bytes);
  return { lm: findLanguageModel(readModelFile(join(folder, 'model.onnx')), true), folder };
}

/** A model of 20 words whose embeddings go through `make` and a tied head. */
function modelOf(
  make: (g: GraphMaker, embedded: string) => string,
  table = (i: number) => Math.sin(i),
): Uint8Array {
  const g = new GraphMaker();
  const words = g.weight(
    'words',
    [20, 8],
    Float32Array.from({ length: 160 }, (_, i) => table(i)),
  );
  const made = make(g, g.op('Gather', [words, 'input_ids']));
  const head = g.op('Transpose', [words], { perm: ints([1, 0]) });
  g.name(g.op('MatMul', [made, head]), 'logits');
  const shape = ['batch', 'length'];
  return g.bytes(
    ['input_ids', 'attention_mask'].map((name) => ({ name, dtype: 'int64', shape })),
    [{ name: 'logits', dtype: 'float32', shape: [...shape, 20] }],
    17,
  );
}

/** 2·h·⌊x/h⌋ − x: about x, with a slope of −1 everywhere. */
function stairs(g: GraphMaker, x: string, height: number): string {
  const steps = g.op('Floor', [g.op('Div', [x, g.scalar(height)])]);
  return g.op('Sub', [g.op('Mul', [steps, g.scalar(2 * height)]), x]);
}

describe('of a model that can be trained', () => {
  test.each([
    ['masked', maskedBytes(tinySize, 40)],
    ['causal', gptBytes({ ...tinySize, vocabularySize: 40 }, new Random(1))],
  ])('the gradient is checked, and what padding changes: %s', async (_, bytes) => {
    const { lm, folder } = await opened(bytes);
    const result = await verifyModel(lm, folder);
    expect(result).toMatchObject({
      kind: 'causal',
      inputs: ['input_ids', 'attention_mask'],
      cacheInputs: 0,
      depths: ['input'],
      vocabularySize: 40,
      width: tinySize.width,
    } satisfies Partial<Verification>);
    expect(result.gradientError).toBeLessThan(1e-4);
    expect(result.padding.end).toBeLessThan(1e-5);
    // Positions are counted from the start of the row, not from the first token.
    expect(result.padding.start).toBeGreaterThan(1e-3);
    expect(result.stepRatio).toBeGreaterThan(0.5);
  });

  test.each([1, 2, 5])('of at most %d tokens at once, too', async (positions) => {
    const { lm, folder } = await opened(maskedBytes({ ...tinySize, positions }, 40));
    const result = await verifyModel(lm, folder, { maxPositions: positions });
    expect(result.gradientError).toBeLessThan(1e-4);
    expect(result.padding.end).toBeLessThan(1e-5);
  });

  test('padding at the start is none to a model without positions', async () => {
    const { lm, folder } = await opened(modelOf((g, x) => g.op('Tanh', [x])));
    const { padding } = await verifyModel(lm, folder);
    expect(padding.start).toBeLessThan(1e-6);
  });
});

test('padding that is seen beside a working mask is told, not refused', async () => {
  const bytes = modelOf((g, x) => {
    const mean = g.op('ReduceMean', [x], { axes: ints([1]), keepdims: int(1) });
    const mask = g.op('Cast', ['attention_mask'], { to: int(1) });
    const count = g.op('ReduceMean', [mask], { axes: ints([1]), keepdims: int(1) });
    const seen = g.op('Unsqueeze', [count, g.ints([2])]);
    return g.op('Add', [g.op('Mul', [mean, seen]), x]);
  });
  const { lm, folder } = await opened(bytes);
  const check = await checkPadding(lm, folder, 'a model of means');
  expect(check).toEqual({ end: check.end, leaks: true });
  expect(check.end).toBeGreaterThan(0.01);
  // Once in a process.
  expect(await checkPadding(lm, 'nowhere', 'a model of means')).toBe(check);
});

describe('refused is a model', () => {
  test.each([
    // Stairs that rise where their steps fall.
    ['jumps', (g: GraphMaker, x: string) => stairs(g, x, 1e-4)],
    ['has corners', (g: GraphMaker, x: string) => stairs(g, x, 1e-6)],
  ])('whose loss %s', async (_, make) => {
    const { lm, folder } = await opened(modelOf(make));
    await expect(verifyModel(lm, folder)).rejects.toMatchObject({
      code: 'model/wrong-gradient',
      message: expect.stringMatching(
        /differs from differences of the loss by [\d.e+]+ %/,
      ) as string,
    });
  });

  test('in which padding changes what it says', async () => {
    const bytes = modelOf((g, x) =>
      g.op('Add', [x, g.op('ReduceMean', [x], { axes: ints([1]), keepdims: int(1) })]),
    );
    const { lm, folder } = await opened(bytes);
    await expect(verifyModel(lm, folder)).rejects.toMatchObject({
      code: 'model/unsupported',
      message: expect.stringMatching(
        /^In a padded batch .* changes nothing.* \d+\.\d %\.$/,
      ) as string,
      nextStep: 'Export the model with the input "attention_mask".',
    });
  });

  test.each([
    ['numbers that are none', () => NaN, "The gradient of the model's loss is NaN."],
    ['zeros', () => 0, "The model's loss does not change with its input embeddings"],
  ])('of %s', async (_, table, message) => {
    const { lm, folder } = await opened(modelOf((g, x) => g.op('Tanh', [x]), table));
    await expect(verifyModel(lm, folder)).rejects.toMatchObject({
      code: 'model/unsupported',
      message: expect.stringContaining(message) as string,
    });
  });

  test('that the engine does not take', async () => {
    // A sum of floats and whole numbers.
    const bytes = modelOf((g, x) => g.op('Add', [x, g.scalar(3, 'int32')]));
    const { lm, folder } = await opened(bytes);
    await expect(verifyModel(lm, folder)).rejects.toMatchObject({
      code: 'model/unsupported',
      message: expect.stringContaining('cannot be run. ONNX Runtime') as string,
    });
  });
});
