import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { problemText } from './rest.ts';

/**
 * Answers `GET /sw.js` with the service worker that the build has made beside the server. Browsers ask
 * for it whenever they look for a new version, so no cache may answer for us. Where there is no build,
 * in development, there is no service worker.
 */
export async function answerWorker(
  { method = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const script = /^(GET|HEAD)$/.test(method) ? await builtScript() : null;
  if (script === null) {
    const { status, headers, body } = problemText({
      code: 'not_found',
      message: 'There is nothing here.',
    });
    response.writeHead(status, headers).end(body);
    return;
  }
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': script.length,
    'cache-control': 'no-cache',
  };
  response.writeHead(200, headers).end(method === 'HEAD' ? undefined : script);
}

async function builtScript(): Promise<Buffer | null> {
  try {
    return await readFile(new URL('./sw.js', import.meta.url));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
