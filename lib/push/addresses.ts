import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { env } from '#lib/env.ts';

// Anybody with an account can name an address for us to send to. It must not be one that only we reach.

// What IANA's registries of special addresses keep for other things than hosts on the Internet.
const special = subnets('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]);
// Of IPv6 only this is given to hosts; what embeds an IPv4 address lies outside, or below.
const global6 = subnets('ipv6', ['2000::/3']);
const special6 = subnets('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether this is the address of a host on the Internet, as opposed to one in a network of its own. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4');
    case 6:
      return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
    default:
      return false;
  }
}

/**
 * Where an endpoint is; null for one that is not sent to: push services are on HTTPS, at its port, and
 * have names.
 */
export function urlOfEndpoint(endpoint: string): URL | null {
  if (!URL.canParse(endpoint)) return null;
  const url = new URL(endpoint);
  const { protocol, port, username, password } = url;
  if (username !== '' || password !== '') return null;
  const host = hostOf(url);
  if (isIP(host) !== 0) return isOwnLoopback(host) && /^https?:$/.test(protocol) ? url : null;
  return protocol === 'https:' && port === '' ? url : null;
}

/** The host of a URL as sockets take it. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** Whether a connection to this address may be made. */
export const mayReach = (address: string): boolean =>
  isPublicAddress(address) || isOwnLoopback(address);

// For tests, whose push services are on this machine.
const isOwnLoopback = (address: string): boolean =>
  env().PUSH_ALLOW_LOOPBACK === 'on' &&
  loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * All addresses of a host. Asked of the network, not of the operating system: that asks with one of
 * four threads, which names that are slow to resolve would keep from hashing passwords.
 * @throws when it has none, or one of them may not be reached.
 */
export async function addressesOf(
  host: string,
  resolver = new Resolver({ timeout: 2_000, tries: 2 }),
): Promise<{ address: string; family: number }[]> {
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [
    ...(v4.status === 'fulfilled' ? v4.value.map((address) => ({ address, family: 4 })) : []),
    ...(v6.status === 'fulfilled' ? v6.value.map((address) => ({ address, family: 6 })) : []),
  ];
  if (found.length === 0) throw new Error('the host has no address');
  // Not merely left out: whose name leads to us as well has something in mind.
  if (!found.every(({ address }) => mayReach(address))) throw new Error('the host is not public');
  return found;
}

/** For connections: what was checked is what is connected to, however the name resolves next time. */
export const lookupWith =
  (resolver?: Resolver): LookupFunction =>
  (host, { all }, callback) => {
    addressesOf(host, resolver).then(
      (found) => {
        if (all) callback(null, found);
        else callback(null, found[0]?.address ?? '', found[0]?.family);
      },
      (error: Error) => callback(error, ''),
    );
  };

function subnets(family: 'ipv4' | 'ipv6', texts: string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [network = '', bits] = text.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}
