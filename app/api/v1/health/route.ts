import { routes } from '#lib/transport/rest.ts';

export const dynamic = 'force-dynamic';
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = routes({
  /** Liveness: this process answers. */
  GET: () => Response.json({ status: 'ok' }),
});
