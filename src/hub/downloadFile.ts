/**
 * Downloads one file and proves that it is the right one. What has arrived stays in a file of its
 * own until it is whole: a download that broke off, or whose process was killed, goes on from there.
 * Whatever a server does, the proof is the hash that the Hub gave before.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { PtuneError, throwIfCancelled } from '../base/errors.ts';
import { byteSize } from '../base/format.ts';
import { badAnswer, connectionError, type HubAnswer, type HubClient } from './hubClient.ts';
import { largestSize } from './modelParts.ts';
import { assertOk, hash, type RepositoryFile } from './repository.ts';
import { Transient, withRetries } from './retry.ts';

/** A file to download. */
export interface FileRequest {
  readonly id: string;
  readonly commit: string;
  readonly file: RepositoryFile;
  /** Where it grows; its folder is there. */
  readonly target: string;
}

/** What was proved of a file. */
export interface ProvedFile {
  readonly size: number;
  readonly sha256: string;
}

export interface TransferOptions {
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Hears of bytes that came in, and as a negative number of those that were thrown away. */
  readonly onBytes: (bytes: number) => void;
}

/** This many bytes of a broken download are worth another try. */
const worthwhile = 2 ** 20;

/** So often a file is begun anew: a server may send a wrong one every time. */
const mostRestarts = 2;

/**
 * Downloads a file to `target`, or goes on with what lies there.
 *
 * @throws PtuneError `hub/damaged` when size or hash are not those of the listing, `hub/refused` for
 *   a file that is too large for its kind, `hub/no-space`, those of the connection
 *   (hubClient.ts, repository.ts) and `training/cancelled`
 */
export async function downloadFile(
  client: HubClient,
  wanted: FileRequest,
  options: TransferOptions,
): Promise<ProvedFile> {
  const transfer = new Transfer(client, wanted, options);
  return withRetries(client.access, options.signal, (gotSomewhere) =>
    transfer.attempt(gotSomewhere),
  );
}

class Transfer {
  readonly #client: HubClient;
  readonly #wanted: FileRequest;
  readonly #options: TransferOptions;
  #restarts = 0;
  /** What is known of the file: the listing, then also what the server says of it. */
  #expected: RepositoryFile;

  constructor(client: HubClient, wanted: FileRequest, options: TransferOptions) {
    this.#client = client;
    this.#wanted = wanted;
    this.#options = options;
    this.#expected = wanted.file;
    this.#assertPossible(wanted.file.size ?? 0);
  }

  async attempt(gotSomewhere: () => void): Promise<ProvedFile> {
    const before = await sizeOf(this.#wanted.target);
    const { size } = this.#expected;
    if (size === undefined || before !== size) {
      await this.#receive(gotSomewhere);
      const after = await sizeOf(this.#wanted.target);
      const all = this.#expected.size;
      if (all !== undefined && after < all) throw new Transient(this.#brokeOff(after));
    }
    return this.#prove();
  }

  /** Receives what is missing, as far as the connection holds. */
  async #receive(gotSomewhere: () => void): Promise<void> {
    const { id, commit, file, target } = this.#wanted;
    const { now, signal, onBytes } = this.#options;
    const path = file.path.split('/').map(encodeURIComponent).join('/');
    const url = this.#client.url(`/${id}/resolve/${commit}/${path}`);
    let offset = await sizeOf(target);
    const range: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const answer = await this.#client.get(url, range, signal);
    if (answer.status === 416 && offset > 0) {
      answer.body.destroy();
      const error = badAnswer(url, `it has no byte ${offset} of "${file.path}"`);
      await this.#startOver(offset, error);
      throw new Transient(error);
    }
    assertOk(answer, url, { id, revision: commit, file: file.path }, this.#client, now);
    try {
      this.#learn(answer, url);
      if (offset > 0 && !continuesAt(answer, offset)) {
        await this.#startOver(offset, this.#brokeOff(offset));
        offset = 0;
      }
      let received = 0;
      await this.#write(answer, offset, url, (bytes) => {
        onBytes(bytes);
        received += bytes;
        if (received >= worthwhile) gotSomewhere();
      });
    } finally {
      answer.body.destroy();
    }
  }

  async #write(
    answer: HubAnswer,
    start: number,
    url: URL,
    count: (bytes: number) => void,
  ): Promise<void> {
    const { target } = this.#wanted;
    const end = this.#expected.size ?? largestSize(this.#wanted.file.path);
    let position = start;
    const out = await open(target, 'a').catch((error: unknown) => {
      throw storageError(target, error);
    });
    try {
      for await (const chunk of bodyOf(answer, url)) {
        throwIfCancelled(this.#options.signal);
        if (position + chunk.length > end) {
          const error = this.#damaged(`more than the ${end} bytes that it has`);
          await this.#startOver(position, error);
          throw new Transient(error);
        }
        await out.writeFile(chunk).catch((error: unknown) => {
          throw storageError(target, error);
        });
        position += chunk.length;
        count(chunk.length);
      }
      await out.sync();
    } finally {
      await out.close();
    }
    // Where nobody said how long it is, the end of the answer is its end.
    if (this.#expected.size === undefined) this.#expected = { ...this.#expected, size: position };
  }

  /** What a server promises of a file of which the listing did not say it. */
  #learn(answer: HubAnswer, url: URL): void {
    const encoding = answer.header('content-encoding');
    if (encoding !== undefined && encoding !== 'identity') {
      throw badAnswer(url, `it compresses "${this.#wanted.file.path}" (${encoding}) unasked`);
    }
    const { sha256, gitSha1, size } = this.#expected;
    const tags = [answer.promised('x-linked-etag'), answer.promised('etag')];
    const linked = Number(answer.promised('x-linked-size') ?? NaN);
    const known = { ...this.#expected };
    if (size === undefined) {
      const length = Number.isSafeInteger(linked) ? linked : lengthOf(answer);
      if (length !== undefined) this.#assertPossible(length);
      Object.assign(known, { size: length });
    }
    if (sha256 === undefined && gitSha1 === undefined) {
      Object.assign(known, {
        sha256: tags.map((tag) => hash(tag, 64)).find(Boolean),
        gitSha1: tags.map((tag) => hash(tag, 40)).find(Boolean),
      });
      if (known.sha256 === undefined && known.gitSha1 === undefined) {
        throw badAnswer(
          url,
          `it gives no hash for "${this.#wanted.file.path}", so that nothing would show if the file were another`,
        );
      }
    }
    this.#expected = known;
  }

  async #prove(): Promise<ProvedFile> {
    const { target } = this.#wanted;
    const { sha256, gitSha1 } = this.#expected;
    const size = await sizeOf(target);
    const found = await digests(target, size, this.#options.signal);
    const isRight = sha256 === undefined ? found.gitSha1 === gitSha1 : found.sha256 === sha256;
    if (isRight) return { size, sha256: found.sha256 };
    const error = this.#damaged('bytes of another hash than the Hub lists');
    await this.#startOver(size, error);
    throw new Transient(error);
  }

  /** Throws away what is there; throws `error` when that was done often enough. */
  async #startOver(present: number, error: PtuneError): Promise<void> {
    await rm(this.#wanted.target, { force: true });
    this.#options.onBytes(-present);
    if (++this.#restarts > mostRestarts) throw error;
  }

  #assertPossible(size: number): void {
    const { path } = this.#wanted.file;
    const limit = largestSize(path);
    if (size <= limit) return;
    throw new PtuneError(
      'hub/refused',
      `"${path}" of "${this.#wanted.id}" has ${byteSize(size)}; such a file has at most ${byteSize(limit)}.`,
      'It was not downloaded. Use another model.',
    );
  }

  #brokeOff(after: number): PtuneError {
    const { id, file } = this.#wanted;
    const all = this.#expected.size === undefined ? '' : ` of ${byteSize(this.#expected.size)}`;
    return new PtuneError(
      'hub/unreachable',
      `The download of "${file.path}" of "${id}" broke off at ${byteSize(after)}${all}, again and again.`,
      'Try again later: what has arrived is kept.',
    );
  }

  #damaged(what: string): PtuneError {
    const { id, file } = this.#wanted;
    return new PtuneError(
      'hub/damaged',
      `The server sent ${what} for "${file.path}" of "${id}". They were thrown away.`,
      'Try again. Where it happens every time, a proxy or mirror changes the file: check HF_ENDPOINT and the proxy.',
    );
  }
}

/** The parts of a body; what breaks it is an error of the connection. */
async function* bodyOf(answer: HubAnswer, url: URL): AsyncGenerator<Buffer> {
  try {
    yield* answer.body as AsyncIterable<Buffer>;
  } catch (error) {
    throw connectionError(url, error);
  }
}

/** Whether an answer holds what stands from `offset` on. */
function continuesAt(answer: HubAnswer, offset: number): boolean {
  if (answer.status !== 206) return false;
  const start = /^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1];
  return start !== undefined && Number(start) === offset;
}

/** The whole length of a file, from the headers of an answer with it or with a part of it. */
function lengthOf(answer: HubAnswer): number | undefined {
  const total = /\/(\d+)$/.exec(answer.header('content-range') ?? '')?.[1];
  const length = total ?? (answer.status === 200 ? answer.header('content-length') : undefined);
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}

/** SHA-256 of a file, and the hash that git has for it: SHA-1 over "blob", its size and its bytes. */
async function digests(path: string, size: number, signal: AbortSignal) {
  const sha256 = createHash('sha256');
  const sha1 = createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    throwIfCancelled(signal);
    sha256.update(chunk as Buffer);
    sha1.update(chunk as Buffer);
  }
  return { sha256: sha256.digest('hex'), gitSha1: sha1.digest('hex') };
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** A failure of the cache's disk as an error for people. */
export function storageError(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new PtuneError(
    'hub/no-space',
    `The model cannot be stored at "${path}": ${isFull ? 'the disk is full' : message}.`,
    'Free some room, or set PTUNE_CACHE to a folder that you may write to.',
    error,
  );
}
