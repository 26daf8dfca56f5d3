/**
 * A server that behaves like the Hugging Face Hub: listings of repositories, small files from the
 * server itself, large ones by a redirect to a second server on another port, both with range
 * requests, hashes as entity tags, private and gated models. A test may let any answer go wrong.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What goes wrong with one answer. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** The connection is cut after so many bytes. */
  | { readonly kind: 'drop'; readonly after: number }
  /** So many bytes less, told and sent; or more, where it is negative. */
  | { readonly kind: 'length'; readonly missing: number }
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'trickle'; readonly bytes: number; readonly pauseMs: number }
  | { readonly kind: 'noRange' }
  | { readonly kind: 'wrongRange' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'compressed' }
  /** Bytes without end, with no length told. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'redirect'; readonly location: string };

/** A request as a server saw it. */
export interface SeenRequest {
  readonly server: 'hub' | 'cdn';
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export interface HubRepository {
  readonly commit: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The token that it is given to; anybody without. */
  readonly token?: string;
  /** The listing's entry of a file, where it is to say something else. */
  readonly listed?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Files from this size on are kept as large ones. */
const large = 2048;

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const gitSha1 = (bytes: Uint8Array) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

export class HubServer {
  readonly repositories = new Map<string, HubRepository>();
  readonly seen: SeenRequest[] = [];
  /** Decides what goes wrong with an answer; nothing where it gives none. */
  fault: (request: SeenRequest) => Fault | undefined = () => undefined;
  #hub!: Server;
  #cdn!: Server;

  /** Starts both servers; they stop when the running test ends. */
  static async start(): Promise<HubServer> {
    const server = await HubServer.startByHand();
    onTestFinished(() => server.stop());
    return server;
  }

  /** Starts both servers, which the caller stops. */
  static async startByHand(): Promise<HubServer> {
    const server = new HubServer();
    server.#hub = await listen((request, response) => server.#answerHub(request, response));
    server.#cdn = await listen((request, response) => server.#answerCdn(request, response));
    return server;
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#cdn]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** The value for `HF_ENDPOINT`. */
  get endpoint(): string {
    return address(this.#hub);
  }

  #note(server: SeenRequest['server'], request: IncomingMessage): SeenRequest {
    const { range, authorization } = request.headers;
    const seen = { server, path: decodeURIComponent(request.url!), range, authorization };
    this.seen.push(seen);
    return seen;
  }

  #answerHub(request: IncomingMessage, response: ServerResponse): void {
    const seen = this.#note('hub', request);
    const fault = this.fault(seen);
    const [, listed] = /^\/api\/models\/(.+)\/revision\/[^?]+\?blobs=true$/.exec(seen.path) ?? [];
    const [, id, file] = /^\/(.+)\/resolve\/[^/]+\/(.+)$/.exec(seen.path) ?? [];
    const repository = this.repositories.get(listed ?? id ?? '');
    const bytes = file === undefined ? undefined : repository?.files[file];
    if (!repository || (listed === undefined && bytes === undefined)) {
      response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end('{}');
      return;
    }
    const { token, commit } = repository;
    if (token !== undefined && seen.authorization !== `Bearer ${token}`) {
      const status = seen.authorization === undefined ? 401 : 403;
      response.writeHead(status, { 'x-error-code': 'GatedRepo' }).end('{}');
      return;
    }
    const listing = listed !== undefined;
    if (listing || bytes!.length < large) {
      const body = listing ? Buffer.from(listingOf(repository)) : bytes!;
      send(request, response, body, fault, { etag: `"${gitSha1(body)}"` });
      return;
    }
    if (fault) {
      send(request, response, bytes!, fault, {});
      return;
    }
    response.writeHead(302, {
      location: `${address(this.#cdn)}/blob/${sha256(bytes!)}?signature=secret`,
      'x-linked-etag': `"${sha256(bytes!)}"`,
      'x-linked-size': bytes!.length,
      'x-repo-commit': commit,
    });
    response.end();
  }

  #answerCdn(request: IncomingMessage, response: ServerResponse): void {
    const seen = this.#note('cdn', request);
    const wanted = /^\/blob\/([0-9a-f]+)/.exec(seen.path)?.[1];
    const all = [...this.repositories.values()].flatMap(({ files }) => Object.values(files));
    const bytes = all.find((one) => sha256(one) === wanted);
    if (bytes) send(request, response, bytes, this.fault(seen), { etag: '"of-the-cdn"' });
    else response.writeHead(404).end();
  }
}

function listingOf({ commit, files, listed }: HubRepository): string {
  const siblings = Object.entries(files).map(([rfilename, bytes]) => ({
    rfilename,
    size: bytes.length,
    blobId: gitSha1(bytes),
    ...(bytes.length >= large && {
      lfs: { sha256: sha256(bytes), size: bytes.length, pointerSize: 134 },
    }),
    ...listed?.[rfilename],
  }));
  return JSON.stringify({ sha: commit, siblings });
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  whole: Uint8Array,
  fault: Fault | undefined,
  headers: Readonly<Record<string, string>>,
): void {
  if (fault?.kind === 'silence') return;
  if (fault?.kind === 'status') {
    const { status, retryAfter } = fault;
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
    return;
  }
  if (fault?.kind === 'redirect') {
    response.writeHead(302, { location: fault.location }).end();
    return;
  }
  if (fault?.kind === 'endless') {
    const chunk = Buffer.alloc(1 << 16);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more).writeHead(200);
    more();
    return;
  }
  const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const isRange = start > 0 && fault?.kind !== 'noRange';
  if (isRange && start >= whole.length) {
    response.writeHead(416, { 'content-range': `bytes */${whole.length}` }).end();
    return;
  }
  const from = isRange ? start : 0;
  const body = changed(Buffer.from(whole.subarray(from)), fault);
  const told = fault?.kind === 'wrongRange' ? Math.max(0, from - 1) : from;
  response.writeHead(isRange ? 206 : 200, {
    ...headers,
    'content-length': body.length,
    'accept-ranges': 'bytes',
    ...(isRange && {
      'content-range': `bytes ${told}-${told + body.length - 1}/${whole.length}`,
    }),
    ...(fault?.kind === 'compressed' && { 'content-encoding': 'gzip' }),
  });
  if (fault?.kind === 'drop') {
    response.write(body.subarray(0, fault.after), () => response.destroy());
  } else if (fault?.kind === 'trickle') trickle(response, body, fault);
  else response.end(body);
}

function changed(body: Buffer, fault: Fault | undefined): Buffer {
  if (fault?.kind === 'corrupt' && body.length > 0) body[body.length >> 1]! ^= 1;
  if (fault?.kind !== 'length') return body;
  return fault.missing > 0
    ? body.subarray(0, Math.max(0, body.length - fault.missing))
    : Buffer.concat([body, Buffer.alloc(-fault.missing, 7)]);
}

function trickle(
  response: ServerResponse,
  body: Buffer,
  { bytes, pauseMs }: { readonly bytes: number; readonly pauseMs: number },
): void {
  let at = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(at, (at += bytes)));
    if (at < body.length && !response.destroyed) return;
    clearInterval(timer);
    response.end();
  }, pauseMs);
}

function listen(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  return new Promise<Server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function address(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
