import type { NextRequest } from 'next/server';
import { isPageHost } from '#lib/page-host.ts';
import { openPage } from '#lib/transport/page-door.ts';

/** The front door of pages where there is no server.ts, which would have opened it before Next. */
export const proxy = (request: NextRequest): Promise<Response> | undefined =>
  isPageHost() ? openPage(request) : undefined;

/** Pages: REST has a door of its own, and to files everybody may come. */
export const config = { matcher: '/((?!api/|_next/|sw\\.js$|.*\\.(?:png|svg|webmanifest)$).*)' };
