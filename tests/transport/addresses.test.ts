import { beforeEach, expect, it, vi } from 'vitest';
import { readSettings } from '#lib/env.ts';
import { addressKey, clientAddress, forwardedAddress } from '#lib/limits/address.ts';
import { forget } from '#lib/runtime.ts';

beforeEach(() => {
  vi.stubEnv('LOG_LEVEL', 'silent');
  trust('');
});

function trust(proxies: string): void {
  vi.stubEnv('TRUSTED_PROXIES', proxies);
  for (const kept of ['env', 'log', 'trusted-proxies']) forget(kept);
}

it('believes nobody who is not named', () => {
  expect(clientAddress('127.0.0.1', '192.0.2.1')).toBe('127.0.0.1');
  expect(clientAddress('::ffff:127.0.0.1', '192.0.2.1')).toBe('127.0.0.1');
  trust('10.0.0.0/8');
  expect(clientAddress('127.0.0.1', '192.0.2.1')).toBe('127.0.0.1');
  expect(clientAddress(undefined, '192.0.2.1')).toBe('');
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.9, 192.0.2.1', '192.0.2.1'],
  ['192.0.2.1, 10.1.2.3', '192.0.2.1'],
  ['192.0.2.9,192.0.2.1,10.1.2.3,127.0.0.1', '192.0.2.1'],
  ['10.1.2.3', '10.1.2.3'],
  ['192.0.2.1:4711', '192.0.2.1'],
  ['[2001:db8::1]:4711', '2001:db8::1'],
  ['2001:db8::1%eth0', '2001:db8::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['192.0.2.1, nonsense', '::1'],
  ['192.0.2.1, nonsense, 10.1.2.3', '10.1.2.3'],
  ['', '::1'],
  [undefined, '::1'],
])('takes from %j behind trusted proxies %j', (header, expected) => {
  trust('loopback,private');
  expect(clientAddress('::1', header)).toBe(expected);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.9, 192.0.2.1:4711', '192.0.2.1'],
  ['192.0.2.1, 10.1.2.3', '192.0.2.1'],
  ['nonsense, 10.1.2.3', '10.1.2.3'],
  ['192.0.2.1, nonsense', ''],
  ['nonsense', ''],
  ['', ''],
  [null, ''],
])('takes from %j, which the platform of a page host says, %j', (header, expected) => {
  trust('private');
  expect(forwardedAddress(header)).toBe(expected);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
  ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ['', ''],
])('counts %j as %j', (address, key) => expect(addressKey(address)).toBe(key));

it.each(['everybody', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '1.2.3', '::/129'])(
  'starts with no such proxy as %j',
  (value) => expect(() => readSettings({ TRUSTED_PROXIES: value })).toThrow(/^TRUSTED_PROXIES: /),
);

it.each(['0/1', '1/0', '5', '2+5', '1+2/3/4', '-1/1', '1e3/1', '5/100000'])(
  'starts with no such rate as %j',
  (value) =>
    expect(() => readSettings({ RATE_LIMIT_MESSAGES: value })).toThrow(/^RATE_LIMIT_MESSAGES: /),
);
