/** `ptune models verify` on the two files of an encoder-decoder model, wherever they lie. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { buildBundles, ptune } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeEncoderDecoderModel } from '../support/tinyModels.ts';

beforeAll(buildBundles, 120_000);

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  // Wide enough for weights that stay in the files.
  await writeEncoderDecoderModel(join(folder, 'model'), { width: 32 });
  await mkdir(join(folder, 'model', 'variants'));
});

const inModel = (name: string) => join(folder, 'model', name);

async function verified(file: string) {
  const finished = await ptune(folder, 'models', 'verify', 'model', '--file', file, '--json');
  expect(finished.stderr).toBe('');
  return JSON.parse(finished.stdout) as { file: string; gradientError: number };
}

test('a variant of the encoder goes with the decoder of the model', async () => {
  const { gradientError } = await verified('onnx/decoder_model.onnx');
  expect(gradientError).toBeLessThan(1e-3);
  await rename(inModel('onnx/encoder_model.onnx'), inModel('variants/encoder_model_x.onnx'));
  const found = await verified('variants/encoder_model_x.onnx');
  expect(found).toMatchObject({ file: 'decoder_model.onnx', gradientError });
});

test('a variant of the decoder goes with the encoder of the model', async () => {
  const { gradientError } = await verified('onnx/encoder_model.onnx');
  await rename(inModel('onnx/decoder_model.onnx'), inModel('variants/decoder_model_x.onnx'));
  const found = await verified('variants/decoder_model_x.onnx');
  expect(found).toMatchObject({ file: 'decoder_model_x.onnx', gradientError });
});

test('variants that lie beside each other belong together', async () => {
  await rename(inModel('onnx/encoder_model.onnx'), inModel('variants/encoder_model_x.onnx'));
  await rename(inModel('onnx/decoder_model.onnx'), inModel('variants/decoder_model_merged_x.onnx'));
  const found = await verified('variants/encoder_model_x.onnx');
  expect(found.file).toBe('decoder_model_merged_x.onnx');
});
