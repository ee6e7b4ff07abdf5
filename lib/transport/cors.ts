import { env } from '#lib/env.ts';

/** Lets pages of ALLOWED_ORIGINS read the answer; browsers keep it from all others. */
export function shared(request: Request, response: Response): Response {
  const origin = request.headers.get('origin');
  response.headers.append('vary', 'origin');
  if (origin !== null && env().ALLOWED_ORIGINS.includes(origin)) {
    response.headers.set('access-control-allow-origin', origin);
    response.headers.set('access-control-allow-credentials', 'true');
    response.headers.set('access-control-expose-headers', 'retry-after, x-request-id');
  }
  return response;
}

/** What a browser asks before it lets a page of another origin send a request. */
export function preflight(request: Request): Promise<Response> {
  const headers = {
    'access-control-allow-methods': 'DELETE, GET, PATCH, POST, PUT',
    'access-control-allow-headers': 'authorization, content-type, x-request-id',
    'access-control-max-age': '600',
  };
  return Promise.resolve(shared(request, new Response(null, { status: 204, headers })));
}
