/** Whether the vectors that `from:` names fit, said at the place where they are named. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkFile } from '../../src/data/checkFile.ts';
import { FileHashes } from '../../src/runs/fileHashes.ts';
import { writePromptVectors } from '../../src/runs/promptVectors.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { runOf, trainedProject, type TrainedProject } from '../support/exportProject.ts';
import { writeMaskedModel } from '../support/tinyModels.ts';
import { ptuneText } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

let made: TrainedProject;
const template = '{*2} {country} {*"is"} {capital} .';

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  made = await trainedProject(folder, { prompts: `@prompt learned\n${template}` });
  const run = await runOf(made, 'learned');
  await copyFile(join(run.folder, 'prompt.safetensors'), join(folder, 'good.safetensors'));
  await writeMaskedModel(join(folder, 'other'), { seed: 8 });
  await writeFile(join(folder, 'text.safetensors'), 'no vectors at all');
  const vectors = new Float32Array(24);
  const stored = { vectors, prompt: 'p', template, model: run.manifest.model.sha256 };
  const places = [{ rows: [0, 1] }, { rows: [2] }] as never;
  const bytes = writePromptVectors({ ...stored, width: 8, placement: places });
  await writeFile(join(folder, 'places.safetensors'), bytes);
});

afterAll(() => rm(made.folder, { recursive: true }));

/** The diagnostics of a prompt with `from`, with the text that each is about. */
async function found(from: string, own = template, model = './model') {
  const text = ptuneText({ prompts: `@prompt stored {from: ${from}}\n${own}` }).replace(
    'model: ./model',
    `model: ${model}`,
  );
  const models = { bundledFolder: '/nowhere', caches: [], hashes: new FileHashes() };
  const diagnostics = await checkFile(text, join(made.folder, 'x.ptune'), models);
  return diagnostics.map(({ code, message, span }) => ({
    code,
    message,
    at: text.slice(span.start, span.end),
  }));
}

test('a copied prompt.safetensors fits, and is scored without a training', async () => {
  expect(await found('good.safetensors')).toEqual([]);
  expect(await found('good.safetensors', '{*2} land {country} is {*1} {capital}')).toEqual([]);
  const path = join(made.folder, 'x.ptune');
  await writeFile(
    path,
    ptuneText({ prompts: `@prompt stored {from: good.safetensors}\n${template}` }),
  );
  const summary = await scoreFile({ path, split: 'test' }, contextFor().context);
  expect(summary.prompts).toEqual([expect.objectContaining({ name: 'stored', n: 4 })]);
});

test.each([
  ['good.safetensors', '{*2} {country} {capital}', 'stand in 1 place, those of the file in 2'],
  [
    'good.safetensors',
    '{*3} {country} {*1} {capital}',
    'place 1 has 3 virtual tokens, in the file 2',
  ],
  [
    'good.safetensors',
    '{*a:2} {country} {*b:3} {capital}',
    'place 2 has 3 virtual tokens, in the file 1',
  ],
  [
    'good.safetensors',
    '{*a:1} {country} {*a} {capital}',
    'place 1 has 1 virtual token, in the file 2',
  ],
])('%s does not fit %s', async (from, own, message) => {
  expect(await found(from, own)).toEqual([
    {
      code: 'prompt/unfitting-vectors',
      at: from,
      message: expect.stringContaining(message) as string,
    },
  ]);
});

test('vectors of another model do not fit', async () => {
  expect(await found('good.safetensors', template, './other')).toEqual([
    {
      code: 'prompt/unfitting-vectors',
      at: 'good.safetensors',
      message: expect.stringContaining(
        'they were trained on another model than "./other"',
      ) as string,
    },
  ]);
});

test.each(['text.safetensors', 'places.safetensors', 'train.jsonl'])(
  '%s is no stored prompt',
  async (from) => {
    expect(await found(from)).toEqual([
      { code: 'prompt/unreadable-vectors', at: from, message: expect.any(String) as string },
    ]);
  },
);

test('a missing file is said to be missing', async () => {
  expect(await found('none.safetensors')).toMatchObject([{ code: 'data/no-file' }]);
});
