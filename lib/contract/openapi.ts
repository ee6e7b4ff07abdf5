import * as z from 'zod';
import { httpStatus } from './errors.ts';
import { operations, type Operation } from './operations.ts';
import * as records from './records.ts';

type Json = Record<string, unknown>;

const named = {
  User: records.User,
  Account: records.Account,
  Member: records.Member,
  SystemEvent: records.SystemEvent,
  Message: records.Message,
  Conversation: records.Conversation,
  Session: records.Session,
  Privacy: records.Privacy,
  PushDevice: records.PushDevice,
};

/**
 * The OpenAPI 3.1 document of the REST interface, made from the same schemas that check it.
 * @param server its origin; empty for wherever the document is.
 * @param cookie the session cookie's name.
 */
export function openApiDocument(server: string, cookie: string): Json {
  const { registry, schemas } = componentSchemas();
  const paths: Record<string, Json> = {};
  for (const [operationId, operation] of Object.entries(operations) as [string, Operation][]) {
    if (!operation.rest) continue;
    const { path, method } = operation.rest;
    (paths[path] ??= {})[method.toLowerCase()] = describe(operationId, operation, registry);
  }
  paths['/health'] = { get: probe('Liveness: the process answers') };
  paths['/ready'] = {
    get: { ...probe('Readiness: the database answers, and whether Redis does'), ...notReady },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Gatherly', version: '1', description: 'The public API, version 1.' },
    servers: [{ url: `${server}/api/v1` }],
    security: [{ token: [] }, { cookie: [] }],
    paths,
    components: {
      schemas: { ...schemas, Problem: problemSchema },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: cookie },
      },
    },
  };
}

const notReady = {
  responses: { 200: { description: 'Ready' }, 503: { description: 'Not ready' } },
};
const probe = (summary: string): Json => ({
  summary,
  security: [],
  responses: { 200: { description: 'OK' } },
});

const problemSchema = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: {
      enum: Object.keys(httpStatus),
      description:
        'After `unavailable` or `internal` what was asked may be done all the same. Messages and groups that are ' +
        'asked for again with their `clientId` are there once.',
    },
    detail: { type: 'string' },
    retryAfterMs: { type: 'integer', description: 'When to try again, of what was too much' },
    issues: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

function componentSchemas() {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    // Answers may gain fields: nothing says that there are no others.
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
  });
  return {
    registry,
    schemas: Object.fromEntries(Object.entries(schemas).map(([id, s]) => [id, bare(s)])),
  };
}

type Registry = z.core.$ZodRegistry<{ id: string }>;

function describe(operationId: string, operation: Operation, registry: Registry): Json {
  return {
    operationId,
    summary: operation.summary,
    ...(operation.access === 'anyone' && { security: [] }),
    ...describeInput(operation),
    responses: describeOutput(operation, registry),
  };
}

function describeInput({ input, rest }: Operation): Json {
  const inPath = [...(rest?.path.matchAll(/\{(\w+)\}/g) ?? [])].map(([, name]) => String(name));
  const { fields, required, whole } = inputFields(input);
  for (const name of Object.keys(rest?.defaults ?? {})) required.delete(name);
  const others = Object.keys(fields).filter((name) => !inPath.includes(name));
  const asQuery = rest?.method === 'GET' || rest?.method === 'DELETE';
  const parameter = (place: 'path' | 'query') => (name: string) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema: fields[name],
  });
  const parameters = [
    ...inPath.map(parameter('path')),
    ...(asQuery ? others.map(parameter('query')) : []),
  ];
  const schema = whole ?? {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(others.map((name) => [name, fields[name]])),
    required: others.filter((name) => required.has(name)),
  };
  const hasBody = !asQuery && (whole !== null || others.length > 0);
  return {
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && { requestBody: { required: true, content: contentOf(rest, schema) } }),
  };
}

const contentOf = (rest: Operation['rest'], schema: Json): Json =>
  rest?.upload
    ? { 'image/*': { schema: { type: 'string', format: 'binary' } } }
    : { 'application/json': { schema } };

function describeOutput({ output, rest }: Operation, registry: Registry): Json {
  const schema = inlined(bare(z.toJSONSchema(output, { metadata: registry, io: 'input' })));
  const answer = { content: { 'application/json': { schema } } };
  const problem = { schema: { $ref: '#/components/schemas/Problem' } };
  return {
    ...(rest?.status !== 201 && { 200: { ...answer, description: 'Done' } }),
    ...(rest?.status && { 201: { ...answer, description: 'Made' } }),
    default: { description: 'Refused', content: { 'application/problem+json': problem } },
  };
}

/** The fields of an input by name, or the whole schema where it is no plain object. */
function inputFields(input: z.ZodType) {
  const schema = bare(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }));
  const fields = (schema.properties ?? {}) as Record<string, unknown>;
  const required = new Set((schema.required ?? []) as string[]);
  return { fields, required, whole: schema.properties ? null : schema };
}

function bare(schema: object): Json {
  const { $schema: _schema, $id: _id, '~standard': _standard, ...rest } = schema as Json;
  return rest;
}

/** zod puts named schemas into $defs of the document at hand; ours has them among its components. */
function inlined(schema: Json): Json {
  const { $defs: _defs, ...rest } = schema;
  const text = JSON.stringify(rest).replaceAll('#/$defs/', '#/components/schemas/');
  return JSON.parse(text) as Json;
}
