import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '#lib/contract/limits.ts';
import type { Message } from '#lib/contract/records.ts';
import { password, people, type Person } from '../support/people.ts';
import { formType, freePort } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startRedis, startStore, until, readyAt, type RedisServer } from './cluster.ts';
import { answers, end, exampleWith, proxyConf, start, startNginx } from './programs.ts';

// The proxies of docs/deploy/examples as people are given them, but for addresses and files: two nodes behind
// each of them, reached by TLS.

interface Ports {
  plain: string;
  tls: string;
}
type StartProxy = (ports: Ports, nodes: string[]) => Promise<() => Promise<void>>;

const directory = mkdtempSync(path.join(os.tmpdir(), 'gatherly-proxies-'));
const folder = (name: string): string => path.join(directory, name);

const nginxSite: StartProxy = ({ plain, tls }, [first, second]) => {
  const site = exampleWith('nginx/gatherly.conf', {
    '127.0.0.1:5000 max_fails=0;': `127.0.0.1:${first} max_fails=0;
      server 127.0.0.1:${second} max_fails=0;`,
    'listen 80;': `listen 127.0.0.1:${plain};`,
    'listen [::]:80;': '',
    'listen 443 ssl': `listen 127.0.0.1:${tls} ssl`,
    'listen [::]:443 ssl http2;': '',
    '/etc/letsencrypt/live/chat.example.org': directory,
    '/etc/nginx/gatherly-proxy.conf': proxyConf,
    'chat.example.org': 'localhost',
  });
  const conf = `events {} http { access_log off; ${site} }`;
  return startNginx(folder('site'), tls, conf);
};

const nginxOfCompose: StartProxy = ({ plain, tls }, [first, second]) =>
  startNginx(
    folder('compose'),
    tls,
    exampleWith('nginx/compose.conf', {
      'include /etc/nginx/mime.types;': '',
      '/dev/stdout': folder('access.log'),
      '/dev/stderr': folder('error.log'),
      'gatherly-1:5000': `127.0.0.1:${first}`,
      'gatherly-2:5000': `127.0.0.1:${second}`,
      'listen 80': `listen 127.0.0.1:${plain}`,
      'listen 443': `listen 127.0.0.1:${tls}`,
      '/etc/nginx/tls': directory,
      '/etc/nginx/gatherly-proxy.conf': proxyConf,
    }),
  );

const caddy: StartProxy = async ({ plain, tls }, [first, second]) => {
  const site = exampleWith('Caddyfile', {
    '127.0.0.1:5000': `127.0.0.1:${first} 127.0.0.1:${second}`,
    'chat.example.org {': `localhost {
      tls ${folder('fullchain.pem')} ${folder('privkey.pem')}`,
  });
  const own = `admin off\nhttp_port ${plain}\nhttps_port ${tls}\ndefault_bind 127.0.0.1`;
  writeFileSync(folder('Caddyfile'), `{\n${own}\n}\n${site}`);
  const options = ['run', '--config', folder('Caddyfile'), '--adapter', 'caddyfile'];
  const child = start('caddy', 'caddy', options, directory, { HOME: directory });
  await answers(tls, child);
  return () => end(child, 'SIGTERM');
};

const proxies: [string, StartProxy][] = [
  ['nginx on a host', nginxSite],
  ['nginx of compose.yaml', nginxOfCompose],
];
if (!spawnSync('caddy', ['version']).error) proxies.push(['Caddy', caddy]);

let ports: Ports;
let url: string;
let ca: Buffer;
let redis: RedisServer;
let store: { uri: string; stop: () => Promise<void> };
let settings: Record<string, string>;
const nodes: TestServer[] = [];

beforeAll(async () => {
  makeCertificate();
  ports = { plain: await freePort(), tls: await freePort() };
  url = `https://localhost:${ports.tls}`;
  redis = await startRedis();
  store = await startStore(folder('store'));
  const counted = ['REGISTER', 'MESSAGES', 'REQUESTS', 'ANONYMOUS', 'ADDRESS', 'CONNECTIONS'];
  settings = {
    MONGODB_URI: store.uri,
    REDIS_URL: redis.url,
    SESSION_SECRET: randomUUID(),
    PUBLIC_URL: url,
    TRUSTED_PROXIES: 'loopback',
    RATE_LIMITS: 'on',
    RATE_LIMIT_LOOKUPS: '5+1/3600',
    ...Object.fromEntries(counted.map((name) => [`RATE_LIMIT_${name}`, '100000/1'])),
  };
  for (let i = 0; i < 2; i++)
    nodes.push(await startServer({ ...settings, PORT: await freePort() }));
  for (const node of nodes) await until(async () => (await readyAt(node.url)).redis === 'ok');
});
afterAll(async () => {
  const stops = await Promise.allSettled(nodes.map((node) => node.stop()));
  await store.stop();
  await redis.stop();
  rmSync(directory, { recursive: true, force: true });
  for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
});

function makeCertificate(): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', folder('privkey.pem'), '-out', folder('fullchain.pem')];
  const options = ['req', '-x509', '-days', '2', ...key, ...subject, ...files];
  execFileSync('openssl', options, { stdio: 'ignore' });
  ca = readFileSync(folder('fullchain.pem'));
}

interface Answer extends Pick<IncomingMessage, 'headers' | 'headersDistinct'> {
  status: number;
  body: Buffer;
}

/** A request by TLS through the proxy, from this address of the machine. */
function ask(
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
  body?: Buffer | string,
  localAddress = '127.0.0.1',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const address = new URL(path, url);
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = { method, headers: { ...headers, ...length }, ca, localAddress, family: 4 };
    const request = requestSecure(address, { ...options, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, headers: heads, headersDistinct } = response;
        resolve({
          status: statusCode,
          headers: heads,
          headersDistinct,
          body: Buffer.concat(chunks),
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

const bearer = ({ token }: Person) => ({ authorization: `Bearer ${token}` });
const json = { 'content-type': 'application/json' };

/** A device of this person behind the proxy, once it is ready, and the texts that it hears. */
async function deviceOf(person: Person, transport: 'websocket' | 'polling') {
  const auth = { token: person.token };
  const socket = io(url, { auth, forceNew: true, transports: [transport], ca: ca.toString() });
  const heard = new Set<string>();
  socket.on('message:new', ({ message }) => heard.add((message as Message).text ?? ''));
  await new Promise((resolve, reject) => {
    socket.once('ready', resolve);
    socket.once('connect_error', reject);
  });
  return { socket, heard };
}

describe.each(proxies.map(([name, begin], index) => ({ name, begin, index })))(
  '$name',
  ({ begin, index }) => {
    let stop: () => Promise<void>;
    let ana: Person;
    let ben: Person;

    beforeAll(async () => {
      mkdirSync(folder(String(index)));
      stop = await begin(
        ports,
        nodes.map((node) => new URL(node.url).port),
      );
      [ana, ben] = (await people(nodes[0]?.url ?? '', 'ana', 'ben')) as [Person, Person];
    });
    afterAll(() => stop());

    it('leads to TLS, and speaks HTTP/2', async () => {
      const moved = await new Promise<IncomingMessage>((resolve, reject) => {
        const options = { host: '127.0.0.1', port: ports.plain, path: '/chats?a=1' };
        getPlain({ ...options, headers: { host: 'localhost' } }, resolve).once('error', reject);
      });
      moved.resume();
      expect(moved.statusCode).toBe(308);
      expect(moved.headers.location).toMatch(/^https:\/\/localhost(:\d+)?\/chats\?a=1$/);
      const session = connectHttp2(url, { ca });
      const status = await new Promise((resolve, reject) => {
        session.once('error', reject);
        const stream = session.request({ ':path': '/api/v1/ready' });
        stream.once('response', (headers) => resolve(headers[':status']));
        stream.resume();
      });
      expect(session.alpnProtocol).toBe('h2');
      session.close();
      expect(status).toBe(200);
    });

    it('signs in with cookies for TLS alone, under one policy', async () => {
      const csrf = await ask('/api/auth/csrf');
      const { csrfToken } = JSON.parse(csrf.body.toString()) as { csrfToken: string };
      const cookies = (csrf.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]);
      const { username } = ana.user;
      const form = new URLSearchParams({ csrfToken, username, password, json: 'true' });
      const signedIn = await ask(
        '/api/auth/callback/credentials',
        'POST',
        { cookie: cookies.join('; '), 'content-type': formType, origin: url },
        form.toString(),
      );
      expect(signedIn.status).toBe(200);
      const session = signedIn.headers['set-cookie']?.find((line) =>
        line.includes('session-token'),
      );
      expect(session).toMatch(/^__Host-next-auth\.session-token=[^;]+;.*\bSecure\b/);
      const cookie = session?.split(';', 1)[0] ?? '';
      const page = await ask('/chats', 'GET', { cookie });
      expect(page.status).toBe(200);
      for (const name of ['content-security-policy', 'strict-transport-security', 'x-request-id'])
        expect(page.headersDistinct[name], name).toHaveLength(1);
    });

    it('carries sockets, also of those who poll', async () => {
      const chat = await ana.direct(ben);
      const [anas, bens] = [await deviceOf(ana, 'websocket'), await deviceOf(ben, 'polling')];
      for (let i = 0; i < 3; i++) {
        const input = { conversationId: chat.id, clientId: randomUUID(), text: `Across ${i}` };
        expect(await anas.socket.emitWithAck('message:send', input)).toMatchObject({ ok: true });
        await expect.poll(() => bens.heard.has(input.text)).toBe(true);
        expect(anas.heard).toContain(input.text);
      }
      anas.socket.close();
      bens.socket.close();
    });

    it('takes the largest picture, and lets Gatherly refuse a larger one', async () => {
      const headers = { ...bearer(ana), 'content-type': 'image/png' };
      const side = 1_580;
      const raw = { width: side, height: side, channels: 3 as const };
      const noise = sharp(randomBytes(side * side * 3), { raw }).png({ compressionLevel: 0 });
      const picture = await noise.toBuffer();
      expect(picture.length).toBeGreaterThan(0.8 * limits.pictureBytes);
      expect(picture.length).toBeLessThan(limits.pictureBytes);
      const taken = await ask('/api/v1/users/me/picture', 'POST', headers, picture);
      expect(taken.status).toBeLessThan(300);
      const more = Buffer.concat([picture, Buffer.alloc(limits.pictureBytes - picture.length + 1)]);
      const refused = await ask('/api/v1/users/me/picture', 'POST', headers, more);
      expect(refused.status).toBe(413);
      expect(refused.headers['content-type']).toContain('application/problem+json');
    });

    it('brings pages of a megabyte whole', async () => {
      const group = await ana.group('Long', [ben]);
      const at = `/api/v1/conversations/${group.id}/messages`;
      for (let i = 0; i < 18; i++) {
        const message = { clientId: randomUUID(), text: `${i} `.repeat(20_000).slice(0, 60_000) };
        const sent = await ask(at, 'POST', { ...bearer(ana), ...json }, JSON.stringify(message));
        expect(sent.status).toBeLessThan(300);
      }
      const through = await ask(`${at}?after=0&limit=200`, 'GET', bearer(ben));
      expect(through.body.length).toBeGreaterThan(800_000);
      const page = `/conversations/${group.id}/messages?after=0&limit=200`;
      expect(JSON.parse(through.body.toString())).toEqual(await ben.done('GET', page));
    });

    it('tells where people are, whatever they say of it', async () => {
      const look = (from: string, claimed: string) =>
        ask(
          '/api/v1/auth/username?username=zoe',
          'GET',
          { 'x-forwarded-for': claimed },
          undefined,
          from,
        );
      const statuses: number[] = [];
      for (let i = 0; i < 7; i++) {
        statuses.push((await look(`127.0.${index}.2`, `198.51.100.${i}`)).status);
      }
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
      expect((await look(`127.0.${index}.3`, '198.51.100.1')).status).toBe(200);
    });

    it('passes over a node that is away, and finds it again', async () => {
      for (const i of nodes.keys()) {
        const port = new URL(nodes[i]?.url ?? '').port;
        await nodes[i]?.stop();
        const while1Away = await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            ask('/api/v1/ready', 'GET', {}, undefined, `127.0.${index}.${n + 10}`),
          ),
        );
        expect(while1Away.map(({ status }) => status)).toEqual(
          Array.from({ length: 10 }, () => 200),
        );
        nodes[i] = await startServer({ ...settings, PORT: port });
        await until(async () => (await readyAt(nodes[i]?.url ?? '')).redis === 'ok');
      }
      const chat = await ana.direct(ben);
      expect((await ask(`/api/v1/conversations/${chat.id}`, 'GET', bearer(ana))).status).toBe(200);
    });
  },
);
