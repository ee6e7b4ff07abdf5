import { pingDatabase } from '#lib/database/connect.ts';

/** Whether this process can do its work: 200, or 503 with what is missing. */
export async function readiness(): Promise<Response> {
  const database = await pingDatabase().then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
  const ready = database === 'ok';
  return Response.json(
    { status: ready ? 'ok' : 'unavailable', database },
    { status: ready ? 200 : 503 },
  );
}
