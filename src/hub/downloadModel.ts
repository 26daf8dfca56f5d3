/** Downloads a model of the Hub into the cache: what training needs, and no more. */
import { createHash } from 'node:crypto';
import { mkdir, stat, statfs } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { byteSize } from '../base/format.ts';
import { externalFiles } from '../onnx/externalFiles.ts';
import { downloadFile, storageError } from './downloadFile.ts';
import { DownloadMeter, type DownloadProgress } from './downloadMeter.ts';
import type { HubAccess } from './hubAccess.ts';
import { HubClient } from './hubClient.ts';
import type { ModelCache, NewFile, StoredFile } from './modelCache.ts';
import { graphNames, isWeightsOf, neededFiles, type ModelChoice } from './modelParts.ts';
import { openFile, readPart } from './modelFiles.ts';
import { readRepository, type Repository, type RepositoryFile } from './repository.ts';
import { closeSync } from 'node:fs';

export interface DownloadOptions {
  readonly cache: ModelCache;
  readonly access: HubAccess;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Ask the Hub also where everything is there: a revision may name another commit by now. */
  readonly refresh?: boolean;
}

/**
 * Downloads a model unless it is there; gives its folder. Of several processes that want the same
 * one, one downloads and the others wait for it.
 *
 * @throws PtuneError `model/no-weights` and `model/no-tokenizer` when the repository lacks them, the
 *   errors of downloading (downloadFile.ts), and `training/cancelled`
 */
export async function downloadModel(
  choice: ModelChoice,
  options: DownloadOptions,
): Promise<string> {
  const { cache, access, now, signal } = options;
  const tell = options.onProgress ?? (() => undefined);
  const waiting = { model: choice.id, received: 0, total: 0, bytesPerSecond: 0 };
  const onWait = () => tell({ ...waiting, file: undefined, secondsLeft: undefined });
  const release = await cache.lock(choice.id, { now, signal, onWait }).catch((error: unknown) => {
    throw storageError(cache.folder, error);
  });
  try {
    const present = options.refresh === true ? undefined : await cache.find(choice);
    if (present !== undefined) return present;
    const client = new HubClient(access);
    try {
      const repository = await readRepository(client, choice, now, signal);
      await new Download(client, choice, repository, options, tell).run();
    } finally {
      await client.close();
    }
    return (await cache.find(choice))!;
  } finally {
    await release();
  }
}

class Download {
  readonly #client: HubClient;
  readonly #choice: ModelChoice;
  readonly #repository: Repository;
  readonly #options: DownloadOptions;
  readonly #meter: DownloadMeter;
  readonly #files: NewFile[] = [];
  /** Files of the same commit that are in the cache. */
  #present = new Map<string, StoredFile>();

  constructor(
    client: HubClient,
    choice: ModelChoice,
    repository: Repository,
    options: DownloadOptions,
    tell: (progress: DownloadProgress) => void,
  ) {
    this.#client = client;
    this.#choice = choice;
    this.#repository = repository;
    this.#options = options;
    this.#meter = new DownloadMeter(choice.id, options.now, tell);
  }

  async run(): Promise<void> {
    const { cache } = this.#options;
    const { id, commit, files } = this.#repository;
    const { texts, graphs } = this.#needed();
    const known = await cache.listing(id);
    this.#present = new Map(known?.snapshots[commit]?.files.map((file) => [file.path, file]));
    const likely = [...files.keys()].filter((name) =>
      graphs.some((graph) => isWeightsOf(name, graph)),
    );
    await this.#plan([...texts, ...graphs, ...likely]);
    await mkdir(cache.partialFolder(id), { recursive: true }).catch((error: unknown) => {
      throw storageError(cache.folder, error);
    });
    for (const path of texts) await this.#fetch(path);
    const weights = new Map<string, string[]>();
    for (const path of graphs) weights.set(path, this.#weightsOf(path, await this.#fetch(path)));
    const all = [...new Set([...weights.values()].flat())];
    await this.#plan([...texts, ...graphs, ...all]);
    for (const path of all) await this.#fetch(path);
    this.#meter.show();
    await cache
      .publish({
        id,
        commit,
        revision: this.#choice.revision ?? 'main',
        available: [...files.keys()].filter((name) => /\.(onnx|json|jinja)$/.test(name)),
        files: this.#files.map((file) => {
          const own = weights.get(file.path);
          return own?.length ? { ...file, weights: own } : file;
        }),
      })
      .catch((error: unknown) => {
        throw storageError(cache.folder, error);
      });
  }

  #needed() {
    const { id, files } = this.#repository;
    const needed = neededFiles(files.keys(), this.#choice);
    if (!needed) {
      const there = [...files.keys()].filter((name) => name.endsWith('.onnx'));
      const wanted = graphNames(this.#choice).slice(0, 6).join(', ');
      throw new PtuneError(
        'model/no-weights',
        `The model "${id}" has none of ${wanted}; it has ${there.join(', ') || 'no ONNX file'}.`,
        there.length === 0
          ? 'Take a model with ONNX files; many have a copy with them at https://huggingface.co/onnx-community.'
          : 'Name one of these files in the setting "model.file".',
      );
    }
    if (needed.texts.includes('tokenizer.json')) return needed;
    throw new PtuneError(
      'model/no-tokenizer',
      `The model "${id}" has no tokenizer.json; it has ${needed.texts.join(', ') || 'no other file of a tokenizer'}.`,
      'Take a copy of the model that has one.',
    );
  }

  /** Sets how many bytes there are to come, and sees that they fit. */
  async #plan(paths: readonly string[]): Promise<void> {
    const { cache } = this.#options;
    const sizes = paths.map((path) => this.#repository.files.get(path)?.size ?? 0);
    this.#meter.total = sizes.reduce((sum, size) => sum + size, 0);
    await mkdir(cache.folder, { recursive: true }).catch((error: unknown) => {
      throw storageError(cache.folder, error);
    });
    const disk = await statfs(cache.folder).catch(() => undefined);
    const arrived = await Promise.all(paths.map((path) => this.#isThere(path)));
    const missing = sizes.filter((_, i) => !arrived[i]).reduce((sum, size) => sum + size, 0);
    if (!disk || missing <= disk.bavail * disk.bsize) return;
    throw new PtuneError(
      'hub/no-space',
      `The model "${this.#choice.id}" needs ${byteSize(missing)} in ${cache.folder}, where ${byteSize(disk.bavail * disk.bsize)} are free.`,
      'Free some room, for example with "ptune models remove", or set PTUNE_CACHE to a folder on another disk.',
    );
  }

  /** Whether a file needs no room, since most of it lies on this disk. */
  async #isThere(path: string): Promise<boolean> {
    const file = this.#repository.files.get(path);
    if (!file || this.#files.some((one) => one.path === path)) return true;
    if (file.sha256 !== undefined && file.size !== undefined) {
      const blob = { sha256: file.sha256, size: file.size };
      if (await this.#options.cache.hasBlob(blob)) return true;
    }
    return stat(this.#target(file)).then(
      ({ size }) => size === file.size,
      () => false,
    );
  }

  /** Gets one file; gives where its bytes lie now. */
  async #fetch(path: string): Promise<string> {
    const { cache, now, signal } = this.#options;
    const { id, commit } = this.#repository;
    const file = this.#repository.files.get(path)!;
    const target = this.#target(file);
    const known = this.#present.get(path);
    const sha256 = known?.sha256 ?? file.sha256;
    const size = known?.size ?? file.size;
    if (sha256 !== undefined && size !== undefined && (await cache.hasBlob({ sha256, size }))) {
      this.#meter.begin(path, size);
      this.#files.push({ path, size, sha256, from: undefined });
      return cache.blobPath(sha256);
    }
    const before = await stat(target).catch(() => undefined);
    this.#meter.begin(path, before?.size ?? 0);
    const onBytes = (bytes: number) => this.#meter.add(bytes);
    const proved = await downloadFile(
      this.#client,
      { id, commit, file, target },
      { now, signal, onBytes },
    );
    this.#files.push({ path, ...proved, from: target });
    return target;
  }

  /** Where a file grows. Its name is that of its content, so that what has arrived stays useful. */
  #target({ path, sha256, gitSha1 }: RepositoryFile): string {
    const { id, commit } = this.#repository;
    const place = () => createHash('sha256').update(`${commit}/${path}`).digest('hex');
    return join(this.#options.cache.partialFolder(id), sha256 ?? gitSha1 ?? place());
  }

  /** Paths of the files with the weights of a graph that has arrived. */
  #weightsOf(graph: string, place: string): string[] {
    const file = openFile(place);
    let names: string[];
    try {
      const { size } = this.#files.find(({ path }) => path === graph)!;
      const read = (offset: number, length: number) => readPart(file, place, offset, length);
      names = externalFiles({ size, read }, posix.basename(graph));
    } finally {
      closeSync(file);
    }
    return names.map((name) => {
      const path = posix.join(posix.dirname(graph), name);
      if (this.#repository.files.has(path) && !posix.isAbsolute(name)) return path;
      throw new PtuneError(
        'model/no-weights',
        `"${graph}" of the model "${this.#choice.id}" keeps weights in ${JSON.stringify(name)}, which the repository does not have.`,
        'Name another ONNX file in the setting "model.file", or use another model.',
      );
    });
  }
}
