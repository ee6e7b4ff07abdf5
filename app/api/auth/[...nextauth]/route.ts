import NextAuth from 'next-auth';
import type { NextRequest } from 'next/server';
import { authOptions, unwrapped } from '#lib/auth/options.ts';
import { visitorOf } from '#lib/auth/visitor.ts';
import { AppError, httpStatus } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import { connected } from '#lib/database/connect.ts';
import { env } from '#lib/env.ts';
import { isOwnOrigin, provenanceOf } from '#lib/transport/origin.ts';
import { throughDoor } from '#lib/transport/page-door.ts';
import { refusing, type Performed } from '#lib/transport/perform.ts';
import { readBody } from '#lib/transport/rest.ts';
import { requestContext } from '#lib/transport/request-context.ts';

type Context = { params: Promise<{ nextauth: string[] }> };
type Refused = Extract<Performed<never>, { ok: false }>;

const withoutDatabase = new Set(['csrf', 'providers', 'signin', 'error']);

export { behindDoor as GET, behindDoor as POST };

const behindDoor = (request: NextRequest, context: Context): Promise<Response> =>
  throughDoor(request, () => handle(request, context));

async function handle(request: NextRequest, context: Context): Promise<Response> {
  const action = (await context.params).nextauth[0] ?? '';
  // next-auth's pages send their errors here, but so could anybody: the log is not for strangers.
  if (action === '_log') return new Response(null, { status: 204 });
  const reply = await refusing(`next-auth ${action}`, async () => {
    refuseForeign(request);
    await refuseLarge(request);
    if (!withoutDatabase.has(action)) await connected();
    return { ok: true as const, response: await answer(request, context) };
  });
  return reply.ok ? reply.response : refusal(request, reply);
}

async function answer(request: NextRequest, context: Context): Promise<Response> {
  const failures: unknown[] = [];
  const options = authOptions(visitorOf(request.headers), (error) => failures.push(error));
  let response: Response;
  try {
    response = await unwrapped(NextAuth)(request, context, options);
  } catch (error) {
    // It reads the body before anything else.
    if (error instanceof SyntaxError) throw new AppError('invalid_input', 'The body is not JSON.');
    throw failures[0] ?? error;
  }
  if (failures.length > 0) throw failures[0];
  if (isNowhere(request, response)) throw new AppError('not_found', 'There is no such path here.');
  // It answers by itself; the log is to tell what that was.
  if (response.status === 401) requestContext().code = 'invalid_credentials';
  return response;
}

/** next-auth answers plain text where it has no path, and to this one as if it had failed. */
const isNowhere = ({ method, nextUrl }: NextRequest, { status, headers }: Response): boolean =>
  (status === 400 && !headers.get('content-type')?.includes('json')) ||
  (method === 'GET' && nextUrl.pathname.endsWith('/callback/credentials'));

/** Beside next-auth's own token for forms, as at every other change. */
function refuseForeign({ method, headers }: NextRequest): void {
  if (method !== 'GET' && !isOwnOrigin(provenanceOf(headers))) {
    throw new AppError('forbidden', 'This origin may not make changes here.');
  }
}

/** next-auth reads a body whole, so its length has to be known before. */
async function refuseLarge(request: NextRequest): Promise<void> {
  const { headers } = request;
  const length = Number(headers.get('content-length') ?? 0);
  if (headers.has('transfer-encoding') || !(length <= limits.requestBytes)) {
    // Else its sender may find the connection closed before the answer.
    await readBody(request).catch(() => undefined);
    throw new AppError(
      'too_large',
      `A body says its length, at most ${limits.requestBytes} bytes.`,
    );
  }
}

/** To a browser on its way to a page, the sign-in page; to a program, the problem. */
function refusal({ headers }: NextRequest, { error }: Refused): Response {
  const { code, message: detail, retryAfterMs } = error;
  const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
  const word = seconds === undefined ? code : `${code}:${seconds}`;
  const page = `/sign-in?${new URLSearchParams({ error: word })}`;
  if (headers.get('accept')?.includes('text/html')) {
    return new Response(null, { status: 303, headers: { location: page } });
  }
  const status = httpStatus[code];
  // `url` is where next-auth's signIn() looks for the error.
  const url = `${env().PUBLIC_URL ?? `http://${headers.get('host')}`}${page}`;
  const title = code.replaceAll('_', ' ');
  const more = retryAfterMs === undefined ? {} : { retryAfterMs };
  const problem = { type: 'about:blank', title, status, code, detail, ...more, url };
  return Response.json(problem, {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(seconds !== undefined && { 'retry-after': String(seconds) }),
    },
  });
}
