/** Downloads through proxies, of which the variables or the editor's settings tell. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { proxyVariables, type HttpSettings } from '../../src/extension/models/proxyVariables.ts';
import { hubAccess, type HubAccess } from '../../src/hub/hubAccess.ts';
import { graphBytes, newCache, repository } from '../support/hubModels.ts';
import { HubServer } from '../support/hubServer.ts';
import { startProxy, type ProxyOptions, type ProxyServer } from '../support/proxyServer.ts';

const graph = graphBytes(new Random(1), 20_000);
const id = 'owner/name';

let server: HubServer;

beforeEach(async () => {
  server = await HubServer.start();
  server.repositories.set(id, repository({ 'model.onnx': graph }));
});

async function proxyWith(options: ProxyOptions = {}): Promise<ProxyServer> {
  const proxy = await startProxy(options);
  onTestFinished(proxy.stop);
  return proxy;
}

/** Downloads as a process with these variables does. */
async function downloaded(
  variables: Readonly<Record<string, string>>,
  more: Partial<HubAccess> = {},
): Promise<Uint8Array> {
  const { proxyFor, verifiesProxy, proxyAuthorization } = hubAccess(variables);
  const endpoint = new URL(variables['HF_ENDPOINT'] ?? server.endpoint);
  const access = { endpoint, proxyFor, verifiesProxy, proxyAuthorization, attempts: 1, ...more };
  const { download } = await newCache(server, access);
  return readFile(join(await download({ id }), 'model.onnx'));
}

it('a proxy is asked for every connection', async () => {
  const proxy = await proxyWith();
  expect(await downloaded({ HTTP_PROXY: proxy.url })).toEqual(Buffer.from(graph));
  expect(proxy.asked).toContain(new URL(server.endpoint).host);
  expect(new Set(proxy.asked).size).toBe(2);
});

it('a name that only the proxy knows is not looked up here', async () => {
  const proxy = await proxyWith({ names: { 'hub.invalid:80': new URL(server.endpoint).host } });
  const variables = { HF_ENDPOINT: 'http://hub.invalid', HTTP_PROXY: proxy.url };
  // Behind the name, which counts for public, the test's servers are this machine's.
  const found = await downloaded(variables, { isPrivate: () => false });
  expect(found).toEqual(Buffer.from(graph));
  expect(proxy.asked).toContain('hub.invalid:80');
});

it('NO_PROXY goes by the proxy', async () => {
  const proxy = await proxyWith();
  await downloaded({ HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' });
  expect(proxy.asked).toEqual([]);
});

it('a proxy whose certificate nobody knows is refused, unless it is said not to matter', async () => {
  const proxy = await proxyWith({ secure: true });
  await expect(downloaded({ HTTP_PROXY: proxy.url })).rejects.toMatchObject({
    code: 'hub/unreachable',
    nextStep: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
  });
  const variables = { HTTP_PROXY: proxy.url, PTUNE_PROXY_STRICT_SSL: 'false' };
  expect(await downloaded(variables)).toEqual(Buffer.from(graph));
});

it.each([
  ['in the address', (url: string) => ({ HTTP_PROXY: url.replace('//', '//me:secret@') })],
  [
    'beside it',
    (url: string) => ({ HTTP_PROXY: url, PTUNE_PROXY_AUTHORIZATION: 'Basic bWU6c2VjcmV0' }),
  ],
])('a proxy is told who asks: %s', async (_, variables) => {
  const proxy = await proxyWith({ authorization: 'Basic bWU6c2VjcmV0' });
  expect(await downloaded(variables(proxy.url))).toEqual(Buffer.from(graph));
  const refused: unknown = await downloaded({
    HTTP_PROXY: proxy.url.replace('//', '//me:wrong@'),
  }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'hub/unreachable' });
  expect(JSON.stringify(refused) + String(refused)).not.toMatch(/wrong/);
});

it.each(['socks5://127.0.0.1:9', 'http://'])('the proxy %s is refused', async (proxy) => {
  await expect(downloaded({ HTTP_PROXY: proxy })).rejects.toMatchObject({ code: 'hub/refused' });
});

describe("the editor's settings", () => {
  const none: HttpSettings = {
    ...{ proxy: '', noProxy: [], proxyStrictSSL: true, proxyAuthorization: null },
    proxySupport: 'override',
  };

  it('change nothing where they are as they came', () => {
    expect(proxyVariables(none)).toEqual({});
  });

  it('win over the variables of the editor, in either case', async () => {
    const proxy = await proxyWith({ secure: true });
    const given = { HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: 'http://127.0.0.1:1' };
    const settings = { ...none, proxy: proxy.url, proxyStrictSSL: false };
    expect(await downloaded({ ...given, ...proxyVariables(settings) })).toEqual(Buffer.from(graph));
    expect(proxy.asked.length).toBeGreaterThan(0);
    const bypassing = { ...settings, noProxy: ['127.0.0.1 ', 'example.org'] };
    proxy.asked.length = 0;
    await downloaded({ ...given, no_proxy: 'other', ...proxyVariables(bypassing) });
    expect(proxy.asked).toEqual([]);
  });

  it('are left out where the editor is told to use none of them', () => {
    const settings = {
      ...none,
      proxy: 'http://p:1',
      noProxy: ['a'],
      proxyAuthorization: 'Basic x',
    };
    expect(proxyVariables({ ...settings, proxySupport: 'off' })).toEqual({});
    expect(proxyVariables(settings)).toMatchObject({
      ...{ HTTPS_PROXY: 'http://p:1', https_proxy: 'http://p:1', NO_PROXY: 'a' },
      PTUNE_PROXY_AUTHORIZATION: 'Basic x',
    });
  });
});
