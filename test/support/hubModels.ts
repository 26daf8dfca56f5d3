/** Repositories for the Hub's stand-in, and a cache with a quick access to it. */
import { join } from 'node:path';
import { type Random } from '../../src/base/random.ts';
import { downloadModel, type DownloadOptions } from '../../src/hub/downloadModel.ts';
import { hubAccess, type HubAccess } from '../../src/hub/hubAccess.ts';
import { ModelCache } from '../../src/hub/modelCache.ts';
import type { ModelChoice } from '../../src/hub/modelParts.ts';
import { writeModel } from '../../src/onnx/write.ts';
import type { HubRepository, HubServer } from './hubServer.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** So many bytes that look random and differ at every place that a mistake could mix up. */
export function randomBytes(random: Random, size: number): Uint8Array {
  const block = Uint8Array.from({ length: 256 }, () => random.integer(256));
  return Uint8Array.from({ length: size }, (_, i) => block[i & 255]! ^ (i >> 8) ^ (i >> 16));
}

/** A graph of one node with so many bytes of weights in its own file. */
export function graphBytes(random: Random, size: number): Uint8Array {
  const weights = { name: 'w', dtype: 'uint8', shape: [size], bytes: randomBytes(random, size) };
  return writeModel(oneNode, { rawInitializers: [weights as never] });
}

/** A graph whose weights lie in another file. */
export function externalGraphBytes(location: string, size: number): Uint8Array {
  const stored = { dtype: 'uint8', shape: [size], location, offset: 0, length: size };
  return writeModel({ ...oneNode, initializers: new Map([['w', stored as never]]) });
}

const oneNode = {
  name: 'one',
  inputs: [{ name: 'x', dtype: 'float32' as const, shape: [1] }],
  outputs: [{ name: 'y', dtype: 'float32' as const, shape: [1] }],
  nodes: [{ op: 'Identity', domain: '', name: 'n', inputs: ['x'], outputs: ['y'], attributes: {} }],
  initializers: new Map(),
};

/** What every repository has beside its graphs, and what nothing needs. */
export function textFiles(): Record<string, Uint8Array> {
  return {
    'README.md': Buffer.from('# A model\n'),
    '.gitattributes': Buffer.from('*.onnx filter=lfs\n'),
    'model.safetensors': Buffer.alloc(5000, 1),
    'config.json': json({ model_type: 'gpt2' }),
    'tokenizer.json': json({ model: { type: 'BPE', vocab: {}, merges: [] } }),
    'tokenizer_config.json': json({ model_max_length: 8 }),
  };
}

/** A repository with files of random content. */
export function repository(
  files: Readonly<Record<string, Uint8Array>>,
  more: Partial<HubRepository> = {},
): HubRepository {
  return { commit: 'c0ffee', files: { ...textFiles(), ...files }, ...more };
}

/** An access to a server that does not wait long. */
export function quickAccess(server: HubServer, more: Partial<HubAccess> = {}): HubAccess {
  const access = hubAccess({ HF_ENDPOINT: server.endpoint });
  return { ...access, attempts: 4, firstPauseMs: 1, idleMs: 400, ...more };
}

/** A new cache, and how to download into it. */
export async function newCache(server: HubServer, more: Partial<HubAccess> = {}) {
  const cache = new ModelCache(join(await temporaryFolder(), 'cache'));
  const download = (choice: ModelChoice, options: Partial<DownloadOptions> = {}) =>
    downloadModel(choice, {
      cache,
      access: quickAccess(server, more),
      now: () => Date.now(),
      signal: new AbortController().signal,
      ...options,
    });
  return { cache, download };
}
