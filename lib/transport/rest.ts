import { AppError } from '#lib/contract/errors.ts';
import { operations, type Operation } from '#lib/contract/operations.ts';
import { limits } from '#lib/contract/limits.ts';
import { hasBearer } from '#lib/auth/caller.ts';
import { visitorOf } from '#lib/auth/visitor.ts';
import type { Caller, UseCaseName, Visitor } from '#lib/use-cases/define.ts';
import { preflight, shared } from './cors.ts';
import { allow, knownCaller } from './allow.ts';
import { isOwnOrigin, provenanceOf } from './origin.ts';
import { throughDoor } from './page-door.ts';
import { inTime, perform, refusing, requireServing, type Performed } from './perform.ts';
import { privateHeaders, problemResponse } from './problem.ts';
import { countUnread } from './unread-answers.ts';

// Next gives none to a path without any.
type Params = Promise<Record<string, string | string[] | undefined> | undefined>;
type Handler = (request: Request, context: { params: Params }) => Promise<Response>;

/** The fields that are numbers; in a query string everything is text. */
const numbers = new Set(['limit', 'before', 'after', 'around', 'sinceRev']);
const maxNesting = 32;
const maxDrained = 10 * limits.requestBytes;

/** The route handler of an operation: reads the request, has it performed, writes the response. */
function rest(name: UseCaseName): Handler {
  const operation: Operation = operations[name];
  return async (request, { params }) => {
    const reply = await refusing(name, async () => {
      requireServing();
      const caller = await inTime(callerOf(operation, request));
      await allow(name, caller);
      const input = await inputOf(operation, request, (await params) ?? {});
      const performed = await perform(name, caller, input);
      if (!performed.ok) return performed;
      const body = JSON.stringify(performed.data);
      // What has been changed is told in any case, and is little.
      if (request.method === 'GET' && 'userId' in caller) {
        countUnread(caller.userId, Buffer.byteLength(body));
      }
      return { ...performed, data: body };
    });
    return shared(request, responseTo(operation, reply));
  };
}

type Method = 'DELETE' | 'GET' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT';

type Answering = (
  request: Request,
  params: Record<string, string | string[] | undefined>,
) => Response | Promise<Response>;

/**
 * The handlers of one path, which has an operation or an answer of its own for each method; one that
 * it does not have is answered like a path that is none.
 */
export function routes(
  answers: Partial<Record<Method, UseCaseName | Answering>>,
): Record<Method, Handler> {
  const handler = (method: Method): Handler => {
    const answer = answers[method];
    if (answer === undefined) return nowhere;
    return typeof answer === 'string'
      ? rest(answer)
      : async (request, { params }) => shared(request, await answer(request, (await params) ?? {}));
  };
  const behindDoor = (method: Method): Handler => {
    const handle = handler(method);
    return (request, context) => throughDoor(request, () => handle(request, context));
  };
  return {
    DELETE: behindDoor('DELETE'),
    GET: behindDoor('GET'),
    OPTIONS: (request) => throughDoor(request, () => preflight(request)),
    PATCH: behindDoor('PATCH'),
    POST: behindDoor('POST'),
    PUT: behindDoor('PUT'),
  };
}

async function nowhere(request: Request): Promise<Response> {
  const refusal = { code: 'not_found', message: 'There is no such path in this API.' } as const;
  return shared(request, problemResponse(refusal));
}

async function callerOf({ access }: Operation, request: Request): Promise<Caller | Visitor> {
  const { headers, method } = request;
  // A token is never sent by a browser on its own; a cookie is, and so is a proxy's password.
  const byToken = hasBearer(headers);
  if (method !== 'GET' && !byToken && !isOwnOrigin(provenanceOf(headers))) {
    throw new AppError('forbidden', 'This origin may not make changes here.');
  }
  const visitor = visitorOf(headers);
  return access === 'anyone' ? visitor : knownCaller(headers, visitor);
}

async function inputOf(
  { rest: binding }: Operation,
  request: Request,
  params: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const { method } = request;
  const search = new URL(request.url).searchParams;
  // What changes something is not in an address, which ends up in the logs of proxies.
  const isReading = method === 'GET' || method === 'HEAD';
  const takesQuery = isReading || method === 'DELETE';
  if (!takesQuery && search.size > 0) {
    const issues = [...search.keys()].map((path) => ({ path, message: 'belongs into the body' }));
    throw new AppError('invalid_input', 'This takes no query.', { issues });
  }
  const query = takesQuery ? queryOf(search) : {};
  const { upload } = binding ?? {};
  const body = isReading
    ? {}
    : upload
      ? { [upload]: await pictureOf(request) }
      : await bodyOf(request);
  const given = { ...query, ...body };
  const twice = Object.keys(params).find((key) => key in given);
  if (twice !== undefined) {
    const issues = [{ path: twice, message: 'stands in the path already' }];
    throw new AppError('invalid_input', 'The input is not what this takes.', { issues });
  }
  return { ...binding?.defaults, ...given, ...params };
}

function queryOf(search: URLSearchParams): Record<string, unknown> {
  const fields = [...new Set(search.keys())].map((key) => {
    const [value, ...more] = search.getAll(key);
    if (more.length > 0) return [key, [value, ...more]];
    return [key, numbers.has(key) && /^\d{1,15}$/.test(value ?? '') ? Number(value) : value];
  });
  // Not by assignment: one named __proto__ is to be refused like any other unknown field.
  return Object.fromEntries(fields) as Record<string, unknown>;
}

async function bodyOf(request: Request): Promise<object> {
  const bytes = await readBody(request);
  if (bytes.length === 0) return {};
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new AppError('unsupported_media', 'Bodies are application/json.');
  }
  const body = parseJson(new TextDecoder().decode(bytes));
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new AppError('invalid_input', 'The body must be a JSON object.');
  }
  if (isDeeperThan(body, maxNesting))
    throw new AppError('invalid_input', 'The body is nested too deep.');
  return body;
}

/** What it is its bytes say; the type only shows that no page of elsewhere has sent it with a form. */
async function pictureOf(request: Request): Promise<Uint8Array> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^image\/[\w.+-]+$/i.test(type)) {
    throw new AppError('unsupported_media', 'This takes a picture: its bytes, as image/….');
  }
  return readBody(request, limits.pictureBytes);
}

/**
 * The body's bytes, of which a few times too many are read before they are refused.
 * @param maxBytes the most that are taken
 * @throws AppError `too_large`
 */
export async function readBody(
  request: Request,
  maxBytes: number = limits.requestBytes,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    // What is a little too large is read to its end, so that its sender gets to the answer.
    if (size > Math.max(maxDrained, 2 * maxBytes)) break;
  }
  if (size <= maxBytes) return Buffer.concat(chunks);
  throw new AppError('too_large', `A body has at most ${maxBytes} bytes.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('invalid_input', 'The body is not JSON.');
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

function responseTo({ rest: binding }: Operation, reply: Performed<string>): Response {
  if (!reply.ok) return problemResponse(reply.error);
  const isNew = binding?.status === 201 || (binding?.status === 'created' && reply.created);
  const headers = privateHeaders();
  headers.set('content-type', 'application/json');
  return new Response(reply.data, { status: isNew ? 201 : 200, headers });
}
