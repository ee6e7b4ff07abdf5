import { pingDatabase } from '#lib/database/connect.ts';
import { isInTouch, isNode } from '#lib/nodes/node.ts';
import { redis } from '#lib/nodes/redis.ts';

/**
 * Whether this process can do its work: 200, or 503 with what is missing. Without Redis it can: people
 * on the same process go on, and a proxy that put out every process would end that.
 */
export async function readiness(): Promise<Response> {
  const database = await pingDatabase().then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
  const ready = database === 'ok';
  return Response.json(
    { status: ready ? 'ok' : 'unavailable', database, ...(await others()) },
    { status: ready ? 200 : 503 },
  );
}

/** Whether the other processes can be told, and heard where there are sockets to tell. */
async function others() {
  const link = redis();
  if (!link) return {};
  const isThere = isNode() ? isInTouch() : await link.isUp();
  return { redis: isThere ? ('ok' as const) : ('unavailable' as const) };
}
