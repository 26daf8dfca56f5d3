/** The listing of a model's repository: which files there are, how large, with which hashes. */
import { throwIfCancelled, PtuneError } from '../base/errors.ts';
import * as z from 'zod';
import { badAnswer, readText, type HubAnswer, type HubClient } from './hubClient.ts';
import type { ModelChoice } from './modelParts.ts';
import { retryAfterMs, Transient, withRetries } from './retry.ts';

/** A file as the Hub lists it. Small files have the hash of a git blob, large ones SHA-256. */
export interface RepositoryFile {
  readonly path: string;
  readonly size: number | undefined;
  readonly sha256: string | undefined;
  readonly gitSha1: string | undefined;
}

/** A repository at one of its commits. */
export interface Repository {
  readonly id: string;
  readonly commit: string;
  /** By path. */
  readonly files: ReadonlyMap<string, RepositoryFile>;
}

const count = z.number().int().nonnegative().nullish();
const text = z.string().nullish();

const listing = z.object({
  // It becomes the name of a folder.
  sha: z.string().regex(/^[A-Za-z0-9][\w-]{0,99}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: count,
      blobId: text,
      lfs: z.object({ sha256: text, oid: text, size: count }).nullish(),
    }),
  ),
});

/** No repository of a model has a longer listing, in bytes. */
const longestListing = 2 ** 25;

/**
 * Asks the Hub what a repository holds.
 *
 * @throws PtuneError `hub/no-model`, `hub/no-access`, `hub/unreachable`, `hub/bad-answer`, and
 *   `hub/refused` where a file's path leads out of the repository
 */
export async function readRepository(
  client: HubClient,
  choice: ModelChoice,
  now: () => number,
  signal: AbortSignal,
): Promise<Repository> {
  const { id, revision = 'main' } = choice;
  const url = client.url(`/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`);
  const body = await withRetries(client.access, signal, async () => {
    const answer = await client.get(url, { accept: 'application/json' }, signal);
    assertOk(answer, url, { id, revision }, client, now);
    return readText(answer, url, longestListing);
  });
  throwIfCancelled(signal);
  return parseListing(body, id, url);
}

function parseListing(body: string, id: string, url: URL): Repository {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw badAnswer(url, `its list of the files of "${id}" is no JSON`, error);
  }
  const parsed = listing.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw badAnswer(url, `its list of the files of "${id}" has "${path.join('.')}": ${message}`);
  }
  const files = new Map<string, RepositoryFile>();
  for (const { rfilename: path, size, blobId, lfs } of parsed.data.siblings) {
    assertInside(path, id);
    const sha256 = hash(lfs?.sha256 ?? lfs?.oid ?? undefined, 64);
    // The blob of a large file is a note of where it lies.
    const gitSha1 = lfs == null ? hash(blobId ?? undefined, 40) : undefined;
    files.set(path, { path, size: lfs?.size ?? size ?? undefined, sha256, gitSha1 });
  }
  return { id, commit: parsed.data.sha, files };
}

/** A hash of so many hexadecimal digits; undefined for anything else. */
export function hash(value: string | undefined, digits: number): string | undefined {
  const plain = value?.replace(/^(W\/)?"|"$|^sha256:/g, '').toLowerCase();
  return plain !== undefined && plain.length === digits && /^[0-9a-f]+$/.test(plain)
    ? plain
    : undefined;
}

function assertInside(path: string, id: string): void {
  const parts = path.split(/[/\\]/);
  const isInside =
    path.length <= 1000 &&
    !/^[/\\]|^[A-Za-z]:|\0/.test(path) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (isInside) return;
  throw new PtuneError(
    'hub/refused',
    `The repository "${id}" lists the file ${JSON.stringify(path.slice(0, 100))}, whose path leads out of it.`,
    'Nothing was downloaded. Use another model, and tell the owner of this one.',
  );
}

/**
 * Checks an answer's status.
 *
 * @throws Transient for what may pass; PtuneError `hub/no-access`, `hub/no-model`, `hub/bad-answer`
 */
export function assertOk(
  answer: HubAnswer,
  url: URL,
  wanted: { readonly id: string; readonly revision: string; readonly file?: string },
  client: HubClient,
  now: () => number,
): void {
  const { status } = answer;
  if (status === 200 || status === 206) return;
  answer.body.destroy();
  const { id, revision, file } = wanted;
  const what = file === undefined ? `"${id}"` : `"${file}" of "${id}"`;
  const reason = answer.header('x-error-code');
  if (status === 404 || reason === 'RepoNotFound' || reason === 'RevisionNotFound') {
    const at = file === undefined ? ` with the revision "${revision}"` : '';
    const hidden = client.access.token === undefined ? ', or it is private' : '';
    throw new PtuneError(
      'hub/no-model',
      `There is no ${file === undefined ? 'model ' : ''}${what}${at} on ${url.host}${hidden}.`,
      'Correct "model" and its "revision". For a private model set HF_TOKEN, or sign in from the editor.',
    );
  }
  if (status === 401 || status === 403) throw noAccess(status, what, id, url, client);
  if ([408, 425, 429].includes(status) || status >= 500) {
    const error = new PtuneError(
      'hub/unreachable',
      `"${url.host}" did not give ${what}: it answered with status ${status}${status === 429 ? ' (too many requests)' : ''}.`,
      'Try again later: what has arrived is kept.',
    );
    throw new Transient(error, retryAfterMs(answer.header('retry-after'), now()));
  }
  throw badAnswer(url, `it answered the request for ${what} with status ${status}`);
}

function noAccess(
  status: number,
  what: string,
  id: string,
  url: URL,
  client: HubClient,
): PtuneError {
  const page = `${client.access.endpoint.href.replace(/\/+$/, '')}/${id}`;
  const isSignedIn = client.access.token !== undefined;
  return new PtuneError(
    'hub/no-access',
    `"${url.host}" does not give ${what} ${isSignedIn ? 'to the owner of this token' : 'without a token'} (status ${status}): it is private or gated, or does not exist.`,
    isSignedIn
      ? `Accept its terms on ${page}, and check that the token may read it.`
      : `Accept its terms on ${page}, then set HF_TOKEN to an access token, or sign in from the editor.`,
  );
}
