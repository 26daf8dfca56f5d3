import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { modelCaches } from '../../src/hub/cacheFolders.ts';
import type { Environment } from '../../src/hub/hubAccess.ts';
import { locateModel } from '../../src/hub/locate.ts';
import type { ModelChoice } from '../../src/hub/modelParts.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

let root: string;

async function lay(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), '');
  }
}

function locate(choice: ModelChoice) {
  return locateModel(choice, {
    fileFolder: join(root, 'project'),
    bundledFolder: join(root, 'media'),
    caches: [join(root, 'cache')],
  });
}

beforeEach(async () => {
  root = await temporaryFolder();
  await mkdir(join(root, 'project'));
});

describe('the folder', () => {
  it.each<[string, ModelChoice]>([
    ['media/mini', { id: 'bundled/mini' }],
    ['project/models/x', { id: './models/x' }],
    ['project/models/x', { id: 'models/x' }],
    ['elsewhere/x', { id: '../elsewhere/x' }],
    ['cache/owner/name', { id: 'owner/name' }],
    ['cache/owner/name/v2', { id: 'owner/name', revision: 'v2' }],
    ['cache/models--owner--name/snapshots/abc', { id: 'owner/name', revision: 'abc' }],
  ])('%s is found for %j', async (folder, choice) => {
    await lay(`${folder}/model.onnx`, `${folder}/tokenizer.json`);
    expect((await locate(choice)).folder).toBe(join(root, folder));
  });

  it('follows the reference of a Hub cache to its snapshot', async () => {
    const hub = 'cache/models--owner--name';
    await lay(`${hub}/snapshots/abc/model.onnx`, `${hub}/snapshots/abc/tokenizer.json`);
    await mkdir(join(root, hub, 'refs'));
    await writeFile(join(root, hub, 'refs/main'), 'abc\n');
    expect((await locate({ id: 'owner/name' })).folder).toBe(join(root, hub, 'snapshots/abc'));
  });

  it('beside the file comes before one of the same name in the cache', async () => {
    for (const folder of ['project/owner/name', 'cache/owner/name']) {
      await lay(`${folder}/model.onnx`, `${folder}/tokenizer.json`);
    }
    expect((await locate({ id: 'owner/name' })).folder).toBe(join(root, 'project/owner/name'));
  });

  it.each<[string, RegExp]>([
    ['bundled/none', /no bundled model "none"; there is mini/],
    ['bundled/../media/mini', /no bundled model/],
    ['./none', /no model folder .*project\/none/],
    ['/none/at/all', /no model folder \/none\/at\/all/],
    ['owner/name', /"owner\/name" is not on this machine; looked in .*cache/],
  ])('%s is not found', async (id, message) => {
    await lay('media/mini/model.onnx', 'media/mini/tokenizer.json');
    await expect(locate({ id })).rejects.toMatchObject({
      code: 'model/not-found',
      message: expect.stringMatching(message) as string,
      nextStep: expect.any(String) as string,
    });
  });
});

describe('the ONNX file', () => {
  const choose = async (files: string[], choice: Omit<ModelChoice, 'id'> = {}) => {
    await lay('project/m/tokenizer.json', ...files.map((file) => `project/m/${file}`));
    const { folder, onnxFile, encoderFile } = await locate({ id: './m', ...choice });
    return [onnxFile, encoderFile].map((file) => file && relative(folder, file));
  };

  it.each<[string, string[], Omit<ModelChoice, 'id'>, string, string | undefined]>([
    ['onnx/ first', ['model.onnx', 'onnx/model.onnx'], {}, 'onnx/model.onnx', undefined],
    ['then the folder', ['model.onnx', 'onnx/model_fp16.onnx'], {}, 'model.onnx', undefined],
    [
      'a decoder rather than the merged one',
      ['decoder_model.onnx', 'decoder_model_merged.onnx', 'decoder_with_past_model.onnx'],
      {},
      'decoder_model.onnx',
      undefined,
    ],
    ['the merged one', ['decoder_model_merged.onnx'], {}, 'decoder_model_merged.onnx', undefined],
    [
      'a decoder with its encoder',
      ['onnx/decoder_model.onnx', 'onnx/encoder_model.onnx'],
      {},
      'onnx/decoder_model.onnx',
      'onnx/encoder_model.onnx',
    ],
    [
      'the encoder of the same precision',
      ['decoder_model_fp16.onnx', 'encoder_model_fp16.onnx', 'encoder_model.onnx'],
      { dtype: 'fp16' },
      'decoder_model_fp16.onnx',
      'encoder_model_fp16.onnx',
    ],
    [
      'eight bits by either name',
      ['model.onnx', 'onnx/model_quantized.onnx'],
      { dtype: 'int8' },
      'onnx/model_quantized.onnx',
      undefined,
    ],
    [
      'that of ONNX Runtime GenAI',
      ['genai_config.json', 'model.onnx', 'model.onnx.data'],
      {},
      'model.onnx',
      undefined,
    ],
    [
      'the most exact one where none is asked for',
      ['onnx/model_q4.onnx', 'onnx/model_quantized.onnx', 'onnx/decoder_model_fp16.onnx'],
      {},
      'onnx/decoder_model_fp16.onnx',
      undefined,
    ],
    ['the only one there is', ['gpt.onnx'], {}, 'gpt.onnx', undefined],
    [
      'the one that is named',
      ['model.onnx', 'a/b.onnx'],
      { file: 'a/b.onnx' },
      'a/b.onnx',
      undefined,
    ],
  ])('is %s', async (_name, files, choice, onnxFile, encoderFile) => {
    expect(await choose(files, choice)).toEqual([onnxFile, encoderFile]);
  });

  it.each<[string[], Omit<ModelChoice, 'id'>, RegExp]>([
    [['pytorch_model.bin'], {}, /has none of onnx\/model\.onnx, .* holds no ONNX file/],
    [['a.onnx', 'b.onnx'], {}, /it holds a\.onnx, b\.onnx/],
    [['model.onnx'], { file: 'other.onnx' }, /has no file "other\.onnx"; it holds model\.onnx/],
    [['model.onnx'], { dtype: 'q4' }, /has none of onnx\/model_q4\.onnx/],
  ])('is missing from %j with %j', async (files, choice, message) => {
    await expect(choose(files, choice)).rejects.toMatchObject({
      code: 'model/no-weights',
      message: expect.stringMatching(message) as string,
    });
  });
});

it('a folder without tokenizer is refused, with what it holds, unless none is needed', async () => {
  await lay('project/m/model.onnx', 'project/m/vocab.txt');
  await expect(locate({ id: './m' })).rejects.toMatchObject({
    code: 'model/no-tokenizer',
    message: expect.stringContaining('model.onnx, vocab.txt') as string,
  });
  const places = { fileFolder: join(root, 'project'), bundledFolder: root };
  const found = await locateModel({ id: './m' }, places, { withoutTokenizer: true });
  expect(found.onnxFile).toBe(join(root, 'project/m/model.onnx'));
});

it("a model's files are its graph with its weights, tokenizer and config, and no other's", async () => {
  const own = [
    'config.json',
    'onnx/model.onnx',
    'onnx/model.onnx_data',
    'onnx/shared_weights.bin',
    'tokenizer.json',
  ];
  const others = [
    'README.md',
    'model.safetensors',
    'onnx/model_fp16.onnx',
    'onnx/model_fp16.onnx_data',
    'onnx/.DS_Store',
    'pytorch_model.bin',
  ];
  await lay(...[...own, ...others].map((file) => `project/m/${file}`));
  const { folder, files } = await locate({ id: './m' });
  expect(files.map((file) => relative(folder, file))).toEqual(own);
});

it('knows where caches lie', () => {
  const caches = (environment: Environment, platform: NodeJS.Platform = 'linux') =>
    modelCaches(environment, '/home/a', platform);
  expect(caches({})).toEqual(['/home/a/.cache/ptune', '/home/a/.cache/huggingface/hub']);
  expect(caches({ PTUNE_CACHE: '/p', HF_HOME: '/hf' })).toEqual(['/p', '/hf/hub']);
  expect(caches({ XDG_CACHE_HOME: '/x', HF_HUB_CACHE: '/hub' })).toEqual(['/x/ptune', '/hub']);
  expect(caches({}, 'darwin')[0]).toBe('/home/a/Library/Caches/ptune');
  expect(caches({ LOCALAPPDATA: '/local' }, 'win32')[0]).toBe('/local/ptune/Cache');
});
