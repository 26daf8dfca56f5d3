import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { DownloadProgress } from '../../src/hub/downloadMeter.ts';
import { locateModel } from '../../src/hub/locate.ts';
import type { ModelCache } from '../../src/hub/modelCache.ts';
import {
  externalGraphBytes,
  graphBytes,
  newCache,
  randomBytes,
  repository,
  textFiles,
} from '../support/hubModels.ts';
import { HubServer, sha256 } from '../support/hubServer.ts';

const random = new Random(5);
const graph = graphBytes(random, 20_000);
const id = 'owner/name';
const texts = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

let server: HubServer;

beforeEach(async () => {
  server = await HubServer.start();
});

/** The files of a folder, by path. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

describe('what is downloaded', () => {
  const weights = randomBytes(random, 30_000);

  it.each([
    [
      'a graph with its weights inside, and no other precision',
      { 'onnx/model.onnx': graph, 'onnx/model_q4.onnx': graph, 'model.onnx': graph },
      {},
      ['onnx/model.onnx'],
    ],
    [
      'a graph and the files that it names, and no other ones of that look',
      {
        'onnx/model.onnx': externalGraphBytes('model.onnx_data', weights.length),
        'onnx/model.onnx_data': weights,
        'onnx/model.onnx_data_1': weights,
      },
      {},
      ['onnx/model.onnx', 'onnx/model.onnx_data'],
    ],
    [
      'a decoder with its encoder',
      {
        'onnx/decoder_model.onnx': graph,
        'onnx/encoder_model.onnx': graphBytes(random, 9000),
        'onnx/decoder_model_merged.onnx': graph,
      },
      {},
      ['onnx/decoder_model.onnx', 'onnx/encoder_model.onnx'],
    ],
    [
      'the part that goes on, where a prompt needs it',
      {
        'onnx/decoder_model.onnx': graph,
        'onnx/decoder_with_past_model.onnx': graphBytes(random, 8000),
        'onnx/decoder_model_merged.onnx': graph,
      },
      { continues: true },
      ['onnx/decoder_model.onnx', 'onnx/decoder_with_past_model.onnx'],
    ],
    [
      'the precision that is asked for',
      { 'onnx/model.onnx': graph, 'onnx/model_quantized.onnx': graph },
      { dtype: 'int8' as const },
      ['onnx/model_quantized.onnx'],
    ],
    [
      'the most exact precision that there is',
      { 'onnx/model_q4.onnx': graph, 'onnx/model_fp16.onnx': graph },
      {},
      ['onnx/model_fp16.onnx'],
    ],
    [
      'the file that is named',
      { 'onnx/model.onnx': graph, 'onnx/special.onnx': graph },
      { file: 'onnx/special.onnx' },
      ['onnx/special.onnx'],
    ],
  ])('is %s', async (_name, files, choice, expected) => {
    const { cache, download } = await newCache(server);
    server.repositories.set(id, repository(files));
    const folder = await download({ id, ...choice });
    expect(await filesBelow(folder)).toEqual([...texts, ...expected].sort());
    for (const [path, bytes] of Object.entries({ ...textFiles(), ...files })) {
      if (!expected.includes(path) && !texts.includes(path)) continue;
      expect(await readFile(join(folder, path))).toEqual(Buffer.from(bytes));
    }
    const asked = server.seen.filter(({ path }) => path.includes('/resolve/'));
    expect(asked).toHaveLength(texts.length + expected.length);
    expect(await readdir(join(cache.folder, 'partial'))).toEqual([]);
  });

  it('is found by the rule that finds folders', async () => {
    const { cache, download } = await newCache(server);
    server.repositories.set(id, repository({ 'onnx/model.onnx': graph }));
    const folder = await download({ id });
    const places = { fileFolder: cache.folder, bundledFolder: '/nowhere', caches: [cache.folder] };
    const located = await locateModel({ id }, places);
    expect(located.onnxFile).toBe(join(folder, 'onnx/model.onnx'));
  });

  it.each([
    ['no ONNX file', {}, 'model/no-weights', /has none of onnx\/model\.onnx.* no ONNX file/],
    [
      'two of its own names',
      { 'onnx/a.onnx': graph, 'onnx/b.onnx': graph },
      'model/no-weights',
      /it has onnx\/a\.onnx, onnx\/b\.onnx/,
    ],
    [
      'a graph whose weights it lacks',
      { 'onnx/model.onnx': externalGraphBytes('lost.bin', 9) },
      'model/no-weights',
      /keeps weights in "lost\.bin", which the repository does not have/,
    ],
    [
      'a graph that names weights elsewhere',
      { 'onnx/model.onnx': externalGraphBytes('../../../secret', 9) },
      'model/no-weights',
      /keeps weights in "\.\.\/\.\.\/\.\.\/secret"/,
    ],
    [
      'a graph that is none',
      { 'model.onnx': Buffer.alloc(3000, 255) },
      'model/unreadable',
      /cannot be read|no whole/,
    ],
  ])('is nothing from a repository with %s', async (_name, files, code, message) => {
    const { download } = await newCache(server);
    server.repositories.set(id, repository(files));
    await expect(download({ id })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      nextStep: expect.any(String) as string,
    });
  });
});

describe('what is there', () => {
  let cache: ModelCache;
  let download: Awaited<ReturnType<typeof newCache>>['download'];

  beforeEach(async () => {
    ({ cache, download } = await newCache(server));
    server.repositories.set(
      id,
      repository({ 'onnx/model.onnx': graph, 'onnx/model_q4.onnx': graphBytes(random, 5000) }),
    );
    await download({ id });
    server.seen.length = 0;
  });

  it('is used without any request', async () => {
    await download({ id });
    expect(server.seen).toEqual([]);
  });

  it('is not downloaded again for another precision', async () => {
    const folder = await download({ id, dtype: 'q4' });
    expect(server.seen.filter(({ server: s }) => s === 'cdn')).toHaveLength(1);
    expect(await filesBelow(folder)).toContain('onnx/model.onnx');
    server.seen.length = 0;
    await download({ id });
    await download({ id, dtype: 'q4' });
    expect(server.seen).toEqual([]);
  });

  it('is shared with another model that has the same files', async () => {
    server.repositories.set('other/name', repository({ 'onnx/model.onnx': graph }));
    await download({ id: 'other/name' });
    expect(server.seen.filter(({ server: s }) => s === 'cdn')).toEqual([]);
    const blobs = await readdir(join(cache.folder, 'blobs'));
    expect(blobs).toHaveLength(texts.length + 1);
  });

  it('is downloaded again where its folder was damaged', async () => {
    const folder = (await cache.find({ id }))!;
    await rm(join(folder, 'onnx/model.onnx'));
    await writeFile(join(folder, 'onnx/model.onnx'), 'cut off');
    expect(await cache.find({ id })).toBeUndefined();
    await download({ id });
    expect(await readFile(join(folder, 'onnx/model.onnx'))).toEqual(Buffer.from(graph));
  });

  it('is compared byte for byte on request', async () => {
    const { signal } = new AbortController();
    expect(await cache.damagedFiles(id, signal)).toEqual([]);
    const folder = (await cache.find({ id }))!;
    const bytes = await readFile(join(folder, 'onnx/model.onnx'));
    bytes[100]! ^= 1;
    await writeFile(join(folder, 'onnx/model.onnx'), bytes);
    expect(await cache.damagedFiles(id, signal)).toEqual(['onnx/model.onnx']);
  });

  it('stays when the revision names another commit, which is then there, too', async () => {
    const next = graphBytes(random, 8000);
    server.repositories.set(id, repository({ 'onnx/model.onnx': next }, { commit: 'decade' }));
    await download({ id });
    expect(server.seen).toEqual([]);
    const folder = await download({ id }, { refresh: true });
    expect(await readFile(join(folder, 'onnx/model.onnx'))).toEqual(Buffer.from(next));
    expect(await cache.find({ id, revision: 'c0ffee' })).toContain('c0ffee');
  });

  it('is removed with the blobs that nothing else has', async () => {
    server.repositories.set('other/name', repository({ 'onnx/model.onnx': graph }));
    await download({ id: 'other/name' });
    await download({ id, dtype: 'q4' });
    const freed = await cache.remove(id);
    const left = await readdir(join(cache.folder, 'blobs'));
    expect(left).toHaveLength(texts.length + 1);
    expect(left).toContain(sha256(graph));
    expect(freed).toBe(server.repositories.get(id)!.files['onnx/model_q4.onnx']!.length);
    expect(await cache.find({ id })).toBeUndefined();
    expect(await cache.find({ id: 'other/name' })).toBeDefined();
    expect((await cache.listings()).map((one) => one.id)).toEqual(['other/name']);
  });
});

it('goes on where a cancelled download stopped', async () => {
  const { download } = await newCache(server);
  const big = graphBytes(random, 400_000);
  server.repositories.set(id, repository({ 'model.onnx': big }));
  server.fault = ({ server: s }) =>
    s === 'cdn' ? { kind: 'trickle', bytes: 20_000, pauseMs: 2 } : undefined;
  const abort = new AbortController();
  const seen: DownloadProgress[] = [];
  const onProgress = (progress: DownloadProgress) => {
    seen.push(progress);
    if (progress.received > 100_000) abort.abort();
  };
  let time = 0;
  const now = () => (time += 1000);
  await expect(download({ id }, { signal: abort.signal, onProgress, now })).rejects.toMatchObject({
    code: 'training/cancelled',
  });
  const last = seen.at(-1)!;
  expect(last).toMatchObject({ model: id, file: 'model.onnx' });
  expect(last.total).toBeGreaterThan(big.length);
  expect(last.bytesPerSecond).toBeGreaterThan(0);
  expect(last.secondsLeft).toBeCloseTo((last.total - last.received) / last.bytesPerSecond, 6);

  server.fault = () => undefined;
  server.seen.length = 0;
  const folder = await download({ id });
  expect(await readFile(join(folder, 'model.onnx'))).toEqual(Buffer.from(big));
  const start = Number(/\d+/.exec(server.seen.at(-1)!.range!)![0]);
  expect(start).toBeGreaterThan(80_000);
});

it('lets one of several at the same time download', async () => {
  const { download } = await newCache(server);
  server.repositories.set(id, repository({ 'model.onnx': graph }));
  server.fault = ({ server: s }) =>
    s === 'cdn' ? { kind: 'trickle', bytes: 2000, pauseMs: 10 } : undefined;
  const waits: DownloadProgress[] = [];
  const onProgress = (progress: DownloadProgress) => {
    if (progress.file === undefined) waits.push(progress);
  };
  const folders = await Promise.all([1, 2, 3].map(() => download({ id }, { onProgress })));
  expect(new Set(folders).size).toBe(1);
  expect(server.seen).toHaveLength(1 + texts.length + 2);
  expect(waits).toHaveLength(2);
});

it('tells where the cache cannot be written', async () => {
  const { cache, download } = await newCache(server);
  server.repositories.set(id, repository({ 'model.onnx': graph }));
  await mkdir(join(cache.folder, '..'), { recursive: true });
  await writeFile(cache.folder, 'a file in its place');
  await expect(download({ id })).rejects.toMatchObject({
    code: 'hub/no-space',
    nextStep: expect.stringContaining('PTUNE_CACHE') as string,
  });
});

it('counts the room before it downloads', async () => {
  const { download } = await newCache(server);
  const size = 2 ** 39;
  server.repositories.set(
    id,
    repository(
      { 'model.onnx': graph, 'model.onnx_data': graph },
      { listed: { 'model.onnx_data': { lfs: { sha256: sha256(graph), size } } } },
    ),
  );
  await expect(download({ id })).rejects.toMatchObject({
    code: 'hub/no-space',
    message: expect.stringMatching(/needs 550 GB in .*, where .* are free/) as string,
  });
});
