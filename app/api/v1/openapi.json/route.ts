import { sessionCookieName } from '#lib/auth/cookies.ts';
import { openApiDocument } from '#lib/contract/openapi.ts';
import { env } from '#lib/env.ts';

export const dynamic = 'force-dynamic';
export const GET = () =>
  Response.json(openApiDocument(env().PUBLIC_URL ?? '', sessionCookieName()));
