import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildBundles, jsonLines, startPtuneWith, type Finished } from '../support/cli.ts';
import { HubServer, type HubRepository } from '../support/hubServer.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';

const token = 'hf_notASecretButNobodyElsesEither';
const id = 'owner/tiny';

let server: HubServer;
let folder: string;

/** A repository with the files of a folder. */
async function repositoryOf(path: string): Promise<HubRepository> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    files[full.slice(path.length + 1)] = await readFile(full);
  }
  return { commit: 'c0ffee', files };
}

const ptune = (variables: Record<string, string>, ...args: string[]): Promise<Finished> =>
  startPtuneWith(
    { HF_ENDPOINT: server.endpoint, PTUNE_CACHE: join(folder, 'cache'), ...variables },
    folder,
    ...args,
  ).finished;

const run = (...args: string[]) => ptune({}, ...args);

beforeAll(() => buildBundles());

/** A project whose model is on the Hub, and not beside it. */
beforeEach(async () => {
  server = await HubServer.start();
  folder = await temporaryFolder();
  const elsewhere = await temporaryFolder();
  await writeProject(elsewhere);
  server.repositories.set(id, await repositoryOf(join(elsewhere, 'model')));
  for (const name of ['train.jsonl', 'validation.jsonl', 'test.jsonl', 'task.ptune']) {
    const text = await readFile(join(elsewhere, name), 'utf8');
    await writeFile(join(folder, name), text.replace('model: ./model', `model: ${id}`));
  }
});

it('a file that names a model of the Hub is trained, the second time without the Hub', async () => {
  const first = await run('train', 'task.ptune', '--json');
  expect(first.status, first.stderr).toBe(0);
  const events = jsonLines(first.stdout);
  const downloads = events.filter(({ type }) => type === 'download');
  expect(downloads.at(-1)).toMatchObject({ model: id });
  expect(downloads.at(-1)!['received']).toBe(downloads.at(-1)!['total']);
  expect(events.findIndex(({ type }) => type === 'started')).toBeGreaterThan(0);
  expect(events.at(-1)).toMatchObject({ type: 'summary', model: { id } });

  server.seen.length = 0;
  const second = await ptune({ HF_ENDPOINT: 'http://127.0.0.1:1' }, 'score', 'task.ptune');
  expect(second.status, second.stderr).toBe(0);
  expect(server.seen).toEqual([]);
});

it('with the network cut, bundled models and those in the cache train without a try to connect', async () => {
  await run('models', 'add', id);
  const text = await readFile(join(folder, 'task.ptune'), 'utf8');
  await writeFile(join(folder, 'own.ptune'), text.replace(id, 'bundled/mini-mlm'));
  await writeFile(join(folder, 'other.ptune'), text.replace(id, 'owner/other'));
  const [script, log] = [join(folder, 'cut.cjs'), join(folder, 'tries.log')];
  await writeFile(script, cutNetwork);
  const cut = { NODE_OPTIONS: `--require=${script}`, TRIES: log };
  for (const name of ['task.ptune', 'own.ptune']) {
    const { status, stderr } = await ptune(cut, 'train', name, '--steps', '2');
    expect(status, stderr).toBe(0);
  }
  expect(await readdir(folder)).not.toContain('tries.log');
  // The cut is one: a model that is not here needs the network, and says so.
  const other = await ptune(cut, 'train', 'other.ptune', '--steps', '2');
  expect(other.status).toBe(3);
  expect(other.stderr).toContain('(hub/unreachable)');
  expect(await readFile(log, 'utf8')).toContain('127.0.0.1');
}, 60_000);

/** A program that notes and refuses every connection and every look-up of a name. */
const cutNetwork = `
const { appendFileSync } = require('node:fs');
const refuse = (...what) => {
  appendFileSync(process.env.TRIES, JSON.stringify(what) + '\\n');
  throw Object.assign(new Error('the network is cut'), { code: 'ENETUNREACH' });
};
require('node:net').Socket.prototype.connect = refuse;
require('node:dns').lookup = refuse;
`;

it('check asks no server, and tells that a model has to be downloaded', async () => {
  const before = await run('check', 'task.ptune');
  expect(before.status).toBe(0);
  expect(before.stdout).toContain(
    'task.ptune:2:8: information: "owner/tiny" is not on this machine yet.',
  );
  expect(before.stdout).toContain('"ptune models add owner/tiny" does so now (model/not-cached)');
  expect(server.seen).toEqual([]);
  await run('models', 'add', id);
  expect((await run('check', 'task.ptune')).stdout).toBe('task.ptune: nothing to mend\n');
});

it('a training that cannot reach the Hub says so, and what to do', async () => {
  const { status, stderr } = await ptune(
    { HF_ENDPOINT: 'http://127.0.0.1:1' },
    'train',
    'task.ptune',
  );
  expect(status).toBe(3);
  expect(stderr).toContain('"127.0.0.1:1" cannot be reached: nothing answers there.');
  expect(stderr).toContain('(hub/unreachable)');
  expect(await readdir(folder)).not.toContain('.ptune');
});

it('a gated model opens with HF_TOKEN, which is written nowhere', async () => {
  server.repositories.set(id, { ...server.repositories.get(id)!, token });
  const without = await run('train', 'task.ptune');
  expect(without.status).toBe(3);
  expect(without.stderr).toMatch(/private or gated.*\n.*HF_TOKEN/);
  const { status, stdout, stderr } = await ptune(
    { HF_TOKEN: token },
    'train',
    'task.ptune',
    '--json',
  );
  expect(status, stderr).toBe(0);
  expect(stdout + stderr).not.toContain(token);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).not.toContain(token);
  }
});

describe('models', () => {
  it('lists the bundled ones and those in the cache, trainable or not and why', async () => {
    const files = server.repositories.get(id)!.files;
    const damaged = { ...files, 'onnx/model.onnx': Buffer.alloc(4000, 255) };
    server.repositories.set('owner/broken', { commit: 'dead', files: damaged });
    await run('models', 'add', id);
    expect((await run('models', 'add', 'owner/broken')).status).toBe(2);
    const { stdout, status, stderr } = await run('models', 'list', '--json');
    expect(status, stderr).toBe(0);
    const { models } = JSON.parse(stdout) as { models: Record<string, unknown>[] };
    expect(models).toContainEqual(
      expect.objectContaining({ id: 'bundled/mini-mlm', trainable: true, kind: 'masked' }),
    );
    const size = Object.entries(files)
      .filter(([path]) => path !== 'README.md')
      .reduce((sum, [, bytes]) => sum + bytes.length, 0);
    expect(models).toContainEqual({
      ...{ id, place: 'cache', file: 'onnx/model.onnx', commit: 'c0ffee', size },
      ...{ trainable: true, kind: 'masked' },
    });
    expect(models.map((one) => one.id)).toEqual(['bundled/mini-clm', 'bundled/mini-mlm', id]);
    const text = (await run('models')).stdout;
    expect(text).toMatch(
      /^owner\/tiny +onnx\/model\.onnx +[\d.]+ kB +used never +trainable, masked$/m,
    );
  });

  it('remembers when one was used', async () => {
    await run('train', 'task.ptune');
    const { models } = JSON.parse((await run('models', '--json')).stdout) as {
      models: { id: string; lastUse?: string }[];
    };
    const used = models.find((one) => one.id === id)!.lastUse!;
    expect(Math.abs(Date.parse(used) - Date.now())).toBeLessThan(600_000);
  });

  it('adds one with a message a person can read, and removes it', async () => {
    const added = await run('models', 'add', id);
    expect(added.status, added.stderr).toBe(0);
    expect(added.stdout).toMatch(
      /^owner\/tiny: [\d.]+ kB in .*owner--tiny\/c0ffee\n {2}onnx\/model\.onnx: trainable, masked\n$/,
    );
    expect(added.stderr).toContain('owner/tiny: ');
    const removed = await run('models', 'remove', id);
    expect(removed.stdout).toMatch(/^Removed owner\/tiny; [\d.]+ kB are free again\.\n$/);
    expect(await readdir(join(folder, 'cache/blobs'))).toEqual([]);
    const again = await run('models', 'remove', id);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('(model/not-found)');
  });

  it('verifies one by its id', async () => {
    await run('models', 'add', id);
    const { status, stdout, stderr } = await run('models', 'verify', id);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('it can be trained');
  });

  it.each(['../x', '/etc', 'a--b/c', 'https://huggingface.co/a/b', 'bundled/mini-mlm', ''])(
    'adds no "%s"',
    async (wrong) => {
      const { status, stderr } = await run('models', 'add', wrong);
      expect(status).toBe(2);
      expect(stderr).toContain('(hub/no-model)');
      expect(server.seen).toEqual([]);
    },
  );

  it('adds a model although a folder of its name lies here', async () => {
    await mkdir(join(folder, id), { recursive: true });
    expect((await run('models', 'add', id)).status).toBe(0);
  });
});
