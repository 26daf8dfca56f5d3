/**
 * Downloads in real processes that are killed at random moments and started again: what is used in
 * the end is right to the byte, and what had arrived was not asked for again.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { ModelCache } from '../../src/hub/modelCache.ts';
import { buildBundles, startPtuneWith } from '../support/cli.ts';
import { externalGraphBytes, graphBytes, randomBytes, repository } from '../support/hubModels.ts';
import { HubServer } from '../support/hubServer.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const models = 10;
const killsEach = 5;

let server: HubServer;
let folder: string;
let cache: ModelCache;

const start = (...args: string[]) =>
  startPtuneWith(
    { HF_ENDPOINT: server.endpoint, PTUNE_CACHE: cache.folder },
    folder,
    ...['models', ...args],
  );

beforeAll(() => buildBundles());

beforeEach(async () => {
  server = await HubServer.start();
  folder = await temporaryFolder();
  cache = new ModelCache(join(folder, 'cache'));
});

it(`${models * killsEach} kills leave nothing that is wrong`, async () => {
  let resumed = 0;
  let early = 0;
  for (let i = 0; i < models; i++) {
    const random = new Random(i);
    const id = `owner/model${i}`;
    const size = 200_000 + random.integer(200_000);
    const files = repository({
      'onnx/model.onnx': externalGraphBytes('model.onnx_data', size),
      'onnx/model.onnx_data': randomBytes(random, size),
    });
    server.repositories.set(id, files);
    server.fault = ({ server: which }) =>
      which === 'cdn' ? { kind: 'trickle', bytes: 8_000, pauseMs: 9 } : undefined;
    for (let kills = 0; kills < killsEach;) {
      server.seen.length = 0;
      const { process: child, finished } = start('add', id);
      // Some kills hit the small files, most the large one.
      const moment = random.integer(3) === 0 ? 'hub' : 'cdn';
      const begun = () => server.seen.some(({ server: which }) => which === moment);
      while (!begun() && child.exitCode === null) await pause(2);
      await pause(random.integer(200));
      child.kill('SIGKILL');
      const { status } = await finished;
      if (status !== 137) {
        // It was quicker: from the beginning again.
        await start('remove', id).finished;
        continue;
      }
      kills++;
      early++;
      // Whatever is there now is not used unless it is whole.
      const found = await cache.find({ id });
      if (found !== undefined) await expectSame(found, files.files);
      resumed += server.seen.filter(({ range }) => range !== undefined).length;
    }
    server.fault = () => undefined;
    server.seen.length = 0;
    const { status, stderr } = await start('add', id, '--json').finished;
    expect(status, stderr).toBe(0);
    resumed += server.seen.filter(({ range }) => range !== undefined).length;
    await expectSame((await cache.find({ id }))!, files.files);
  }
  expect(early).toBe(models * killsEach);
  expect(resumed).toBeGreaterThan(models);
  expect(await readdir(join(cache.folder, 'partial'))).toEqual([]);
  expect(await readdir(join(cache.folder, 'locks'))).toEqual([]);
}, 300_000);

it('two processes at the same time download once', async () => {
  server.repositories.set(
    'owner/name',
    repository({ 'model.onnx': graphBytes(new Random(1), 200_000) }),
  );
  server.fault = ({ server: which }) =>
    which === 'cdn' ? { kind: 'trickle', bytes: 10_000, pauseMs: 20 } : undefined;
  const before = server.seen.length;
  const both = await Promise.all([1, 2].map(() => start('add', 'owner/name').finished));
  expect(both.map(({ status }) => status)).toEqual([0, 0]);
  const large = server.seen.slice(before).filter(({ server: which }) => which === 'cdn');
  expect(large).toHaveLength(1);
  expect(both.map(({ stderr }) => stderr).join()).toContain('another process downloads it');
});

async function expectSame(
  found: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  for (const path of ['config.json', 'tokenizer.json', 'onnx/model.onnx', 'onnx/model.onnx_data']) {
    const bytes = await readFile(join(found, path));
    expect(bytes.equals(files[path]!), path).toBe(true);
  }
}
