/** How to reach the Hub: which server, with which token, through which proxy. */
import { PtuneError } from '../base/errors.ts';
import { isPrivateAddress, type AddressRule } from './privateAddress.ts';

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface HubAccess {
  /** The Hub or a mirror of it, without a slash at its end. */
  readonly endpoint: URL;
  /** Sent to the endpoint and to no other server. */
  readonly token: string | undefined;
  /** The proxy for a URL, if any. */
  readonly proxyFor: (url: URL) => string | undefined;
  /** Whether certificates that come through a proxy have to be known ones. */
  readonly verifiesProxy: boolean;
  /** The header `Proxy-Authorization`, where the proxy's address does not hold it. */
  readonly proxyAuthorization: string | undefined;
  readonly isPrivate: AddressRule;
  /** Tries in a row without progress before giving up. */
  readonly attempts: number;
  /** Pause before the second try, in milliseconds; it doubles with every further one. */
  readonly firstPauseMs: number;
  /** How long a server may say nothing, in milliseconds. */
  readonly idleMs: number;
}

/**
 * The access that a process's variables describe: `HF_ENDPOINT`, `HF_TOKEN`, `HTTPS_PROXY`,
 * `HTTP_PROXY` and `NO_PROXY` (the last three in lower case, too), and what the editor's settings
 * say beside them, `PTUNE_PROXY_STRICT_SSL` and `PTUNE_PROXY_AUTHORIZATION`.
 *
 * @throws PtuneError `hub/refused` when `HF_ENDPOINT` is no address of a web server
 */
export function hubAccess(environment: Environment): HubAccess {
  return {
    endpoint: endpointOf(environment['HF_ENDPOINT']),
    token: environment['HF_TOKEN']?.trim() || undefined,
    proxyFor: (url) => proxyFor(url, environment),
    verifiesProxy: environment['PTUNE_PROXY_STRICT_SSL'] !== 'false',
    proxyAuthorization: environment['PTUNE_PROXY_AUTHORIZATION'] || undefined,
    isPrivate: isPrivateAddress,
    attempts: 5,
    firstPauseMs: 500,
    idleMs: 30_000,
  };
}

function endpointOf(text: string | undefined): URL {
  const address = text?.trim() || 'https://huggingface.co';
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.username === '') return url;
  throw new PtuneError(
    'hub/refused',
    `HF_ENDPOINT is "${address}", which is no address of a web server.`,
    'Set it to an address such as https://huggingface.co, or remove it.',
  );
}

/** The proxy that the usual variables name for a URL. Throws `hub/refused` for one of another kind. */
function proxyFor(url: URL, environment: Environment): string | undefined {
  const of = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
  const proxy = of(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === undefined || bypasses(url, of('NO_PROXY') ?? '')) return undefined;
  const address = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  // The address may hold a password, so it is not shown.
  throw new PtuneError(
    'hub/refused',
    `The proxy for ${url.host} is given by an address that does not start with "http:" or "https:".`,
    "Correct HTTPS_PROXY, HTTP_PROXY or the editor's setting http.proxy; other kinds of proxies are not supported.",
  );
}

/** Whether `NO_PROXY` names a URL's host, a domain above it, or every host. */
function bypasses(url: URL, list: string): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, host, ofPort] = /^(.*?)(?::(\d+))?$/.exec(entry)!;
      if (ofPort !== undefined && ofPort !== port) return false;
      const domain = host!.replace(/^\*?\./, '').toLowerCase();
      return url.hostname === domain || url.hostname.endsWith(`.${domain}`);
    });
}
