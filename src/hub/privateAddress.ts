/**
 * Addresses of one's own machine and network. A server on the internet must not be able to send a
 * download there: what lies behind them trusts whoever can reach it.
 */
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { PtuneError } from '../base/errors.ts';

/** Decides whether an address (IPv4 or IPv6, as text) belongs to a machine or a private network. */
export type AddressRule = (address: string) => boolean;

/** The special-purpose blocks of the IANA registries (RFC 6890) that no public server has. */
const blocks: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];

const privateBlocks = new BlockList();
for (const [address, prefix] of blocks) {
  privateBlocks.addSubnet(address, prefix, address.includes(':') ? 'ipv6' : 'ipv4');
}

/** The rule that holds outside of tests; an IPv4 address within an IPv6 one counts as itself. */
export const isPrivateAddress: AddressRule = (address) =>
  privateBlocks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** The address that a URL's host is written as; undefined for a name. */
export function literalAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return '127.0.0.1';
  return isIP(host) === 0 ? undefined : host;
}

/** Whether a URL's host is, or has a name for, a private address. A name unknown here is not. */
export async function isPrivateHost(url: URL, rule: AddressRule): Promise<boolean> {
  const literal = literalAddress(url);
  if (literal !== undefined) return rule(literal);
  const addresses = await new Promise<readonly LookupAddress[]>((resolve) =>
    lookup(url.hostname, { all: true }, (error, found) => resolve(error ? [] : found)),
  );
  return addresses.some(({ address }) => rule(address));
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * A resolver of names for connections that must leave the private network. The addresses that it
 * gives are those that are connected to, so a name cannot change in between.
 */
export function publicLookup(rule: AddressRule) {
  return (hostname: string, options: LookupOptions, callback: Found): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      if (addresses.some(({ address }) => rule(address))) {
        return callback(intoPrivateNetwork(hostname), []);
      }
      if (options.all === true) return callback(null, addresses);
      return callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}

/** The error of a redirect from a public server into a private network. */
export function intoPrivateNetwork(host: string): PtuneError {
  return new PtuneError(
    'hub/refused',
    `A public server redirected the download to "${host}", which lies in a private network.`,
    'Check HF_ENDPOINT and the proxy. A mirror in your own network may do so when HF_ENDPOINT names it.',
  );
}
