/** SHA-256 of files, remembered while a file stays as it is: models are too large to read twice. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { atomicWrite } from '../files/atomicWrite.ts';

const entry = z.object({ size: z.number(), mtimeMs: z.number(), sha256: z.string() });
const stored = z.record(z.string(), entry);
type Entry = z.infer<typeof entry>;

/**
 * The hashes of files by path. A hash is taken again when a file's size or time of change differs.
 * With a `storePath` they outlive the process.
 */
export class FileHashes {
  readonly #storePath: string | undefined;
  readonly #pending = new Map<string, Promise<string>>();
  #entries: Promise<Map<string, Entry>> | undefined;
  /** How many files were read to the end; for tests and logs. */
  filesRead = 0;

  constructor(storePath?: string) {
    this.#storePath = storePath;
  }

  /** The SHA-256 of a file in hexadecimal. Fails as Node does when the file cannot be read. */
  async hash(path: string): Promise<string> {
    const entries = await (this.#entries ??= this.#load());
    const { size, mtimeMs } = await stat(path);
    const known = entries.get(path);
    if (known?.size === size && known.mtimeMs === mtimeMs) return known.sha256;
    // Two views that ask at the same time share one reading.
    const key = `${path} ${size} ${mtimeMs}`;
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      pending = this.#read(path, { size, mtimeMs }, entries).finally(() =>
        this.#pending.delete(key),
      );
      this.#pending.set(key, pending);
    }
    return pending;
  }

  async #read(
    path: string,
    state: Pick<Entry, 'size' | 'mtimeMs'>,
    entries: Map<string, Entry>,
  ): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
    this.filesRead++;
    const sha256 = hash.digest('hex');
    entries.set(path, { ...state, sha256 });
    if (this.#storePath !== undefined) {
      await atomicWrite(this.#storePath, `${JSON.stringify(Object.fromEntries(entries))}\n`);
    }
    return sha256;
  }

  async #load(): Promise<Map<string, Entry>> {
    if (this.#storePath === undefined) return new Map();
    try {
      const value: unknown = JSON.parse(await readFile(this.#storePath, 'utf8'));
      return new Map(Object.entries(stored.parse(value)));
    } catch {
      // Missing or damaged: it only saves work, so it is made again.
      return new Map();
    }
  }
}
