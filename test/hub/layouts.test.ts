/** Model folders as the usual exporters lay them out: each is trained, and nobody is asked for it. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { writeModelFiles } from '../../src/exchange/export/modelFile.ts';
import { readModelFile } from '../../src/hub/openModel.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeFiles } from '../support/tinyModels.ts';
import { writeProject, type ProjectOptions } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

/** Trains a project whose model's folder `change` has laid out anew; gives the path of its file. */
async function trained(
  options: ProjectOptions,
  change: (model: string) => Promise<void>,
): Promise<void> {
  const folder = await temporaryFolder();
  const path = await writeProject(folder, { train: ['steps: 2', 'batchSize: 4'], ...options });
  await change(join(folder, 'model'));
  const { context, of } = contextFor();
  const summary = await trainFile({ path }, context);
  expect(of('download')).toEqual([]);
  expect(summary.prompts).toHaveLength(options.prompts ? 1 : 2);
}

async function move(folder: string, from: string, to: string): Promise<void> {
  await mkdir(dirname(join(folder, to)), { recursive: true });
  await rename(join(folder, from), join(folder, to));
}

const learned = '@prompt learned\n{*2} {country} is {capital}';

test('Optimum: everything in one folder', () =>
  trained({}, (model) => move(model, 'onnx/model.onnx', 'model.onnx')));

test('Optimum, for text to text: an encoder and decoders', () =>
  trained(
    {
      model: 'encoderDecoder',
      size: { past: true },
      settings: 'candidates: generate\nmaxTokens: 3\n',
      prompts: learned,
    },
    async (model) => {
      for (const name of ['encoder_model', 'decoder_model', 'decoder_with_past_model']) {
        await move(model, `onnx/${name}.onnx`, `${name}.onnx`);
      }
    },
  ));

test('Transformers.js: the graphs in onnx/, one for each precision', () =>
  trained({ model: 'causal', prompts: learned }, (model) =>
    move(model, 'onnx/model.onnx', 'onnx/model_fp16.onnx'),
  ));

test('Transformers.js with the weights in a file beside', () =>
  trained({ model: 'llama', prompts: learned }, async (model) => {
    await move(model, 'onnx/model.onnx', 'whole.onnx');
    await writeModelFiles(join(model, 'onnx/model.onnx'), readModelFile(join(model, 'whole.onnx')));
    await rm(join(model, 'whole.onnx'));
  }));

test('ONNX Runtime GenAI: its own configuration names the file, the length and the tokens', async () => {
  const options = { model: 'llama', prompts: learned } as const;
  const genai = (length: number) => ({
    model: {
      ...{ type: 'llama', context_length: length, bos_token_id: 1, eos_token_id: 2 },
      decoder: { filename: 'tiny-int4.onnx' },
    },
  });
  const laid = (length: number) => async (model: string) => {
    await move(model, 'onnx/model.onnx', 'tiny-int4.onnx');
    await rm(join(model, 'config.json'));
    await writeFile(join(model, 'embeddings.onnx'), await readFile(join(model, 'tokenizer.json')));
    await writeFiles(model, { 'genai_config.json': genai(length) });
  };
  await trained(options, laid(32));
  await expect(trained(options, laid(4))).rejects.toMatchObject({
    code: 'data/too-long',
    message: expect.stringContaining('the model reads at most 4') as string,
  });
});
