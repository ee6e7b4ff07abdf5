import { rest } from '#lib/transport/rest.ts';

export const GET = rest('readAccount');
export const PATCH = rest('updateAccount');
