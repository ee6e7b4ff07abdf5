import { rest } from '#lib/transport/rest.ts';

export const GET = rest('listSessions');
export const DELETE = rest('endOtherSessions');
