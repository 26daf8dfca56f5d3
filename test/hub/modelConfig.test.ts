import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModelConfig } from '../../src/hub/modelConfig.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

async function read(config?: unknown) {
  const folder = await temporaryFolder();
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  if (config !== undefined) await writeFile(join(folder, 'config.json'), text);
  return readModelConfig(folder);
}

describe('readModelConfig', () => {
  it.each<[object, number | undefined]>([
    [{ model_type: 'bert', max_position_embeddings: 512 }, 512],
    [{ model_type: 'gpt2', n_positions: 1024 }, 1024],
    // Positions of RoBERTa begin at 2, so two of its 514 rows are never used.
    [{ model_type: 'roberta', max_position_embeddings: 514, pad_token_id: 1 }, 512],
    [{ model_type: 't5', n_positions: 512, relative_attention_num_buckets: 32 }, undefined],
    [{}, undefined],
  ])('the longest input of %j is %s', async (config, expected) => {
    expect((await read(config)).maxPositions).toBe(expected);
  });

  it('takes the first of several end tokens and reads null as nothing', async () => {
    const config = await read({
      eos_token_id: [2, 5],
      bos_token_id: null,
      is_encoder_decoder: true,
    });
    expect(config).toMatchObject({ eosTokenId: 2, bosTokenId: undefined, isEncoderDecoder: true });
  });

  it('knows nothing where there is no file', async () => {
    expect(await read()).toMatchObject({ modelType: undefined, architectures: [] });
  });

  it('takes what is lacking from generation_config.json and genai_config.json, and every end', async () => {
    const folder = await temporaryFolder();
    const write = (name: string, value: object) =>
      writeFile(join(folder, name), JSON.stringify(value));
    await write('genai_config.json', {
      model: {
        ...{ type: 'phi3', context_length: 4096, vocab_size: 32064, bos_token_id: 1 },
        ...{ pad_token_id: 32000, eos_token_id: [32000, 32007] },
        decoder: { filename: 'model.onnx', inputs: { input_ids: 'input_ids' } },
      },
      search: { max_length: 4096 },
    });
    expect(await readModelConfig(folder)).toMatchObject({
      ...{ modelType: 'phi3', maxPositions: 4096, vocabularySize: 32064 },
      ...{ bosTokenId: 1, padTokenId: 32000, eosTokenId: 32000, endTokenIds: [32000, 32007] },
    });
    await write('generation_config.json', { eos_token_id: 5, pad_token_id: 6 });
    await write('config.json', {
      model_type: 'llama',
      max_position_embeddings: 99,
      eos_token_id: 2,
    });
    expect(await readModelConfig(folder)).toMatchObject({
      ...{ modelType: 'llama', maxPositions: 99, vocabularySize: 32064 },
      ...{ padTokenId: 6, eosTokenId: 2, endTokenIds: [2, 5, 32000, 32007] },
    });
  });

  it.each(['config.json', 'generation_config.json', 'genai_config.json'])(
    'does not read a %s of 1 GB',
    async (name) => {
      const folder = await temporaryFolder();
      const file = await open(join(folder, name), 'w');
      await file.truncate(1e9);
      await file.close();
      await expect(readModelConfig(folder)).rejects.toMatchObject({
        code: 'model/unreadable',
        message: expect.stringContaining(
          'it has 1.0 GB, and such a file has at most 17 MB',
        ) as string,
      });
    },
  );

  it.each<[unknown, RegExp]>([
    ['{', /config\.json cannot be read/],
    [{ vocab_size: 'many' }, /"vocab_size"/],
  ])('refuses %j', async (config, message) => {
    await expect(read(config)).rejects.toMatchObject({
      code: 'model/unreadable',
      message: expect.stringMatching(message) as string,
    });
  });
});
