import type { Issue } from '#lib/contract/errors.ts';
import type { Input, OperationName, Output } from '#lib/contract/operations.ts';
import { restForms, type RestForm } from '#lib/contract/rest-forms.ts';
import { isErrorCode, RequestError } from './errors.ts';

export type Call = <N extends OperationName>(name: N, input: Input<N>) => Promise<Output<N>>;

const requestTimeoutMs = 10_000;
/** A picture over a slow line. */
const uploadTimeoutMs = 60_000;

/** The REST client, by the contract's table of operations. Every failure is a RequestError. */
export function createApi(onSignedOut: () => void): Call {
  return async <N extends OperationName>(name: N, input: Input<N>): Promise<Output<N>> => {
    const rest = (restForms as Partial<Record<OperationName, RestForm>>)[name];
    if (!rest) throw new Error(`${name} has no REST form`);
    const timeoutMs = rest.upload ? uploadTimeoutMs : requestTimeoutMs;
    const response = await fetchJson(...requestOf(rest, input), timeoutMs);
    if (response.ok) return response.body as Output<N>;
    const error = errorOf(response);
    if (error.code === 'unauthenticated') onSignedOut();
    throw error;
  };
}

/** Fills the path with the input's fields; the rest goes into the query or the body. */
export function requestOf(rest: RestForm, input: object): [url: string, init: RequestInit] {
  const fields = new Map<string, unknown>(Object.entries(input));
  let url = `/api/v1${rest.path.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = fields.get(field);
    fields.delete(field);
    return encodeURIComponent(String(value));
  })}`;
  for (const [field, value] of fields) if (value === undefined) fields.delete(field);
  const init: RequestInit = { method: rest.method, credentials: 'same-origin' };
  if (rest.method === 'GET' || rest.method === 'DELETE') {
    const query = new URLSearchParams([...fields].map(([field, value]) => [field, String(value)]));
    if (query.size > 0) url += `?${query}`;
    return [url, init];
  }
  if (rest.upload) {
    const picture = fields.get(rest.upload) as Blob;
    return [url, { ...init, headers: { 'content-type': picture.type }, body: picture }];
  }
  const headers = { 'content-type': 'application/json' };
  return [url, { ...init, headers, body: JSON.stringify(Object.fromEntries(fields)) }];
}

interface Answer {
  ok: boolean;
  status: number;
  retryAfter: string | null;
  body: unknown;
}

async function fetchJson(url: string, init: RequestInit, timeoutMs: number): Promise<Answer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const response = await fetch(url, { ...init, signal: abort.signal });
    const text = await response.text();
    const { ok, status, headers } = response;
    return { ok, status, retryAfter: headers.get('retry-after'), body: parse(text) };
  } catch {
    throw new RequestError(abort.signal.aborted ? 'timeout' : 'offline');
  } finally {
    clearTimeout(timer);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function errorOf({ status, retryAfter, body }: Answer): RequestError {
  const problem = (body ?? {}) as { code?: unknown; issues?: Issue[]; retryAfterMs?: number };
  const code = isErrorCode(problem.code) ? problem.code : codeOfStatus(status);
  const inHeader = retryAfter === null ? NaN : Number(retryAfter) * 1000;
  const retryAfterMs = problem.retryAfterMs ?? inHeader;
  return new RequestError(code, {
    ...(problem.issues && { issues: problem.issues }),
    ...(Number.isFinite(retryAfterMs) && { retryAfterMs }),
  });
}

/** Of an answer that is not ours: a proxy's, or of a server that is just starting. */
function codeOfStatus(status: number) {
  if (status === 413) return 'too_large';
  if (status === 429) return 'rate_limited';
  return status === 502 || status === 503 || status === 504 ? 'unavailable' : 'internal';
}
