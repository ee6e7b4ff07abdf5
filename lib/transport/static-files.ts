import { access, readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';

type Encoding = 'br' | 'gzip';
type Known = Partial<Record<Encoding, Buffer>>;

const types: Record<string, string> = {
  '.css': 'text/css; charset=UTF-8',
  '.js': 'application/javascript; charset=UTF-8',
};
const endings: Record<string, Encoding> = { '.br': 'br', '.gz': 'gzip' };
const prefix = '/_next/static/';

let known: Promise<Map<string, Known>> | null = null;

/**
 * Answers for a script or style that the build has compressed (lib/build/compress.mjs), in an encoding that
 * the client takes. False, and nothing done, for whatever else: then it is Next's.
 * @param path decoded; only what has been found in the build's folder is ever read
 */
export async function answerStatic(
  { method = '', headers }: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  if (!path.startsWith(prefix) || !/^(GET|HEAD)$/.test(method)) return false;
  // A part is one of the file as it is.
  if (headers.range !== undefined) return false;
  known ??= readKnown();
  const files = await known.catch(() => {
    // What could not be read once is not missing for good.
    known = null;
    return new Map<string, Known>();
  });
  const file = files.get(path);
  const encoding = file && encodingFor(headers['accept-encoding'] ?? '', file);
  const content = encoding && file[encoding];
  if (!content) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const etag = `"${name}-${encoding}"`;
  const about = {
    // Files are named by what is in them.
    'cache-control': 'public, max-age=31536000, immutable',
    etag,
    vary: 'Accept-Encoding',
  };
  if (isMatch(headers['if-none-match'], etag)) {
    response.writeHead(304, about).end();
    return true;
  }
  response.writeHead(200, {
    ...about,
    'content-encoding': encoding,
    'content-length': content.length,
    'content-type': types[name.slice(name.lastIndexOf('.'))],
  });
  response.end(method === 'HEAD' ? undefined : content);
  return true;
}

let begun: Promise<Map<string, string>> | null = null;

/**
 * Whether there was a file at this address that has gone since, as by a build under a running server: Next
 * would look for it, and say that the server is at fault.
 */
export async function isGone(address: string): Promise<boolean> {
  begun ??= readAddresses();
  const file = (await begun).get(address);
  if (file === undefined) return false;
  return access(file).then(
    () => false,
    () => true,
  );
}

/** The best of those that there are, if the client takes any. */
export function encodingFor(accepted: string, there: Known): Encoding | undefined {
  const wishes = new Map(
    accepted.split(',').map((wish): [string, number] => {
      const [name = '', ...parameters] = wish.toLowerCase().split(';');
      const weight = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find(Boolean);
      return [name.trim(), Number(weight ?? 1)];
    }),
  );
  return (['br', 'gzip'] as const).find((name) => there[name] && (wishes.get(name) ?? 0) > 0);
}

const isMatch = (given: string | undefined, etag: string): boolean =>
  given?.split(',').some((each) => each.trim().replace(/^W\//, '') === etag) ?? false;

async function readAddresses(): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  for (const [folder, before] of [
    ['public', '/'],
    [path.join('.next', 'static'), prefix],
  ] as const) {
    // There may be none.
    const found = await readdir(folder, { recursive: true }).catch(() => []);
    for (const file of found)
      addresses.set(before + file.split(path.sep).join('/'), path.resolve(folder, file));
  }
  return addresses;
}

/** All of them at once: they are small, and a build that takes this one's place leaves it whole. */
async function readKnown(): Promise<Map<string, Known>> {
  const folder = path.resolve('.next', 'static');
  const files = new Map<string, Known>();
  for (const found of await readdir(folder, { recursive: true })) {
    const encoding = endings[path.extname(found)];
    if (!encoding) continue;
    const address = prefix + found.slice(0, -path.extname(found).length).split(path.sep).join('/');
    const content = await readFile(path.join(folder, found));
    files.set(address, { ...files.get(address), [encoding]: content });
  }
  return files;
}
