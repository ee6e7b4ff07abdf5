import type { ServerResponse } from 'node:http';
import { httpStatus } from '#lib/contract/errors.ts';
import type { Refusal } from '#lib/contract/events.ts';

/** Answers with a refusal where there is no Next. */
export function answerProblem(response: ServerResponse, refusal: Refusal): void {
  const { status, headers, body } = problemOf(refusal);
  response.writeHead(status, Object.fromEntries(headers)).end(JSON.stringify(body));
}

/** Of answers that are for nobody's cache. */
export const privateHeaders = () =>
  new Headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });

/** A refusal in the form of a route file's answer. */
export function problemResponse(refusal: Refusal): Response {
  const { status, headers, body } = problemOf(refusal);
  return Response.json(body, { status, headers });
}

/** A refusal as RFC 9457 says it. */
function problemOf({ code, message: detail, issues, retryAfterMs }: Refusal) {
  const headers = privateHeaders();
  headers.set('content-type', 'application/problem+json');
  if (retryAfterMs !== undefined) {
    headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  }
  const status = httpStatus[code];
  if (status === 401) headers.set('www-authenticate', 'Bearer');
  const title = code.replaceAll('_', ' ');
  const more = { ...(issues && { issues }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const body = { type: 'about:blank', title, status, code, detail, ...more };
  return { status, headers, body };
}
