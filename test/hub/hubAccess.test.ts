import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { hubAccess } from '../../src/hub/hubAccess.ts';
import { isPrivateAddress } from '../../src/hub/privateAddress.ts';
import { graphBytes, newCache, repository } from '../support/hubModels.ts';
import { HubServer, sha256, type Fault } from '../support/hubServer.ts';

const graph = graphBytes(new Random(1), 20_000);
const id = 'owner/name';

let server: HubServer;

beforeEach(async () => {
  server = await HubServer.start();
  server.repositories.set(id, repository({ 'model.onnx': graph }));
});

const onCdn = (fault: Fault) => {
  server.fault = ({ server: s }) => (s === 'cdn' ? fault : undefined);
};

describe('the token', () => {
  const token = 'hf_notASecretButNobodyElsesEither';

  it('goes to the Hub and to no other server', async () => {
    server.repositories.set(id, repository({ 'model.onnx': graph }, { token }));
    const { cache, download } = await newCache(server, { token });
    await download({ id });
    for (const { server: which, authorization } of server.seen) {
      expect(authorization).toBe(which === 'hub' ? `Bearer ${token}` : undefined);
    }
    expect(server.seen.filter(({ server: which }) => which === 'cdn')).toHaveLength(1);
    for (const name of await readdir(cache.folder, { recursive: true })) {
      const content = await readFile(join(cache.folder, name), 'utf8').catch(() => '');
      expect(content).not.toContain(token);
    }
  });

  it('is not sent in clear text over the internet', async () => {
    const { download } = await newCache(server, { token, isPrivate: () => false });
    await download({ id });
    expect(server.seen.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  it.each([
    [undefined, /without a token \(status 401\)/, /set HF_TOKEN/],
    ['hf_other', /to the owner of this token \(status 403\)/, /check that the token may read it/],
  ])('%s does not open a gated model', async (other, message, nextStep) => {
    server.repositories.set(id, repository({ 'model.onnx': graph }, { token }));
    const { download } = await newCache(server, { token: other });
    await expect(download({ id })).rejects.toMatchObject({
      code: 'hub/no-access',
      message: expect.stringMatching(message) as string,
      nextStep: expect.stringMatching(nextStep) as string,
    });
  });
});

describe('a redirect', () => {
  const refused = async (fault: Fault, more = {}) => {
    onCdn(fault);
    const { cache, download } = await newCache(server, more);
    await expect(download({ id })).rejects.toMatchObject({
      code: 'hub/refused',
      nextStep: expect.any(String) as string,
    });
    expect(await cache.find({ id })).toBeUndefined();
  };

  it.each(['file:///etc/passwd', 'ftp://example.org/x', 'data:,x'])(
    'to %s is refused',
    (location) => refused({ kind: 'redirect', location }),
  );

  // In these tests 127.0.0.1 is a public server and 127.0.0.2 an address in a private network.
  const isPrivate = (address: string) => address === '127.0.0.2' || address === '::1';

  it.each(['http://127.0.0.2:9/x', 'http://[::1]:9/x', 'http://0x7f000002/x'])(
    'from a public server to the private %s is refused',
    (location) => refused({ kind: 'redirect', location }, { isPrivate }),
  );

  it('to a name is refused when the name leads into the private network', async () => {
    const onlyLocal = (address: string) => address === '127.0.0.1' || address === '::1';
    const access = { isPrivate: (address: string) => isOther && onlyLocal(address) };
    // The endpoint is looked at first: it is public, and then everything local is private.
    let isOther = false;
    server.fault = ({ server: s }) => {
      isOther = true;
      const location = 'http://localhost:9/x';
      return s === 'cdn' ? { kind: 'redirect', location } : undefined;
    };
    const { download } = await newCache(server, { ...access, token: 'asks-first' });
    await expect(download({ id })).rejects.toMatchObject({ code: 'hub/refused' });
  });

  it('within a private network is followed when the endpoint lies there', async () => {
    const { download } = await newCache(server);
    await download({ id });
    expect(server.seen.some(({ server: s }) => s === 'cdn')).toBe(true);
  });

  it('in a circle ends', async () => {
    server.fault = ({ path }) => ({ kind: 'redirect', location: path });
    const { download } = await newCache(server);
    await expect(download({ id })).rejects.toMatchObject({ code: 'hub/bad-answer' });
  });
});

it.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['0.0.0.0', true],
  ['8.8.8.8', false],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['fd00::1', true],
  ['fe80::1', true],
  ['2001:4860:4860::8888', false],
])('the address %s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected);
});

describe('a listing', () => {
  it.each([
    '../../outside.json',
    '/etc/passwd',
    'a/../../b',
    'C:\\x',
    '\\\\host\\x',
    'a\\..\\b',
    'a//b',
  ])('with the path %j is refused, and nothing is written', async (path) => {
    const files = { 'model.onnx': graph, [path]: Buffer.from('x') };
    server.repositories.set(id, repository(files));
    const { cache, download } = await newCache(server);
    await expect(download({ id })).rejects.toMatchObject({ code: 'hub/refused' });
    expect(await cache.listings()).toEqual([]);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['config.json', 10 ** 9],
    ['tokenizer.json', 2 ** 40],
    ['model.onnx', 2 ** 32],
  ])('with a %s of %d bytes is refused before a byte of it', async (path, size) => {
    const listed = { [path]: { size, lfs: { sha256: sha256(graph), size } } };
    server.repositories.set(id, repository({ 'model.onnx': graph }, { listed }));
    const { download } = await newCache(server);
    await expect(download({ id })).rejects.toMatchObject({
      code: expect.stringMatching(/^hub\/(refused|no-space)$/) as string,
    });
    expect(server.seen.filter((r) => r.path.endsWith(path))).toEqual([]);
  });

  it('that lies about a size does not fill the disk', async () => {
    server.fault = ({ path }) => (path.endsWith('config.json') ? { kind: 'endless' } : undefined);
    const { download } = await newCache(server);
    await expect(download({ id })).rejects.toMatchObject({ code: 'hub/damaged' });
  });

  it('without sizes and hashes is made up for by those of each file', async () => {
    const bare = Object.fromEntries(
      Object.keys(repository({ 'model.onnx': graph }).files).map((path) => [
        path,
        { size: undefined, blobId: undefined, lfs: undefined },
      ]),
    );
    server.repositories.set(id, repository({ 'model.onnx': graph }, { listed: bare }));
    const { download } = await newCache(server);
    const folder = await download({ id });
    expect(await readFile(join(folder, 'model.onnx'))).toEqual(Buffer.from(graph));
    onCdn({ kind: 'corrupt' });
    const other = await newCache(server);
    await expect(other.download({ id })).rejects.toMatchObject({ code: 'hub/damaged' });
  });

  it('that never ends is given up on', async () => {
    server.fault = ({ path }) => (path.startsWith('/api/') ? { kind: 'endless' } : undefined);
    const { download } = await newCache(server);
    await expect(download({ id })).rejects.toMatchObject({
      code: 'hub/bad-answer',
      message: expect.stringContaining('longer than 33554432 bytes') as string,
    });
  });

  it('that is none tells what answered', async () => {
    server.fault = () => ({ kind: 'length', missing: 50 });
    const { download } = await newCache(server);
    await expect(download({ id })).rejects.toMatchObject({ code: 'hub/bad-answer' });
  });
});

describe('a server that is', () => {
  it('silent is given up on', async () => {
    server.fault = () => ({ kind: 'silence' });
    const { download } = await newCache(server, { attempts: 2, idleMs: 50 });
    await expect(download({ id })).rejects.toMatchObject({
      code: 'hub/unreachable',
      message: expect.stringContaining('said nothing for too long') as string,
    });
  });

  it('not there is told by its name', async () => {
    const endpoint = new URL('http://127.0.0.1:1');
    const { download } = await newCache(server, { endpoint });
    await expect(download({ id })).rejects.toMatchObject({
      code: 'hub/unreachable',
      message: '"127.0.0.1:1" cannot be reached: nothing answers there.',
    });
  });

  it('busy for an hour is not waited for', async () => {
    server.fault = () => ({ kind: 'status', status: 429, retryAfter: '3600' });
    const { download } = await newCache(server);
    await expect(download({ id })).rejects.toMatchObject({
      code: 'hub/unreachable',
      nextStep: 'It asks to come back in 1 h 0 min; try again then.',
    });
  });

  it('busy for a moment is given that moment', async () => {
    let time = 0;
    server.fault = () =>
      time++ === 0 ? { kind: 'status', status: 429, retryAfter: '1' } : undefined;
    const { download } = await newCache(server);
    const start = performance.now();
    await download({ id });
    expect(performance.now() - start).toBeGreaterThan(990);
  });
});

describe('the variables', () => {
  const proxyOf = (url: string, environment: Record<string, string>) =>
    hubAccess(environment).proxyFor(new URL(url));

  it.each([
    ['https://huggingface.co/x', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1'],
    ['http://mirror/x', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['http://mirror/x', { http_proxy: 'p:1' }, 'http://p:1'],
    ['https://a.corp/x', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'b.org, .corp' }, undefined],
    ['https://corp/x', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '.corp' }, undefined],
    ['https://acorp/x', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'corp' }, 'http://p:1'],
    ['https://a:8/x', { HTTPS_PROXY: 'http://p:1', no_proxy: 'a:9' }, 'http://p:1'],
    ['https://a:9/x', { HTTPS_PROXY: 'http://p:1', no_proxy: 'a:9' }, undefined],
    ['https://a/x', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
  ])('for %s with %j name the proxy %s', (url, environment, expected) => {
    expect(proxyOf(url, environment)).toBe(expected);
  });

  it('name a mirror, which must be a web server', () => {
    expect(hubAccess({ HF_ENDPOINT: 'https://mirror/hf/' }).endpoint.href).toBe(
      'https://mirror/hf/',
    );
    expect(hubAccess({}).endpoint.href).toBe('https://huggingface.co/');
    expect(() => hubAccess({ HF_ENDPOINT: 'file:///models' })).toThrow(
      /no address of a web server/,
    );
  });
});
