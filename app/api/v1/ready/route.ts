import { readiness } from '#lib/transport/readiness.ts';

export const GET = readiness;
export const dynamic = 'force-dynamic';
