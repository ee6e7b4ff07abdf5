import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressesOf, isPublicAddress, lookupWith, urlOfEndpoint } from '#lib/push/addresses.ts';
import { post, waitIn } from '#lib/push/post.ts';
import { forget } from '#lib/runtime.ts';
import { startNameServer } from './name-server.ts';

// Where the server can be made to send by whoever names an endpoint: to hosts on the Internet only.

/** Stands for something on this machine, or in its network, that nobody outside may reach. */
let inside: Server;
let port: number;
let connections = 0;
let names: Awaited<ReturnType<typeof startNameServer>>;

beforeAll(async () => {
  inside = createTcpServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => inside.listen(0, '::', resolve));
  ({ port } = inside.address() as AddressInfo);
  names = await startNameServer({
    'loopback.test': { A: ['127.0.0.1'] },
    'private.test': { A: ['10.1.2.3'] },
    'metadata.test': { A: ['169.254.169.254'] },
    'loopback6.test': { AAAA: ['0:0:0:0:0:0:0:1'] },
    'mapped.test': { AAAA: ['0:0:0:0:0:ffff:7f00:1'] },
    'local6.test': { AAAA: ['fd00:0:0:0:0:0:0:1'] },
    'both.test': { A: ['93.184.215.14', '127.0.0.1'] },
    'half.test': { A: ['93.184.215.14'], AAAA: ['0:0:0:0:0:0:0:1'] },
    'public.test': { A: ['93.184.215.14'], AAAA: ['2606:2800:21f:cb07:6820:80da:af6b:8b2c'] },
  });
});
afterAll(() => {
  names.stop();
  inside.close();
});

describe('a public address', () => {
  it.each([
    '93.184.215.14',
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '100.128.0.0',
    '223.255.255.255',
    '2606:2800:21f:cb07:6820:80da:af6b:8b2c',
    '2a00:1450:4001::1',
  ])('is %s', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:93.184.215.14',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::93.184.215.14',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ])('is not %s', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('an endpoint', () => {
  it('is on HTTPS, at its port, under a name', () => {
    expect(urlOfEndpoint('https://push.example.org/a?b')?.host).toBe('push.example.org');
    expect(urlOfEndpoint('https://push.example.org:443/')?.host).toBe('push.example.org');
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://017700000001/',
    'https://0/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a00:1]/',
    'https://①②⑦.⓪.⓪.①/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://8.8.8.8/',
    'https://user@push.example.org/',
    'https://push.example.org:22/',
    'http://push.example.org/',
    'http://127.0.0.1/',
    'http://localhost/',
    'file:///etc/passwd',
    'gopher://push.example.org/',
    'push.example.org',
  ])('is not %s', (endpoint) => expect(urlOfEndpoint(endpoint)).toBeNull());
});

describe('a connection', () => {
  const withinMs = 3_000;
  const refused = async (url: string) => {
    const before = connections;
    const body = Buffer.from('x');
    const lookup = lookupWith(names.resolver);
    await expect(post(new URL(url), {}, body, { withinMs, lookup })).rejects.toThrow(
      /not public|no address/,
    );
    expect(connections).toBe(before);
  };

  it.each([
    'loopback',
    'private',
    'metadata',
    'loopback6',
    'mapped',
    'local6',
    'both',
    'half',
    'none',
  ])('is not made to %s.test, which leads inside', async (name) => {
    await refused(`https://${name}.test:${port}/`);
    await refused(`http://${name}.test:${port}/`);
  });

  it.each(['127.0.0.1', '[::1]', '2130706433', '0x7f.1', '0', '[::ffff:127.0.0.1]'])(
    'is not made to %s, for which nobody looks up a name',
    (host) => refused(`http://${host}:${port}/`),
  );

  it('is not made to this machine by the names that it has', async () => {
    const body = Buffer.from('x');
    await expect(
      post(new URL(`http://localhost:${port}/`), {}, body, { withinMs }),
    ).rejects.toThrow(/not public|no address/);
    expect(connections).toBe(0);
  });

  it('is made to the addresses that were looked at', async () => {
    const found = await addressesOf('public.test', names.resolver);
    expect(found).toEqual([
      { address: '93.184.215.14', family: 4 },
      { address: '2606:2800:21f:cb07:6820:80da:af6b:8b2c', family: 6 },
    ]);
  });
});

describe('what a push service answers', () => {
  it('is read no further than its status, and not waited for', async () => {
    process.env.PUSH_ALLOW_LOOPBACK = 'on';
    forget('env');
    const endless = createServer((_, response) => {
      response.writeHead(201, { 'retry-after': '7' });
      response.write(Buffer.alloc(100_000));
    });
    const silent = createServer(() => undefined);
    for (const server of [endless, silent]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    const urlOf = (server: Server) =>
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const cut = new Promise((resolve) => {
      endless.once('connection', (socket) => socket.once('close', resolve));
    });
    const body = Buffer.from('x');
    expect(await post(urlOf(endless), {}, body, { withinMs: 5_000 })).toEqual({
      status: 201,
      retryAfterMs: 7_000,
    });
    await cut;
    await expect(post(urlOf(silent), {}, body, { withinMs: 200 })).rejects.toThrow(/aborted/);
    for (const server of [endless, silent]) {
      server.closeAllConnections();
      server.close();
    }
    delete process.env.PUSH_ALLOW_LOOPBACK;
    forget('env');
  });

  it('says when to come again in seconds, or by a date', () => {
    expect(waitIn(undefined)).toBeNull();
    expect(waitIn('120')).toBe(120_000);
    expect(waitIn('soon')).toBeNull();
    expect(waitIn('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0);
  });
});
