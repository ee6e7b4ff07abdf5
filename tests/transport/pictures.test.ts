import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '#lib/contract/limits.ts';
import { people, type Person, type RestAnswer } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let ana: Person;
let ben: Person;
let mallory: Person;

beforeAll(async () => {
  [ana, ben, mallory] = (await people(server.url, 'ana', 'ben', 'mallory')) as [
    Person,
    Person,
    Person,
  ];
});
afterAll(async () => {
  for (const person of [ana, ben, mallory]) person?.leave();
});

/** Left half red, right half blue; wider than high. */
const photo = (width = 800, height = 400) =>
  sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([
    {
      input: { create: { width: width / 2, height, channels: 3, background: 'blue' } },
      left: width / 2,
      top: 0,
    },
  ]);

async function upload(
  person: Person,
  bytes: Buffer | string,
  path = '/users/me/picture',
  type = 'image/jpeg',
): Promise<RestAnswer> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${person.token}`, 'content-type': type },
    body: new Uint8Array(Buffer.from(bytes)),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });

async function pixelsOf(path: string) {
  const bytes = Buffer.from(await (await get(path)).arrayBuffer());
  const meta = await sharp(bytes).metadata();
  const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * meta.width + x) * 3).subarray(0, 3)];
  return { meta, at };
}

describe('a picture', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)(
    'is taken as %s, and kept as the middle of it',
    async (format) => {
      const answer = await upload(ana, await photo().toFormat(format).toBuffer());
      expect(answer.status).toBe(200);
      const { meta, at } = await pixelsOf(answer.body.user.avatarUrl as string);
      expect(meta).toMatchObject({ format: 'webp', width: limits.pictureSide });
      expect(meta.height).toBe(limits.pictureSide);
      expect(at(20, 160)[0]).toBeGreaterThan(200);
      expect(at(300, 160)[2]).toBeGreaterThan(200);
    },
  );

  it('is turned upright and keeps nothing that it says of itself', async () => {
    const bytes = await photo(400, 400)
      .jpeg()
      .withExif({ IFD0: { Artist: 'Ana' }, IFD3: { GPSLatitude: '52/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect((await sharp(bytes).metadata()).exif).toBeDefined();
    const { body } = await upload(ana, bytes);
    const { meta, at } = await pixelsOf(body.user.avatarUrl as string);
    expect(meta.exif ?? meta.icc ?? meta.xmp ?? meta.iptc).toBeUndefined();
    expect(meta.orientation).toBeUndefined();
    expect([at(160, 20)[0]! > 200, at(160, 300)[2]! > 200]).toEqual([true, true]);
  });

  it('is served to be kept, as nothing but a picture', async () => {
    const { body } = await upload(ana, await photo().jpeg().toBuffer());
    const path = body.user.avatarUrl as string;
    expect(path).toMatch(/^\/api\/v1\/pictures\/[\w-]{32}$/);
    const { status, headers } = await get(path);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(headers.get('content-type')).toBe('image/webp');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    const again = await get(path, { 'if-none-match': headers.get('etag') ?? '' });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const other = await get(path, { 'if-none-match': '"another"' });
    expect(other.status).toBe(200);
    for (const id of ['x', randomBytes(24).toString('base64url'), 'f'.repeat(24), '..%2fready']) {
      const none = await get(`/api/v1/pictures/${id}`);
      expect([none.status >= 400, none.headers.get('cache-control')]).toEqual([true, 'no-store']);
    }
  });

  it('is told to whoever shares a conversation, and goes when it is replaced or removed', async () => {
    await ana.direct(ben);
    const [bens, mallorys] = [await ben.connect(), await mallory.connect()];
    const first = (await upload(ana, await photo().png().toBuffer())).body.user.avatarUrl as string;
    await bens.heard('user:updated', ({ user }) => user.avatarUrl === first);
    const create = { width: 400, height: 400, channels: 3, background: 'green' } as const;
    const green = await sharp({ create }).png().toBuffer();
    const second = (await upload(ana, green)).body.user.avatarUrl;
    await bens.heard('user:updated', ({ user }) => user.avatarUrl === second);
    expect([(await get(first)).status, (await get(second as string)).status]).toEqual([404, 200]);
    const { user } = await ana.done('DELETE', '/users/me/picture');
    expect(user.avatarUrl).toBeNull();
    await bens.heard('user:updated', ({ user }) => user.avatarUrl === null);
    expect((await get(second as string)).status).toBe(404);
    expect((await ana.rest('DELETE', '/users/me/picture')).status).toBe(200);
    expect(mallorys.all('user:updated')).toEqual([]);
  });

  it('has one address left, however many are sent at once', async () => {
    const bytes = await photo().jpeg().toBuffer();
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload(ben, bytes)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    const { user } = await ben.done('GET', '/users/me');
    const urls = answers.map(({ body }) => body.user.avatarUrl as string);
    const found = await Promise.all(urls.map(async (url) => (await get(url)).status));
    expect(urls.filter((_, i) => found[i] === 200)).toEqual([user.avatarUrl]);
  });
});

it('is not kept waiting by slow ones of somebody else', async () => {
  const bytes = await slowPicture();
  const slow = Array.from({ length: 8 }, () => upload(mallory, bytes));
  const quick = await upload(ana, await photo().jpeg().toBuffer());
  expect(quick.status).toBe(200);
  const refused = (await Promise.all(slow)).filter(({ status }) => status !== 200);
  expect(refused.map(({ status }) => [415, 503].includes(status))).not.toContain(false);
});

describe('refused is', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  it.each([
    ['an SVG', svg, 'image/svg+xml'],
    ['an SVG that says it is a JPEG', svg, 'image/jpeg'],
    ['a page', '<html><script>alert(1)</script>', 'image/png'],
    ['nothing', '', 'image/jpeg'],
    ['noise', randomBytes(2000), 'image/jpeg'],
    ['noise that begins like a PNG', Buffer.concat([pngHead(), randomBytes(2000)]), 'image/png'],
    ['a PDF', '%PDF-1.7\n1 0 obj', 'image/jpeg'],
    ['JSON', '{"picture":"x"}', 'application/json'],
    ['a form', 'picture=x', 'application/x-www-form-urlencoded'],
  ])('%s', async (_, bytes, type) => {
    const before = (await ana.done('GET', '/users/me')).user.avatarUrl;
    const { status, body } = await upload(ana, bytes, '/users/me/picture', type);
    expect([status, body.code]).toEqual([415, 'unsupported_media']);
    expect((await ana.done('GET', '/users/me')).user.avatarUrl).toBe(before);
  });

  it('a picture cut off in its middle', async () => {
    const bytes = await photo(1200, 1200).png().toBuffer();
    const { status } = await upload(ana, bytes.subarray(0, bytes.length / 2));
    expect(status).toBe(415);
  });

  it('one that is too many bytes, or too many pixels once it is decoded', async () => {
    const large = await upload(ana, Buffer.alloc(limits.pictureBytes + 1, 0xff));
    expect([large.status, large.body.code]).toEqual([413, 'too_large']);
    const bomb = sharp({
      create: { width: 8_000, height: 8_000, channels: 3, background: 'red' },
    });
    const bytes = await bomb.png({ compressionLevel: 9 }).toBuffer();
    expect(bytes.length).toBeLessThan(limits.pictureBytes);
    const { status, body } = await upload(ana, bytes);
    expect([status, body.code]).toEqual([413, 'too_large']);
  });

  it('an AVIF that takes a gigabyte to decode', async () => {
    const create = { width: 5_000, height: 5_000, channels: 3, background: 'red' } as const;
    const bytes = await sharp({ create }).avif({ effort: 0 }).toBuffer();
    const { status, body } = await upload(ana, bytes, '/users/me/picture', 'image/avif');
    expect([status, body.code]).toEqual([413, 'too_large']);
  });

  it('a query', async () => {
    const { body } = await upload(ana, await photo().jpeg().toBuffer(), '/users/me/picture?x=1');
    expect(body.code).toBe('invalid_input');
  });
});

describe("a group's picture", () => {
  it('is set by its admins, told to its members, and said in its log', async () => {
    const group = await ana.group('Garden', [ben, mallory]);
    await ana.done('DELETE', `/conversations/${group.id}/members/${mallory.id}`);
    const [bens, mallorys] = [await ben.connect(), await mallory.connect()];
    const path = `/conversations/${group.id}/picture`;
    const bytes = await photo().jpeg().toBuffer();
    expect((await upload(ben, bytes, path)).status).toBe(403);
    expect((await upload(mallory, bytes, path)).status).toBe(403);
    const { body } = await upload(ana, bytes, path);
    const url = body.conversation.avatarUrl as string;
    expect((await get(url)).status).toBe(200);
    await bens.heard('conversation:updated', ({ conversation }) => conversation.avatarUrl === url);
    const { message } = await bens.heard('message:new');
    expect(message.system).toMatchObject({ type: 'picture_changed', actorId: ana.id });
    expect((await mallory.view(group)).avatarUrl).toBeNull();
    expect(mallorys.events.map(({ event }) => event)).toEqual(['ready']);
    const gone = await ana.done('DELETE', path);
    expect(gone.conversation.avatarUrl).toBeNull();
    expect((await get(url)).status).toBe(404);
  });

  it('is nothing that a chat of two has', async () => {
    const chat = await ana.direct(ben);
    const bytes = await photo().jpeg().toBuffer();
    expect((await upload(ana, bytes, `/conversations/${chat.id}/picture`)).status).toBe(403);
  });
});

/** A small file that takes seconds: its last pass over all pixels comes a thousand times. */
async function slowPicture(): Promise<Buffer> {
  const bytes = await photo(7_000, 7_000).jpeg({ progressive: true }).toBuffer();
  const end = bytes.length - 2;
  const scan = bytes.subarray(bytes.lastIndexOf(Buffer.from([0xff, 0xda])), end);
  const scans = Array.from({ length: 1_000 }, () => scan);
  return Buffer.concat([bytes.subarray(0, end), ...scans, bytes.subarray(end)]);
}

function pngHead(): Buffer {
  return Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
}
