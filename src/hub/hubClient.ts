/**
 * Requests to the Hub. Redirects are followed here and not by the HTTP library, since each may lead
 * to another server: that one gets no token, and it must not lie in the user's own network unless the
 * endpoint does.
 */
import type { Readable } from 'node:stream';
import { Agent, ProxyAgent, request, type Dispatcher } from 'undici';
import { PtuneError } from '../base/errors.ts';
import type { HubAccess } from './hubAccess.ts';
import {
  intoPrivateNetwork,
  isPrivateHost,
  literalAddress,
  publicLookup,
} from './privateAddress.ts';
import { Transient } from './retry.ts';

/** What a server answered; `body` must be read or destroyed. */
export interface HubAnswer {
  readonly status: number;
  /** A header of the answer, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** The same header of the first answer of the endpoint itself that had it, redirects included. */
  readonly promised: (name: string) => string | undefined;
  readonly body: Readable;
}

const maximumRedirects = 8;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Sends requests for one download. */
export class HubClient {
  readonly access: HubAccess;
  readonly #agents = new Map<string, Dispatcher>();
  #ownNetwork: Promise<boolean> | undefined;

  constructor(access: HubAccess) {
    this.access = access;
  }

  /** The address of a path of the endpoint. */
  url(path: string): URL {
    return new URL(this.access.endpoint.href.replace(/\/+$/, '') + path);
  }

  /**
   * Gets a page of the endpoint, wherever it is kept.
   *
   * @throws Transient for what may go better next time; PtuneError `hub/refused` for a redirect that
   *   is not followed, `hub/bad-answer` for one that leads nowhere
   */
  async get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
    const promises: Headers[] = [];
    let at = url;
    for (let hop = 0; hop <= maximumRedirects; hop++) {
      const isOwn = at.origin === this.access.endpoint.origin;
      const answer = await this.#send(at, isOwn, headers, signal);
      if (isOwn) promises.push(answer.headers);
      if (![301, 302, 303, 307, 308].includes(answer.statusCode)) {
        return {
          status: answer.statusCode,
          header: (name) => one(answer.headers[name]),
          promised: (name) => promises.map((all) => one(all[name])).find((v) => v !== undefined),
          body: answer.body,
        } satisfies HubAnswer;
      }
      answer.body.destroy();
      at = await this.#redirected(at, one(answer.headers['location']));
    }
    throw badAnswer(url, `it redirects more than ${maximumRedirects} times`);
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  async #send(
    url: URL,
    isOwn: boolean,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const { token, idleMs } = this.access;
    // In clear text it would be anybody's on the way.
    const isSafe = url.protocol === 'https:' || (await this.#isOwnNetwork());
    const authorization = isOwn && isSafe && token !== undefined ? `Bearer ${token}` : undefined;
    const identity = { 'user-agent': 'ptune', 'accept-encoding': 'identity' };
    try {
      const answer = await request(url, {
        headers: { ...identity, ...headers, ...(authorization && { authorization }) },
        signal,
        headersTimeout: idleMs,
        bodyTimeout: idleMs,
        dispatcher: await this.#agentFor(url, isOwn),
      });
      // A connection may break while nobody reads the body; who reads it then still hears of it.
      answer.body.on('error', () => undefined);
      return answer;
    } catch (error) {
      throw connectionError(url, error, signal);
    }
  }

  async #agentFor(url: URL, isOwn: boolean): Promise<Dispatcher> {
    const proxy = this.access.proxyFor(url);
    const isGuarded = proxy === undefined && !isOwn && !(await this.#isOwnNetwork());
    const key = proxy ?? (isGuarded ? 'guarded' : 'open');
    const known = this.#agents.get(key);
    if (known) return known;
    const { idleMs, isPrivate, verifiesProxy, proxyAuthorization } = this.access;
    const timeout = { timeout: idleMs };
    const tls = { ...timeout, ...(!verifiesProxy && { rejectUnauthorized: false }) };
    const agent =
      proxy !== undefined
        ? new ProxyAgent({
            uri: proxy,
            requestTls: tls,
            proxyTls: tls,
            ...(proxyAuthorization !== undefined && { token: proxyAuthorization }),
          })
        : new Agent({
            connect: isGuarded ? { ...timeout, lookup: publicLookup(isPrivate) } : timeout,
          });
    this.#agents.set(key, agent);
    return agent;
  }

  /** Where a redirect leads, when it may be followed. */
  async #redirected(from: URL, location: string | undefined): Promise<URL> {
    if (location === undefined || !URL.canParse(location, from.href)) {
      throw badAnswer(from, 'it redirects to nowhere');
    }
    const to = new URL(location, from);
    if (to.protocol !== 'https:' && (to.protocol !== 'http:' || from.protocol === 'https:')) {
      throw new PtuneError(
        'hub/refused',
        `"${from.host}" redirected the download to an address that starts with "${to.protocol}".`,
        'Check HF_ENDPOINT and the proxy; the Hub does not do so.',
      );
    }
    to.username = to.password = '';
    const literal = literalAddress(to);
    const isOutside = to.origin !== this.access.endpoint.origin;
    const isInside = literal !== undefined && this.access.isPrivate(literal);
    if (isOutside && isInside && !(await this.#isOwnNetwork())) throw intoPrivateNetwork(to.host);
    return to;
  }

  /** Whether the endpoint itself lies in a private network. */
  #isOwnNetwork(): Promise<boolean> {
    return (this.#ownNetwork ??= isPrivateHost(this.access.endpoint, this.access.isPrivate));
  }
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

/** A text answer of at most `limit` bytes. Throws `hub/bad-answer` for a longer one. */
export async function readText(answer: HubAnswer, url: URL, limit: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of answer.body as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > limit) throw badAnswer(url, `its answer is longer than ${limit} bytes`);
      parts.push(part);
    }
  } catch (error) {
    throw connectionError(url, error);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The error of a server whose answer cannot be used. */
export function badAnswer(url: URL, why: string, cause?: unknown): PtuneError {
  return new PtuneError(
    'hub/bad-answer',
    `"${url.host}" does not answer as the Hub does: ${why}.`,
    'Check HF_ENDPOINT and the proxy, then try again.',
    cause,
  );
}

/** What broke a connection, as an error that may go away; cancelling stays itself. */
export function connectionError(url: URL, error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof PtuneError || error instanceof Transient || signal?.aborted) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const what = `"${url.host}" cannot be reached: ${describe(code, message)}.`;
  if (/CERT|SIGNATURE|ERR_TLS|ISSUER/.test(code ?? '')) {
    const next = 'Where a proxy signs connections, name its certificate in NODE_EXTRA_CA_CERTS.';
    return new PtuneError('hub/unreachable', what, next, error);
  }
  const next =
    'Check the connection, HF_ENDPOINT and the proxy, then try again: what has arrived is kept.';
  return new Transient(new PtuneError('hub/unreachable', what, next, error));
}

/** The usual reasons in words. */
function describe(code: string | undefined, message: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known here, or there is no network';
    case 'ECONNREFUSED':
      return 'nothing answers there';
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'the connection broke off';
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return 'it said nothing for too long';
    default:
      return message || code || 'the connection failed';
  }
}
