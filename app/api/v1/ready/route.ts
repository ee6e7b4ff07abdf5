import { readiness } from '#lib/transport/readiness.ts';
import { routes } from '#lib/transport/rest.ts';

export const dynamic = 'force-dynamic';
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = routes({ GET: readiness });
