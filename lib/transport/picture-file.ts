import { refusing } from './perform.ts';
import { connected } from '#lib/database/connect.ts';
import { findPicture } from '#lib/models/picture.ts';
import { problemResponse } from './problem.ts';

/** It never changes under its address, and what is nobody else's is in nobody else's cache. */
const headers = {
  'cache-control': 'private, max-age=31536000, immutable',
  'content-disposition': 'inline; filename="picture.webp"',
  'x-content-type-options': 'nosniff',
};

/** Answers with a picture, or that whoever asks has it already. */
export async function servePicture(
  request: Request,
  { pictureId: id }: Record<string, string | string[] | undefined>,
): Promise<Response> {
  const reply = await refusing('picture', async () => {
    await connected();
    return { ok: true as const, bytes: await findPicture(String(id)) };
  });
  if (!reply.ok) return problemResponse(reply.error);
  if (!reply.bytes) {
    return problemResponse({ code: 'not_found', message: 'There is no such picture.' });
  }
  const etag = `"${String(id)}"`;
  if (request.headers.get('if-none-match')?.includes(etag)) {
    return new Response(null, { status: 304, headers: { ...headers, etag } });
  }
  return new Response(new Uint8Array(reply.bytes), {
    headers: { ...headers, etag, 'content-type': 'image/webp' },
  });
}
