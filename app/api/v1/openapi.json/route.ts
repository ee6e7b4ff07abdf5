import { sessionCookieName } from '#lib/auth/cookies.ts';
import { openApiDocument } from '#lib/contract/openapi.ts';
import { env } from '#lib/env.ts';
import { routes } from '#lib/transport/rest.ts';

export const dynamic = 'force-dynamic';
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = routes({
  GET: () => Response.json(openApiDocument(env().PUBLIC_URL ?? '', sessionCookieName())),
});
