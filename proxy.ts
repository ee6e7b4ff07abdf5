import type { NextRequest } from 'next/server';
import { isPageHost } from '#lib/page-host.ts';
import { openPage } from '#lib/transport/page-door.ts';

/** The front door of pages where there is no server.ts, which would have opened it before Next. */
export const proxy = (request: NextRequest): Promise<Response> | undefined =>
  isPageHost() ? openPage(request) : undefined;

/**
 * All but REST, which has a door of its own, and what the build has hashed. Whatever else looks like a file
 * may be a page: the views take every path.
 */
export const config = { matcher: '/((?!api/v1/|api/auth/|_next/static/).*)' };
