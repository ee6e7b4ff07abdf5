import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { env } from '#lib/env.ts';
import { log } from '#lib/log.ts';
import { remember } from '#lib/runtime.ts';

/**
 * The address that a request comes from: the connection's, unless that is one of TRUSTED_PROXIES.
 * Then it is the last hop in X-Forwarded-For that is none; what stands before it anybody may have
 * written.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | string[] | undefined,
): string {
  const nearest = plainAddress(peer ?? '');
  if (forwardedFor === undefined) return nearest;
  if (!isTrusted(nearest)) {
    warnOfProxy(nearest);
    return nearest;
  }
  let address = nearest;
  for (const hop of String(forwardedFor).split(',').reverse()) {
    const before = plainAddress(hop.trim());
    if (isIP(before) === 0) break;
    address = before;
    if (!isTrusted(address)) break;
  }
  return address;
}

/**
 * The address that a request comes from where its connection is not seen, but only what the platform in
 * front of a page host says of it: the last hop that is none of TRUSTED_PROXIES. Where that is no address,
 * it is empty: a text that changes with each request would be a visitor of its own each time.
 */
export function forwardedAddress(forwardedFor: string | null): string {
  const hops = (forwardedFor ?? '').split(',');
  const nearest = plainAddress(hops.pop()?.trim() ?? '');
  if (isIP(nearest) === 0) return '';
  return clientAddress(nearest, hops.length > 0 ? hops.join() : undefined);
}

/** Whether a connection comes from one of TRUSTED_PROXIES. */
export const isTrustedProxy = (peer = ''): boolean => isTrusted(plainAddress(peer));

/**
 * Whom an address stands for where things are counted: an IPv6 network of 64 bits is one customer
 * with 2^64 addresses.
 */
export function addressKey(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::', 2);
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  // A tail that ends as an IPv4 address has one part for two.
  const given = first.length + last.length + (plain.includes('.') ? 1 : 0);
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - given }, () => '0');
  const network = [...first, ...zeros, ...last].slice(0, 4);
  return `${network.map((part) => Number.parseInt(part, 16).toString(16)).join(':')}::/64`;
}

/** Without a port, brackets or zone, and IPv4 as IPv4 wherever it is written as IPv6. */
function plainAddress(text: string): string {
  const bare =
    /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const [address = ''] = bare.split('%', 1);
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : address;
}

function isTrusted(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && trusted().check(address, family === 6 ? 'ipv6' : 'ipv4');
}

const trusted = () =>
  remember('trusted-proxies', () => {
    const list = new BlockList();
    for (const { address, bits, family } of env().TRUSTED_PROXIES) {
      list.addSubnet(address, bits, family);
    }
    return list;
  });

/** A proxy nearby that nobody has named makes everybody behind it one visitor. */
function warnOfProxy(peer: string): void {
  const isNear = /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd])/i.test(peer);
  if (!isNear || env().TRUSTED_PROXIES.length > 0) return;
  remember('proxy-warning', () => {
    log().warn({ peer }, 'X-Forwarded-For is ignored: if this is your proxy, set TRUSTED_PROXIES');
    return true;
  });
}
