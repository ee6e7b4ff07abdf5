import { openApiDocument } from '#lib/contract/openapi.ts';

export function GET(request: Request): Response {
  return Response.json(openApiDocument(new URL(request.url).origin));
}
