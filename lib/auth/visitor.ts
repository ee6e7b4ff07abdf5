import { forwardedAddress } from '#lib/limits/address.ts';
import { isPageHost } from '#lib/page-host.ts';
import type { Visitor } from '#lib/use-cases/define.ts';

/** server.ts sets it from the connection, over whatever a client sends. */
export const addressHeader = 'x-gatherly-address';

/** Who is at the other end, from a request's headers. */
export function visitorOf(headers: Headers): Visitor {
  return {
    device: (headers.get('user-agent') ?? '').slice(0, 300),
    address: isPageHost()
      ? forwardedAddress(headers.get('x-forwarded-for'))
      : (headers.get(addressHeader) ?? ''),
  };
}
