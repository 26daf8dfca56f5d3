import { writeFile } from 'node:fs/promises';
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
