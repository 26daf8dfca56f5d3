import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { exitStatus, toPtuneError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { verifyModel } from '../../src/evaluation/verifyModel.ts';
import { readModelFile } from '../../src/hub/openModel.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { buildBundles, ptune } from '../support/cli.ts';
import { gptBytes } from '../support/gpt.ts';
import { confused, damaged, externalModel, secret, structureOf } from '../support/hostile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { maskedBytes, tinySize } from '../support/tinyModels.ts';

const size = { ...tinySize, layers: 1 };

beforeAll(buildBundles, 120_000);

describe('"ptune models verify" refuses', () => {
  /** Its exit status and what it says, for a folder of these files. */
  async function verified(make: (folder: string) => Promise<unknown>) {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'model'));
    await writeFile(join(folder, 'secret.bin'), secret);
    await make(join(folder, 'model'));
    return ptune(folder, 'models', 'verify', 'model');
  }
  const model = (bytes: Uint8Array | string) => (folder: string) =>
    writeFile(join(folder, 'model.onnx'), bytes);

  test.each([
    ['weights above the folder', model(externalModel('../secret.bin')), 2],
    ['weights at an absolute path', model(externalModel('/etc/hostname')), 2],
    ['weights that are missing', model(externalModel('none.bin')), 2],
    [
      'weights behind a link out of the folder',
      async (folder: string) => {
        await symlink('../secret.bin', join(folder, 'link.bin'));
        await model(externalModel('link.bin'))(folder);
      },
      2,
    ],
    ['half a file', model(maskedBytes(size, 40).subarray(0, 2000)), 2],
    ['a text', model('version https://git-lfs.github.com/spec/v1\n'), 2],
    ['an empty file', model(''), 2],
    [
      'a configuration that is no JSON',
      async (folder: string) => {
        await model(maskedBytes(size, 40))(folder);
        await writeFile(join(folder, 'config.json'), '{"architectures": [');
      },
      2,
    ],
    ['a folder without a model', () => Promise.resolve(), 2],
  ])('%s', async (_, make, status) => {
    const finished = await verified(make);
    expect(finished.stderr).not.toContain('    at ');
    expect(finished.stdout).toBe('');
    expect(finished.status).toBe(status);
  });
});

/** The exit status of verifying a folder. */
async function verifyStatus(folder: string): Promise<number> {
  try {
    const model = readModelFile(join(folder, 'model.onnx'));
    await verifyModel(findLanguageModel(model, true), folder);
    return 0;
  } catch (error) {
    return exitStatus[toPtuneError(error).kind];
  }
}

test.each([
  ['masked', maskedBytes(size, 40)],
  ['causal', gptBytes({ ...size, vocabularySize: 40 }, new Random(1))],
  ['external', externalModel('weights.bin')],
])('a damaged %s model that the engine gets, too, ends in status 0, 2 or 4', async (_, whole) => {
  const weights = Float32Array.from({ length: secret.length / 4 }, (__, i) => Math.sin(i));
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'weights.bin'), weights);
  const places = structureOf(whole, { 'weights.bin': secret });
  const random = new Random(9);
  const seen = new Map<number, number>();
  for (let i = 0; i < 120; i++) {
    const bytes = i % 3 === 0 ? damaged(whole, places, random) : confused(whole, random);
    await writeFile(join(folder, 'model.onnx'), bytes);
    const status = await verifyStatus(folder);
    seen.set(status, (seen.get(status) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual([0, 2, 4]);
});
