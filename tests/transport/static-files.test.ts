import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodingFor } from '#lib/transport/static-files.ts';
import { startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();

const chunks = '.next/static/chunks/';
const script = readdirSync(chunks)
  .find((file) => /^[^.]+\.js\.br$/.test(file))!
  .slice(0, -3);
const style = readdirSync(chunks)
  .find((file) => /^[^.]+\.css\.br$/.test(file))!
  .slice(0, -3);
const addressOf = (file: string) => `/_next/static/chunks/${file}`;

interface Answer {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** As it crosses the wire: fetch would decode it. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get(server.url + path, { method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      );
    });
    request.on('error', reject);
  });
}

test.each([
  ['br', 'gzip, deflate, br, zstd', brotliDecompressSync],
  ['gzip', 'gzip, deflate', gunzipSync],
  ['gzip', 'br;q=0, gzip;q=0.5', gunzipSync],
] as const)('files of the build are sent as %s to who takes %s', async (name, taken, decode) => {
  for (const [file, type] of [
    [script, 'application/javascript; charset=UTF-8'],
    [style, 'text/css; charset=UTF-8'],
  ] as const) {
    const { status, headers, body } = await ask(addressOf(file), { 'accept-encoding': taken });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-encoding': name,
      'content-type': type,
      'content-length': `${body.length}`,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding',
    });
    expect(decode(body).equals(readFileSync(chunks + file))).toBe(true);
  }
});

test('who takes none, or asks for a part, has the file as it is', async () => {
  const plain = readFileSync(chunks + script);
  const whole = await ask(addressOf(script));
  expect(whole.headers['content-encoding']).toBeUndefined();
  expect(whole.body.equals(plain)).toBe(true);
  const part = await ask(addressOf(script), { range: 'bytes=10-19' });
  expect([part.status, part.body.toString()]).toEqual([206, plain.toString('utf8', 10, 20)]);
});

test('HEAD says the same without the file; what is there already is not sent again', async () => {
  const taken = { 'accept-encoding': 'br' };
  const { headers, body } = await ask(addressOf(script), taken);
  const head = await ask(addressOf(script), taken, 'HEAD');
  expect([head.body.length, head.headers['content-length']]).toEqual([0, `${body.length}`]);
  const again = await ask(addressOf(script), { ...taken, 'if-none-match': headers.etag! });
  expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, headers.etag]);
});

test.each([
  `/_next/static/chunks/../../server/app-paths-manifest.json`,
  `/_next/static/chunks/..%2f..%2fserver%2fapp-paths-manifest.json`,
  `/_next/static/..%5c..%5cpackage.json`,
  `/_next/static/chunks/none.js`,
  `/_next/static/chunks`,
])('%s leads nowhere', async (path) => {
  const { status, headers } = await ask(path, { 'accept-encoding': 'br' });
  expect([400, 404]).toContain(status);
  expect(headers['content-encoding']).not.toBe('br');
});

test('a file that has gone since the server started is not there, and nobody is at fault', async () => {
  const name = `${randomUUID()}.txt`;
  const file = `.next/static/${name}`;
  writeFileSync(file, 'Here today');
  const own = await startServer();
  const read = async () => {
    const response = await fetch(`${own.url}/_next/static/${name}`);
    return [response.status, (await response.text()).slice(0, 10)];
  };
  expect(await read()).toEqual([200, 'Here today']);
  rmSync(file);
  expect(await read()).toMatchObject([404, expect.not.stringContaining('Here')]);
  await own.stop();
});

test('what is taken is read as it is written', () => {
  const both = { br: Buffer.of(1), gzip: Buffer.of(1) };
  expect(encodingFor('BR', both)).toBe('br');
  expect(encodingFor('gzip;q=1.0, br;q=0.1', both)).toBe('br');
  expect(encodingFor('br;q=0.000', both)).toBeUndefined();
  expect(encodingFor('br', { gzip: Buffer.of(1) })).toBeUndefined();
  for (const odd of ['', ',', '*', ';;;', 'br;q=x;q=0', 'brotli'])
    expect([undefined, 'br']).toContain(encodingFor(odd, both));
});
