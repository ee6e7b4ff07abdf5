import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { password as everybodysPassword } from './people.ts';

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Options {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string;
}

/** A request exactly as given: any path, any Host, any Origin, none added. */
export function send(
  url: string,
  path: string,
  { method = 'GET', headers = {}, body }: Options = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port: new URL(url).port,
      path,
      method,
      headers,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.end(body);
  });
}

/** Tries to open a WebSocket; what became of it. */
export function upgrade(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port: new URL(url).port,
      path,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        'sec-websocket-version': '13',
        ...headers,
      },
    });
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(`upgraded ${response.statusCode}`);
    });
    request.on('response', (response) => {
      response.resume();
      resolve(`answered ${response.statusCode}`);
    });
    request.on('error', () => resolve('closed'));
    request.end();
  });
}

/** A port that nobody listens on. */
export async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

export const formType = 'application/x-www-form-urlencoded';

/** The cookies that an answer sets, as a browser sends them. */
export const cookiesOf = ({ headers }: RawAnswer): string =>
  (headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ');

/** Signs in as the page does; the answer, with its cookies. */
export async function signInByForm(
  url: string,
  username: string,
  { password = everybodysPassword, headers = {} }: { password?: string; headers?: object } = {},
): Promise<RawAnswer> {
  const csrf = await send(url, '/api/auth/csrf');
  const { csrfToken } = JSON.parse(csrf.body) as { csrfToken: string };
  const body = new URLSearchParams({ csrfToken, username, password, json: 'true' }).toString();
  return send(url, '/api/auth/callback/credentials', {
    method: 'POST',
    headers: {
      cookie: cookiesOf(csrf),
      'content-type': formType,
      'content-length': String(body.length),
      ...headers,
    },
    body,
  });
}
