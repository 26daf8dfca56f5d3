import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModelFile } from '../../src/hub/openModel.ts';
import { weightsFolder } from '../../src/hub/modelFiles.ts';
import { isStored } from '../../src/onnx/tensor.ts';
import { externalModel, secret } from '../support/hostile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/** A model folder beside a folder with a file that is not to be read. */
async function place(): Promise<{ folder: string; path: string; other: string }> {
  const root = await temporaryFolder();
  const folder = join(root, 'model');
  const other = join(root, 'other');
  await mkdir(join(folder, 'parts'), { recursive: true });
  await mkdir(other);
  await writeFile(join(other, 'secret.bin'), secret);
  return { folder, path: join(folder, 'model.onnx'), other };
}

describe('weights outside of the model folder are refused', () => {
  test.each([
    ['a path upwards', () => '../other/secret.bin'],
    ['a path down and upwards', () => 'parts/../../other/secret.bin'],
    ['a path upwards of Windows', () => '..\\other\\secret.bin'],
    ['a drive', () => 'C:\\secret.bin'],
    ['an absolute path', (other: string) => join(other, 'secret.bin')],
    [
      'an absolute path into the own folder',
      (_: string, folder: string) => join(folder, 'model.onnx'),
    ],
    ['a zero byte', () => 'secret.bin\0'],
  ])('%s', async (_, location) => {
    const { folder, path, other } = await place();
    await writeFile(path, externalModel(location(other, folder)));
    expect(() => readModelFile(path)).toThrow(
      expect.objectContaining({
        code: 'model/unreadable',
        message: expect.stringContaining("outside of the model's folder") as string,
      }),
    );
  });

  test.each([
    ['a link to a file', 'secret.bin', (other: string) => join(other, 'secret.bin'), 'weights.bin'],
    ['a relative link', 'weights.bin', () => '../other/secret.bin', 'weights.bin'],
    ['a link to a folder', 'weights', (other: string) => other, 'weights/secret.bin'],
    ['a link to a device', 'weights.bin', () => '/dev/zero', 'weights.bin'],
  ])('%s', async (_, name, target, location) => {
    const { folder, path, other } = await place();
    await symlink(target(other), join(folder, name === 'secret.bin' ? 'weights.bin' : name));
    await writeFile(path, externalModel(location));
    expect(() => readModelFile(path)).toThrow(
      expect.objectContaining({
        code: 'model/unreadable',
        message: expect.stringContaining("outside of the model's folder") as string,
      }),
    );
  });

  test('a link that is exchanged after the model was opened', async () => {
    const { folder, path, other } = await place();
    const inside = join(folder, 'weights.bin');
    await writeFile(inside, new Uint8Array(secret.length));
    await writeFile(path, externalModel('weights.bin'));
    const model = readModelFile(path);
    const stored = [...model.graph.initializers.values()].find(isStored)!;
    expect(model.readStored(stored)).toHaveLength(secret.length);
    await rm(inside);
    await symlink(join(other, 'secret.bin'), inside);
    expect(() => model.readStored(stored)).toThrow(
      expect.objectContaining({ code: 'model/unreadable' }),
    );
  });
});

describe('what lies in the folder is read', () => {
  test('through a link within it', async () => {
    const { folder, path } = await place();
    await writeFile(join(folder, 'parts', 'real.bin'), secret);
    await symlink('parts/real.bin', join(folder, 'weights.bin'));
    await writeFile(path, externalModel('weights.bin'));
    const stored = [...readModelFile(path).graph.initializers.values()].find(isStored)!;
    expect(stored.location).toBe('parts/real.bin');
    expect(Buffer.from(readModelFile(path).readStored(stored)).equals(secret)).toBe(true);
  });

  test("through the links of a Hub cache, and no further than its repository's folder", async () => {
    const root = await temporaryFolder();
    const repository = join(root, 'models--owner--name');
    const onnx = join(repository, 'snapshots', 'abc', 'onnx');
    await mkdir(onnx, { recursive: true });
    await mkdir(join(repository, 'blobs'));
    await writeFile(join(repository, 'blobs', 'aa'), externalModel('model.onnx_data'));
    await writeFile(join(repository, 'blobs', 'bb'), secret);
    await symlink('../../../blobs/aa', join(onnx, 'model.onnx'));
    await symlink('../../../blobs/bb', join(onnx, 'model.onnx_data'));
    const path = join(onnx, 'model.onnx');
    const stored = [...readModelFile(path).graph.initializers.values()].find(isStored)!;
    expect(stored.location).toBe('blobs/bb');
    expect(weightsFolder(path)).toBe(repository);

    await writeFile(join(root, 'outside.bin'), secret);
    await symlink('../../../../outside.bin', join(onnx, 'other.bin'));
    await writeFile(join(repository, 'blobs', 'aa'), externalModel('other.bin'));
    expect(() => readModelFile(path)).toThrow(
      expect.objectContaining({ code: 'model/unreadable' }),
    );
  });
});

test.each([
  ['nothing', 'none.bin'],
  ['a folder', 'parts'],
  ['a name that is too long', 'a'.repeat(5000)],
])('%s in the place of weights is missing', async (_, location) => {
  const { path } = await place();
  await writeFile(path, externalModel(location));
  expect(() => readModelFile(path)).toThrow(expect.objectContaining({ code: 'model/no-weights' }));
});

test('a pipe in the place of weights is missing, and nobody waits for it', async () => {
  const { folder, path } = await place();
  execFileSync('mkfifo', [join(folder, 'weights.bin')]);
  await writeFile(path, externalModel('weights.bin'));
  expect(() => readModelFile(path)).toThrow(expect.objectContaining({ code: 'model/no-weights' }));
});

test('links in a circle in the place of weights are missing', async () => {
  const { folder, path } = await place();
  await symlink('b.bin', join(folder, 'a.bin'));
  await symlink('a.bin', join(folder, 'b.bin'));
  await writeFile(path, externalModel('a.bin'));
  expect(() => readModelFile(path)).toThrow(expect.objectContaining({ code: 'model/no-weights' }));
});
