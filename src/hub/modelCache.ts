/**
 * The cache of models from the Hub, one folder for all workspaces of a machine:
 *
 *   blobs/SHA256                        each file once, whatever it is called
 *   models/OWNER--NAME/COMMIT/…         a model's folder; its files are hard links to blobs
 *   models/OWNER--NAME/listing.json     which files of which commit are whole, and their hashes
 *   partial/OWNER--NAME/…               what has arrived of a download
 *   locks/OWNER--NAME                   held by the process that downloads or removes the model
 *
 * A folder counts for what its listing says: it is written last, whole, and then renamed.
 */
import { constants, createReadStream } from 'node:fs';
import {
  copyFile,
  link,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createHash, randomUUID } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { atomicWrite } from '../files/atomicWrite.ts';
import { takeLock, type LockOptions } from './cacheLock.ts';
import { neededFiles, type ModelChoice } from './modelParts.ts';

const storedFile = z.object({
  path: z.string(),
  size: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Paths of the files that hold a graph's weights. */
  weights: z.array(z.string()).optional(),
});

const listing = z.object({
  format: z.literal(1),
  id: z.string(),
  /** From a revision such as `main` to the commit that it named when it was last asked for. */
  revisions: z.record(z.string(), z.string()),
  snapshots: z.record(
    z.string(),
    z.object({
      /** Files of the repository that can be part of a model, whether they are here or not. */
      available: z.array(z.string()),
      files: z.array(storedFile),
    }),
  ),
});

export type StoredFile = Readonly<z.infer<typeof storedFile>>;
export type Listing = Readonly<z.infer<typeof listing>>;

/** A file that is about to enter the cache. */
export interface NewFile extends StoredFile {
  /** Where it lies now; undefined for one whose blob is there. */
  readonly from: string | undefined;
}

/** A commit's files as they are published. */
export interface Publication {
  readonly id: string;
  readonly revision: string;
  readonly commit: string;
  readonly available: readonly string[];
  readonly files: readonly NewFile[];
}

export class ModelCache {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The folder of a model whose files are all there for a choice; undefined otherwise. */
  async find(choice: ModelChoice): Promise<string | undefined> {
    const known = await this.listing(choice.id);
    if (!known) return undefined;
    const revision = choice.revision ?? 'main';
    const commit = known.revisions[revision] ?? revision;
    const snapshot = known.snapshots[commit];
    const needed = snapshot && neededFiles(snapshot.available, choice);
    if (!needed) return undefined;
    const folder = join(this.modelFolder(choice.id), commit);
    const stored = new Map(snapshot.files.map((file) => [file.path, file]));
    for (const path of [...needed.texts, ...needed.graphs]) {
      const own = [path, ...(stored.get(path)?.weights ?? [])];
      for (const one of own) {
        if (!(await hasSize(join(folder, one), stored.get(one)?.size))) return undefined;
      }
    }
    return folder;
  }

  /** What is known of a model; undefined where there is none, or a newer version wrote it. */
  async listing(id: string): Promise<Listing | undefined> {
    try {
      const path = join(this.modelFolder(id), 'listing.json');
      const found = listing.parse(JSON.parse(await readFile(path, 'utf8')));
      return found.id === id ? found : undefined;
    } catch {
      // Missing or damaged: the model is downloaded again.
      return undefined;
    }
  }

  /** The listings of all models. */
  async listings(): Promise<Listing[]> {
    const names = await readdir(join(this.folder, 'models')).catch((): string[] => []);
    const found = await Promise.all(names.sort().map((n) => this.listing(n.replace('--', '/'))));
    return found.filter((one) => one !== undefined);
  }

  /** The folder of a model's commits. */
  modelFolder(id: string): string {
    return join(this.folder, 'models', folderName(id));
  }

  /** Where what has arrived of a model lies until it is published. */
  partialFolder(id: string): string {
    return join(this.folder, 'partial', folderName(id));
  }

  /** Waits until no other process changes a model; gives the function that lets others. */
  lock(id: string, options: LockOptions): Promise<() => Promise<void>> {
    return takeLock(join(this.folder, 'locks', folderName(id)), options);
  }

  /** Whether a file with this content is there. */
  hasBlob({ sha256, size }: { readonly sha256: string; readonly size: number }): Promise<boolean> {
    return hasSize(this.blobPath(sha256), size);
  }

  /** Takes a model's files in. The caller holds its lock and has proved their hashes. */
  async publish({ id, revision, commit, available, files }: Publication): Promise<void> {
    const folder = join(this.modelFolder(id), commit);
    await mkdir(join(this.folder, 'blobs'), { recursive: true });
    for (const { from, path, sha256, size } of files) {
      // Two files of the same content arrive at the same place.
      if (from !== undefined && !(await this.hasBlob({ sha256, size }))) {
        await rename(from, this.blobPath(sha256));
      }
      await place(this.blobPath(sha256), join(folder, path));
    }
    const known = await this.listing(id);
    const before = known?.snapshots[commit]?.files ?? [];
    const added = new Set(files.map(({ path }) => path));
    const all = [
      ...before.filter(({ path }) => !added.has(path)),
      ...files.map(({ path, size, sha256, weights }) => ({
        ...{ path, size, sha256 },
        ...(weights && { weights }),
      })),
    ].sort((a, b) => (a.path < b.path ? -1 : 1));
    const now: Listing = {
      format: 1,
      id,
      revisions: { ...known?.revisions, [revision]: commit },
      snapshots: { ...known?.snapshots, [commit]: { available: [...available], files: all } },
    };
    await atomicWrite(join(this.modelFolder(id), 'listing.json'), `${JSON.stringify(now)}\n`);
    await rm(this.partialFolder(id), { recursive: true, force: true });
  }

  /** Paths of a model's files whose bytes are not those that were downloaded. */
  async damagedFiles(id: string, signal: AbortSignal): Promise<string[]> {
    const damaged: string[] = [];
    for (const [commit, { files }] of Object.entries((await this.listing(id))?.snapshots ?? {})) {
      for (const { path, sha256, size } of files) {
        const place = join(this.modelFolder(id), commit, path);
        const isWhole = await hasSize(place, size);
        if (!isWhole || (await sha256Of(place, signal)) !== sha256) damaged.push(path);
      }
    }
    return damaged;
  }

  /** Notes that a model is used now. */
  async used(id: string, now: number): Promise<void> {
    const path = join(this.modelFolder(id), 'lastUse');
    const time = new Date(now);
    await utimes(path, time, time).catch(async () => {
      await writeFile(path, '').catch(() => undefined);
      await utimes(path, time, time).catch(() => undefined);
    });
  }

  /** Milliseconds since 1970 at which a model was last used; undefined for never. */
  async lastUse(id: string): Promise<number | undefined> {
    const path = join(this.modelFolder(id), 'lastUse');
    return stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
  }

  /**
   * Removes a model, what has arrived of it, and the blobs that no other model has. Gives the number
   * of bytes that are free again. The caller holds its lock.
   */
  async remove(id: string): Promise<number> {
    const hashesOf = ({ snapshots }: Listing) =>
      Object.values(snapshots).flatMap(({ files }) => files);
    const own = await this.listing(id);
    await rm(this.modelFolder(id), { recursive: true, force: true });
    await rm(this.partialFolder(id), { recursive: true, force: true });
    const others = new Set((await this.listings()).flatMap(hashesOf).map(({ sha256 }) => sha256));
    const unused = new Map(
      (own ? hashesOf(own) : [])
        .filter(({ sha256 }) => !others.has(sha256))
        .map(({ sha256, size }) => [sha256, size]),
    );
    for (const sha256 of unused.keys()) await rm(this.blobPath(sha256), { force: true });
    return [...unused.values()].reduce((sum, size) => sum + size, 0);
  }

  /** Where the file with this SHA-256 lies, if it is there. */
  blobPath(sha256: string): string {
    return join(this.folder, 'blobs', sha256);
  }
}

function folderName(id: string): string {
  return id.replace('/', '--');
}

/** Puts a blob at its place in a model's folder; a copy where the disk has no hard links. */
async function place(blob: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await link(blob, draft).catch(() => copyFile(blob, draft, constants.COPYFILE_FICLONE));
    await rename(draft, path);
  } finally {
    // Renaming a link onto another one of the same file leaves both.
    await rm(draft, { force: true });
  }
}

async function hasSize(path: string, size: number | undefined): Promise<boolean> {
  if (size === undefined) return false;
  return stat(path).then(
    (found) => found.isFile() && found.size === size,
    () => false,
  );
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash, { signal });
  return hash.digest('hex');
}
